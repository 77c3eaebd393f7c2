import { gatewayAt, gatewaysMatchedBy, gatewaysNamedBy, isInternal, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unknownGateway: Check = {
  id: 'UnknownGateway',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA1102'],
  summary: 'A VirtualService names a Gateway that does not exist',
  explanation: 'Its rules reach no gateway, so requests from outside are answered with 404. A name without a namespace is a Gateway of the VirtualService\'s own namespace. Matches may name Gateways too.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const reference of [...gatewaysNamedBy(virtualService), ...gatewaysMatchedBy(virtualService)]) {
        if (!isInternal(reference) && !gatewayAt(reference, cluster)) {
          yield problem(reference.at, `There is no Gateway "${reference.name}" in namespace ${reference.namespace}, so these rules are not applied at it.`,
            'Name a Gateway as `namespace/name`, or declare it.', reference.at.path[1] === 'gateways' ? undefined : ['KIA1102']);
        }
      }
    }
  },
};
