import { isIP } from 'node:net';
import { type Cluster, hasLabels, isWithin, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unlistedMachines: Check = {
  id: 'UnlistedMachines',
  severity: Severity.INFO,
  covers: ['KIA1201'],
  summary: 'A ServiceEntry of the mesh does not list the addresses of its machines',
  explanation: 'Who calls a machine by its address goes past the rules for the host: proxies do not know that the address is of it. Where all callers use the name, nothing is wrong.',
  *find(cluster) {
    for (const entry of cluster.all(Kind.SERVICE_ENTRY).filter(each => each.spec.get('location').text === 'MESH_INTERNAL' && each.spec.get('workloadSelector').exists)) {
      const addresses = entry.spec.get('addresses').texts;
      const missing = machinesOf(entry, cluster).filter(address => !addresses.some(each => isWithin(address, each)));
      if (missing.length > 0) {
        yield problem(entry.spec.get(addresses.length > 0 ? 'addresses' : 'workloadSelector'), `Its machines have the addresses ${missing.join(', ')}, which it does not list.`, 'Add them to `addresses`, if callers use them.');
      }
    }
  },
};

function machinesOf(entry: Resource, cluster: Cluster): string[] {
  const selector = entry.spec.get('workloadSelector', 'labels').strings;
  return cluster.all(Kind.WORKLOAD_ENTRY).filter(each => each.namespace === entry.namespace && hasLabels(each.spec.get('labels').strings, selector))
    .map(each => each.spec.get('address').text).filter(each => isIP(each) !== 0);
}
