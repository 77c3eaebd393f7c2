import { type Cluster, embedded, type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownRegistry',
  severity: Severity.ERROR,
  covers: ['IST0126'],
  summary: 'meshNetworks refers to a service registry that does not exist',
  explanation:
    'Endpoints of this cluster get no network, so traffic to them bypasses the east-west gateway. '
    + 'Registries are the clusters of Secrets labelled `istio/multiCluster: "true"`.',
  *find(cluster) {
    const known = new Set([
      'Kubernetes',
      'External',
      'Mock',
      ...cluster
        .all(Kind.SECRET)
        .filter(each => each.labels['istio/multiCluster'] === 'true')
        .flatMap(each =>
          [...each.root.get('data').entries, ...each.root.get('stringData').entries].map(([name]) => name),
        ),
    ]);
    for (const networks of networksOf(cluster)) {
      for (const registry of networks
        .get('networks')
        .entries.flatMap(([, network]) => network.get('endpoints').items)
        .map(each => each.get('fromRegistry'))) {
        if (registry.text !== '' && !known.has(registry.text)) {
          yield problem(
            registry,
            `No Secret declares the registry "${registry.text}".`,
            'Correct its name, or create the Secret of the remote cluster.',
          );
        }
      }
    }
  },
};

/** meshNetworks is YAML in the ConfigMap of the control plane. */
function networksOf(cluster: Cluster): Field[] {
  return cluster
    .all(Kind.CONFIG_MAP)
    .filter(each => /^istio(-|$)/.test(each.name))
    .map(each => embedded(each.root.get('data', 'meshNetworks')));
}
