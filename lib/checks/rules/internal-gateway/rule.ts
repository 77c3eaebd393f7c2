import { gatewaysNamedBy, isInternal, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'InternalGateway',
  severity: Severity.WARNING,
  covers: ['IST0165'],
  summary: 'A VirtualService refers to the internal Gateway that Istio derives from a Gateway API Gateway',
  explanation: 'Its name and existence are an implementation detail of Istio and may change with any version.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const reference of gatewaysNamedBy(virtualService).filter(isInternal)) {
        yield problem(
          reference.at,
          `"${reference.at.text}" is internal to Istio and may disappear with an upgrade.`,
          'Attach an HTTPRoute to the Gateway of the Gateway API instead.',
        );
      }
    }
  },
};
