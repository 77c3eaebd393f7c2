import { isIP } from 'node:net';
import { ByLabel, type Cluster, hasLabels, isWithin, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnlistedMachines',
  severity: Severity.INFO,
  covers: ['KIA1201'],
  summary: 'A ServiceEntry of the mesh does not list the addresses of its WorkloadEntries',
  explanation:
    'Requests to the IP address of a machine bypass the rules for the host, since proxies do not '
    + 'associate the address with it. If all callers use the host name, there is no problem.',
  *find(cluster) {
    for (const [entry, machines] of machinesByEntry(cluster)) {
      const addresses = entry.spec.get('addresses');
      const missing = machines.filter(address => !addresses.texts.some(each => isWithin(address, each)));
      if (missing.length > 0) {
        yield problem(
          addresses.exists ? addresses : entry.spec.get('workloadSelector'),
          `The addresses ${missing.join(', ')} of its WorkloadEntries are not listed.`,
          'Add them to `addresses`, if callers use them.',
        );
      }
    }
  },
};

/** The addresses of the WorkloadEntries that each ServiceEntry of the mesh selects. */
function machinesByEntry(cluster: Cluster): Map<Resource, string[]> {
  const entries = cluster
    .all(Kind.SERVICE_ENTRY)
    .filter(each => each.spec.get('location').text === 'MESH_INTERNAL' && each.spec.get('workloadSelector').exists);
  const selectorOf = (entry: Resource) => entry.spec.get('workloadSelector', 'labels').strings;
  const index = new ByLabel(entries, selectorOf);
  const machines = new Map<Resource, string[]>();
  for (const machine of cluster.all(Kind.WORKLOAD_ENTRY).filter(each => isIP(each.spec.get('address').text) !== 0)) {
    const labels = machine.spec.get('labels').strings;
    for (const entry of index
      .candidates(machine.namespace, labels)
      .filter(each => hasLabels(labels, selectorOf(each)))) {
      machines.set(entry, [...(machines.get(entry) ?? []), machine.spec.get('address').text]);
    }
  }
  return machines;
}
