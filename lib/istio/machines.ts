import type { TopologyChart } from '../kubernetes';
import type { Service } from '../topology';
import { WorkloadEntry, WorkloadGroup } from './resources';

/** The machines outside of Kubernetes that run services: WorkloadEntries, or the WorkloadGroup that they join. */
export function renderMachines(chart: TopologyChart): void {
  chart.topology.services.forEach(each => renderMachinesOf(chart, each));
}

function renderMachinesOf(chart: TopologyChart, service: Service): void {
  const { name, namespace, selector, serviceAccount } = service;
  const { machines } = service.objects;
  if (!machines) {
    return;
  }
  const scope = chart.scopeOf(service);
  const template = { serviceAccount, ...machines.place };
  if (!machines.addresses) {
    new WorkloadGroup(scope, 'workload-group', {
      metadata: { name, namespace },
      spec: { metadata: { labels: { ...selector } }, template },
    });
  }
  for (const address of machines.addresses ?? []) {
    const suffix = address.toLowerCase().replace(/[.:]+/g, '-').replace(/-$/, '');
    new WorkloadEntry(scope, `workload-entry-${suffix}`, {
      metadata: { name: `${name}-${suffix}`.replace('--', '-'), namespace },
      spec: { address, labels: { ...selector }, ...template },
    });
  }
}
