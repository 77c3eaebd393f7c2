import { gatewaysNamedBy, isInternal, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'GatewayNameForm',
  severity: Severity.WARNING,
  covers: ['IST0133', 'KIA1108'],
  summary: 'A VirtualService refers to a Gateway in the old form',
  explanation: '`name.namespace.svc.cluster.local` still works; `namespace/name` is how Istio documents it.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const reference of gatewaysNamedBy(virtualService)) {
        if (!isInternal(reference) && !reference.at.text.includes('/') && reference.at.text.includes('.')) {
          yield problem(
            reference.at,
            `"${reference.at.text}" is the old form of a reference to a Gateway in another namespace.`,
            `Write \`${reference.namespace}/${reference.name}\`.`,
          );
        }
      }
    }
  },
};
