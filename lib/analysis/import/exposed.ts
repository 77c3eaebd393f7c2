import { type Cluster, isAllowing, isExposed, Kind, Selecting, type Workload } from '../../manifests';
import { type ImportedService, targetOf } from './services';

/**
 * The container ports that a Service opens to any address. Where policies restrict
 * them, what they allow is not known to be any address, so the model opens nothing.
 */
export function exposedPorts(
  services: readonly ImportedService[],
  cluster: Cluster,
): readonly (readonly [ImportedService, number])[] {
  const found = new Map<string, readonly [ImportedService, number]>();
  for (const service of services) {
    for (const { workload } of service.versions.filter(each => !isRestricted(each.workload, cluster))) {
      for (const exposed of cluster.servicesOf(workload).filter(isExposed)) {
        for (const port of exposed.spec.get('ports').items) {
          const target = targetOf(port, workload);
          if (target !== undefined && ['', 'TCP'].includes(port.get('protocol').text)) {
            found.set(`${service.constant} ${target}`, [service, target]);
          }
        }
      }
    }
  }
  return [...found.values()];
}

/** Whether a NetworkPolicy, an ALLOW policy or strict mutual TLS applies to connections from outside. */
function isRestricted(workload: Workload, cluster: Cluster): boolean {
  const applying = (type: string, ...path: string[]) => {
    const selecting = Selecting.of(cluster, type, ...path);
    const { rootNamespace } = cluster.mesh;
    return [
      ...selecting.selecting(workload),
      ...selecting.defaults(workload.namespace),
      ...(type === Kind.NETWORK_POLICY ? [] : selecting.defaults(rootNamespace)),
    ];
  };
  const types = (each: string[]) => each.length === 0 || each.includes('Ingress');
  return (
    applying(Kind.NETWORK_POLICY, 'podSelector', 'matchLabels').some(({ spec }) => types(spec.get('policyTypes').texts))
    || applying(Kind.AUTHORIZATION_POLICY, 'selector', 'matchLabels').some(isAllowing)
    || applying(Kind.PEER_AUTHENTICATION, 'selector', 'matchLabels').some(
      ({ spec }) => spec.get('mtls', 'mode').text === 'STRICT',
    )
  );
}
