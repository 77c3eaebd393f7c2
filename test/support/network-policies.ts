/**
 * What NetworkPolicies let through, by the rules of Kubernetes: a pod that no policy selects for a direction is open in it; of
 * those that do select it, one rule that matches is enough; and a connection needs both its ends.
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class Network {
  private readonly policies: Policy[];
  private readonly namespaces: ReadonlyMap<string, Labels>;

  constructor(objects: readonly unknown[]) {
    const all = objects as Policy[];
    this.policies = all.filter(each => each.kind === 'NetworkPolicy');
    this.namespaces = new Map(all.filter(each => each.kind === 'Namespace').map(({ metadata: { name, labels } }) => [
      name,
      { ...labels, 'kubernetes.io/metadata.name': name },
    ]));
  }

  /** Whether a pod may connect to a port of another. */
  lets(from: Pod, to: Pod, port: number, protocol = 'TCP'): boolean {
    return this.open('Egress', from, to, port, protocol) && this.open('Ingress', to, from, port, protocol);
  }

  /** Whether a pod may connect to a port of an address outside the cluster. */
  letsOut(from: Pod, address: string, port: number, protocol = 'TCP'): boolean {
    return this.open('Egress', from, address, port, protocol);
  }

  /** Whether an address outside the cluster may connect to a port of a pod. */
  letsIn(address: string, to: Pod, port: number, protocol = 'TCP'): boolean {
    return this.open('Ingress', to, address, port, protocol);
  }

  private open(direction: Direction, of: Pod, peer: Pod | string, port: number, protocol: string): boolean {
    const selecting = this.policies.filter(({ metadata, spec }) =>
      metadata.namespace === of.namespace && matches(spec.podSelector, of.labels) && spec.policyTypes.includes(direction));
    return selecting.length === 0 || selecting.some(({ metadata, spec }) =>
      (direction === 'Ingress' ? spec.ingress : spec.egress)?.some(rule => {
        const peers = rule.from ?? rule.to ?? [];
        const ports = rule.ports ?? [];
        return (peers.length === 0 || peers.some(each => this.isPeer(each, peer, metadata.namespace ?? '')))
          && (ports.length === 0 || ports.some(each => (each.protocol ?? 'TCP') === protocol && (each.port === undefined || each.port === port)));
      }) ?? false);
  }

  private isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, peer: Pod | string, ownNamespace: string): boolean {
    if (typeof peer === 'string') {
      return ipBlock !== undefined && within(peer, ipBlock.cidr) && !ipBlock.except?.some(cidr => within(peer, cidr));
    }
    if (ipBlock) {
      return false;
    }
    const inNamespace = namespaceSelector ? matches(namespaceSelector, this.namespaces.get(peer.namespace) ?? {}) : peer.namespace === ownNamespace;
    return inNamespace && (!podSelector || matches(podSelector, peer.labels));
  }
}

/** What a NetworkPolicy sees of a pod. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

/** The pods of all Deployments among the objects. */
export function podsOf(objects: readonly unknown[]): ReadonlyMap<string, Pod> {
  const deployments = (objects as DeploymentObject[]).filter(each => each.kind === 'Deployment');
  return new Map(deployments.map(({ metadata: { name, namespace = '' }, spec }) => [`${namespace}/${name}`, { namespace, labels: spec.template.metadata.labels }]));
}

type Direction = 'Ingress' | 'Egress';

interface Labels {
  readonly [label: string]: string;
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Labels;
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: unknown[];
}

interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}

interface Rule {
  readonly from?: Peer[];
  readonly to?: Peer[];
  readonly ports?: { readonly port?: number; readonly protocol?: string }[];
}

interface Policy {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: { readonly podSelector: Selector; readonly policyTypes: Direction[]; readonly ingress?: Rule[]; readonly egress?: Rule[] };
}

interface DeploymentObject {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: { readonly template: { readonly metadata: { readonly labels: Labels } } };
}

function matches({ matchLabels = {}, matchExpressions }: Selector, labels: Labels): boolean {
  if (matchExpressions) {
    throw new Error('Nothing that is rendered has matchExpressions, so they are not evaluated here.');
  }
  return Object.entries(matchLabels).every(([label, value]) => labels[label] === value);
}

function within(address: string, cidr: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(network) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
