import { type Cluster, fullHost, isAutomatic, Kind, type Resource, type Workload } from '../../../manifests';

/** Whether all callers of some hosts are told to speak something else than mutual TLS. */
export class SpokenTls {
  private readonly modes = new Map<string, string[]>();

  constructor(private readonly cluster: Cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const host = fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain);
      this.modes.set(host, [...this.modes.get(host) ?? [], modeOf(rule)]);
    }
  }

  /** Whether nobody who calls a workload by a Service of it is told to speak mutual TLS. */
  isPlainFor(workload: Workload): boolean {
    const services = this.cluster.servicesOf(workload);
    return services.length === 0 ? this.isPlainIn(workload.namespace) : services.every(each => this.isPlainIn(each.namespace, each.name));
  }

  /** The same for a Service of a namespace, or for any of its hosts of which no rule is. */
  isPlainIn(namespace: string, service?: string): boolean {
    const domain = this.cluster.clusterDomain;
    const hosts = [...(service === undefined ? [] : [`${service}.${namespace}.svc.${domain}`]), `*.${namespace}.svc.${domain}`, `*.svc.${domain}`, '*.local', '*'];
    const modes = hosts.map(each => this.modes.get(each)).find(each => each !== undefined) ?? [''];
    return modes.every(mode => mode === 'DISABLE' || mode === 'SIMPLE' || (mode === '' && !isAutomatic(this.cluster)));
  }
}

/** What a rule says; a rule that says something for ports may say anything. */
function modeOf(rule: Resource): string {
  const policy = rule.spec.get('trafficPolicy');
  return policy.get('portLevelSettings').items.some(each => each.get('tls').exists) ? 'by port' : policy.get('tls', 'mode').text;
}
