import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

const SETTING = 'BLOCKED_CIDRS_IN_JWKS_URIS';

export const rule: Check = {
  id: 'UnrestrictedJwks',
  severity: Severity.WARNING,
  covers: ['IST0175'],
  summary: 'The control plane fetches JWKS from any address in a RequestAuthentication',
  explanation:
    'Write access to RequestAuthentications is enough to make istiod send requests to addresses in the '
    + "cluster or to the cloud's metadata service.",
  *find(cluster) {
    if (cluster.all(Kind.REQUEST_AUTHENTICATION).length === 0) {
      return;
    }
    for (const istiod of cluster.all(Kind.DEPLOYMENT).filter(each => each.labels.app === 'istiod')) {
      const containers = istiod.spec.get('template', 'spec', 'containers');
      if (
        !containers.items.some(each =>
          each
            .get('env')
            .items.some(variable => variable.get('name').text === SETTING && variable.get('value').text !== ''),
        )
      ) {
        yield problem(
          containers,
          `istiod has no ${SETTING}, so it fetches JWKS from any address.`,
          `Set ${SETTING} to ranges that contain no JWKS endpoint, e.g. 169.254.0.0/16.`,
        );
      }
    }
  },
};
