import { gatewaysNamedBy, isInternal, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const internalGateway: Check = {
  id: 'InternalGateway',
  severity: Severity.WARNING,
  covers: ['IST0165'],
  summary: 'A VirtualService names the Gateway that Istio makes for itself of one of the Gateway API',
  explanation: 'Its name and existence are Istio\'s own business and may change with any version.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const reference of gatewaysNamedBy(virtualService).filter(isInternal)) {
        yield problem(reference.at, `"${reference.at.text}" is made by Istio for its own use, and may be gone after an upgrade.`, 'Attach an HTTPRoute to the Gateway of the Gateway API instead.');
      }
    }
  },
};
