import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'AmbiguousOutboundPolicy',
  severity: Severity.INFO,
  covers: ['KIA1007'],
  summary: 'A Sidecar has an outboundTrafficPolicy without a mode',
  explanation:
    'An empty mode means REGISTRY_ONLY, the zero value of the field, which is not stored: whether that '
    + 'was intended cannot be seen.',
  *find(cluster) {
    for (const policy of cluster
      .all(Kind.SIDECAR)
      .map(each => each.spec.get('outboundTrafficPolicy'))
      .filter(each => each.exists && each.get('mode').text === '')) {
      yield problem(
        policy,
        'The outboundTrafficPolicy has no mode, so it could mean REGISTRY_ONLY or ALLOW_ANY.',
        'Set the mode.',
      );
    }
  },
};
