import { targetPortOf, type Workload } from '../../../manifests';
import type { Call } from './node';

/** The container ports of a callee that a call needs: of all ports of the Service, if the called ones are unknown. */
export function calledPorts({ service, ports }: Call, callee: Workload): number[] {
  return service.spec
    .get('ports')
    .items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0))
    .flatMap(port => targetPortOf(port, callee) ?? []);
}
