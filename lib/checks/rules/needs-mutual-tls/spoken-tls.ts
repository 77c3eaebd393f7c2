import { type Cluster, fullHost, isAutomatic, Kind, type Resource, type Workload } from '../../../manifests';

/** Whether DestinationRules disable mutual TLS for all callers of some hosts. */
export class SpokenTls {
  private readonly modes = new Map<string, string[]>();

  constructor(private readonly cluster: Cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const host = fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain);
      this.modes.set(host, [...(this.modes.get(host) ?? []), modeOf(rule)]);
    }
  }

  /** Whether DestinationRules disable mutual TLS for every Service of a workload. */
  isPlainFor(workload: Workload): boolean {
    const services = this.cluster.servicesOf(workload);
    return services.length === 0
      ? this.isPlainIn(workload.namespace)
      : services.every(each => this.isPlainIn(each.namespace, each.name));
  }

  /** The same for a Service of a namespace, or for any of its hosts without a specific rule. */
  isPlainIn(namespace: string, service?: string): boolean {
    const domain = this.cluster.clusterDomain;
    const hosts = [
      ...(service === undefined ? [] : [`${service}.${namespace}.svc.${domain}`]),
      `*.${namespace}.svc.${domain}`,
      `*.svc.${domain}`,
      '*.local',
      '*',
    ];
    const modes = hosts.map(each => this.modes.get(each)).find(each => each !== undefined) ?? [''];
    return modes.every(mode => mode === 'DISABLE' || mode === 'SIMPLE' || (mode === '' && !isAutomatic(this.cluster)));
  }
}

/** The TLS mode of a rule; port-level settings may differ. */
function modeOf(rule: Resource): string {
  const policy = rule.spec.get('trafficPolicy');
  return policy.get('portLevelSettings').items.some(each => each.get('tls').exists)
    ? 'by port'
    : policy.get('tls', 'mode').text;
}
