import { gatewayAt, gatewaysMatchedBy, gatewaysNamedBy, isInternal, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownGateway',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA1102'],
  summary: 'A VirtualService refers to a Gateway that does not exist',
  explanation:
    'Its rules apply at no gateway, so requests from outside get 404. A name without a namespace is a '
    + 'Gateway in the namespace of the VirtualService. References in matches are checked too.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const reference of [...gatewaysNamedBy(virtualService), ...gatewaysMatchedBy(virtualService)]) {
        if (!isInternal(reference) && !gatewayAt(reference, cluster)) {
          yield absent(
            { type: Kind.ISTIO_GATEWAY, name: reference.name, namespace: reference.namespace },
            problem(
              reference.at,
              `The Gateway "${reference.name}" of namespace ${reference.namespace} is not among these manifests, so `
                + 'these rules do not apply.',
              'Write the Gateway as `namespace/name`, or declare it.',
              reference.at.path[1] === 'gateways' ? undefined : ['KIA1102'],
            ),
          );
        }
      }
    }
  },
};
