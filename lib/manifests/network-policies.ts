import { isBlockWithin, isWithin } from './addresses';
import { ByLabel } from './by-label';
import type { Cluster } from './cluster';
import type { Field, Resource } from './resource';
import { Kind } from './kinds';
import { addTo } from './lists';
import { blockOfPods } from './pod-blocks';
import { memo, memoByKey } from './memo';
import { distinction, labelNamesIn, type Labels, selects } from './selector';

/** One end of a connection: a Pod, or an address outside the cluster. */
export interface Peer {
  /** Empty for an address. */
  readonly namespace: string;
  readonly labels: Labels;
  /** The address of a Pod is not in manifests. */
  readonly address?: string;
}

/** The port of a Pod that a connection is made to. */
export interface PeerPort {
  readonly number: number;
  /** Its names in the Pod's containers. */
  readonly names: readonly string[];
  readonly protocol: string;
}

export type Direction = 'ingress' | 'egress';

/** What the NetworkPolicies of both ends decide about a connection. */
export interface NetworkVerdict {
  /** The policies that do not allow it, at the end that denies it first; none if it is allowed. */
  readonly blocking: readonly Resource[];
  /** The block of addresses on which that depends, where the address of a Pod is unknown. */
  readonly undecided?: Field;
}

/**
 * What NetworkPolicies allow: a Pod that no policy selects for a direction allows all connections in it; otherwise one
 * matching rule of the selecting policies is enough; and a connection must be allowed at both ends.
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class NetworkPolicies {
  /** The NetworkPolicies of a cluster, indexed once. */
  static readonly of = memo((cluster: Cluster) => new NetworkPolicies(cluster));

  private readonly policies: ByLabel;
  private readonly forAll = new Map<string, Resource[]>();
  private readonly generals = new Map<string, General>();
  /** The names of the labels by which policies select Pods, at either end. */
  private readonly labelNames: readonly string[];

  private constructor(private readonly cluster: Cluster) {
    const all = cluster.all(Kind.NETWORK_POLICY);
    this.labelNames = [...new Set(all.flatMap(podSelectorsIn).flatMap(labelNamesIn))];
    all.filter(isForAll).forEach(each => addTo(this.forAll, each.namespace, each));
    this.policies = new ByLabel(
      all.filter(each => !isForAll(each)),
      each => each.spec.get('podSelector', 'matchLabels').strings,
      alternativesOf,
    );
  }

  /** What the policies of both ends decide: one that denies a connection is enough. */
  verdict(from: Peer, to: Peer, port: PeerPort): NetworkVerdict {
    const sides = [this.verdictAt('egress', from, to, port), this.verdictAt('ingress', to, from, port)];
    const denying = sides.filter(each => each.blocking.length > 0);
    return denying.find(each => !each.undecided) ?? denying[0] ?? { blocking: [] };
  }

  /** The policies that do not allow a connection for certain, at the end that denies it first. */
  blocking(from: Peer, to: Peer, port: PeerPort): readonly Resource[] {
    return this.verdict(from, to, port).blocking;
  }

  /**
   * The policies that deny a connection of a Pod to an address outside the cluster, of which only a block is known, or
   * nothing; undefined if that depends on the address.
   */
  blockingOutside(pod: Peer, blocks: readonly string[] | undefined, port: PeerPort): readonly Resource[] | undefined {
    const { policies, rules } = this.selecting(pod, 'egress');
    const peers = rules.all.filter(each => allowsPort(each, port)).map(each => each.get('to').items);
    const ranges = peers
      .flat()
      .map(each => each.get('ipBlock'))
      .filter(each => each.exists);
    const places = blocks ?? [ANY_PUBLIC];
    if (
      policies.length === 0
      || peers.some(each => each.length === 0)
      || places.every(place => ranges.some(each => containsBlock(each, place)))
    ) {
      return [];
    }
    const isSomewhere = blocks ? ranges.some(each => blocks.some(block => meetsBlock(each, block))) : ranges.length > 0;
    return isSomewhere ? undefined : policies;
  }

  /**
   * The rules of all policies of a Pod for one direction; undefined if no policy applies, so that all connections are
   * allowed.
   */
  rulesFor(pod: Peer, direction: Direction): PodRules | undefined {
    const { policies, rules } = this.selecting(pod, direction);
    return policies.length === 0 ? undefined : rules;
  }

  /** What Pods have in common that no policy tells apart: the namespace, and the labels that policies select by. */
  groupOf({ namespace, labels }: Peer): string {
    return JSON.stringify([namespace, ...this.labelNames.map(each => distinction(labels, each))]);
  }

  private selecting({ labels, namespace }: Peer, direction: Direction): Selecting {
    return this.selectingLabels(labels, `${direction} ${namespace}`, namespace, direction);
  }

  /** Found once for the Pods of a workload, since its labels are one object. */
  private readonly selectingLabels = memoByKey(
    (labels: Labels, _key: string, namespace: string, direction: Direction): Selecting => {
      const own = this.policies
        .candidates(namespace, labels)
        .filter(({ spec }) => isFor(spec, direction) && selects(spec.get('podSelector'), labels));
      const general = this.general(namespace, direction);
      return {
        policies: own.length === 0 ? general.policies : [...general.policies, ...own],
        rules: new PodRules(
          general.rules,
          own.flatMap(each => each.spec.get(direction).items),
        ),
      };
    },
  );

  /** The policies that select all Pods of a namespace. */
  private general(namespace: string, direction: Direction): General {
    const key = `${direction} ${namespace}`;
    const known = this.generals.get(key);
    if (known) {
      return known;
    }
    const policies = (this.forAll.get(namespace) ?? []).filter(({ spec }) => isFor(spec, direction));
    const found = { policies, rules: policies.flatMap(each => each.spec.get(direction).items) };
    this.generals.set(key, found);
    return found;
  }

  private verdictAt(direction: Direction, pod: Peer, peer: Peer, port: PeerPort): NetworkVerdict {
    const { policies, rules } = this.selecting(pod, direction);
    let undecided: Field | undefined;
    for (const rule of rules.all.filter(each => allowsPort(each, port))) {
      const peers = rule.get(direction === 'ingress' ? 'from' : 'to');
      if (allowsPeer(peers, pod.namespace, peer, this.cluster)) {
        return { blocking: [] };
      }
      undecided ??= peer.namespace !== '' && peer.address === undefined ? blockOfPods(peers) : undefined;
    }
    return { blocking: policies, undecided };
  }
}

function podSelectorsIn({ spec }: Resource): Field[] {
  const peers = [
    ...spec.get('ingress').items.flatMap(each => each.get('from').items),
    ...spec.get('egress').items.flatMap(each => each.get('to').items),
  ];
  return [spec, ...peers].map(each => each.get('podSelector'));
}

/** The policies that select a Pod for one direction, those for all Pods of its namespace first. */
interface Selecting {
  readonly policies: readonly Resource[];
  readonly rules: PodRules;
}

interface General {
  readonly policies: readonly Resource[];
  readonly rules: readonly Field[];
}

/** The rules of the policies of a Pod for one direction. Those of policies for all Pods are evaluated once for all. */
export class PodRules {
  constructor(
    readonly general: readonly Field[],
    readonly own: readonly Field[],
  ) {}

  /** Those for all Pods first. */
  get all(): readonly Field[] {
    return this.own.length === 0 ? this.general : [...this.general, ...this.own];
  }

  get isEmpty(): boolean {
    return this.general.length + this.own.length === 0;
  }

  /**
   * Whether a rule passes a test.
   * @param question what the test depends on, besides the rule
   */
  some(question: string, test: (rule: Field) => boolean): boolean {
    return this.own.some(test) || someOf(this.general, question, test);
  }
}

const someOf = memoByKey((rules: readonly Field[], _question: string, test: (rule: Field) => boolean) =>
  rules.some(test),
);

function isForAll({ spec }: Resource): boolean {
  return (
    spec.get('podSelector', 'matchLabels').entries.length === 0
    && spec.get('podSelector', 'matchExpressions').items.length === 0
  );
}

/** Whether a rule applies to a port. */
export function allowsPort(rule: Field, { number, names, protocol }: PeerPort): boolean {
  const ports = rule.get('ports').items;
  return (
    ports.length === 0
    || ports.some(each => {
      const from = each.get('port');
      const first = from.number;
      return (
        (each.get('protocol').text || 'TCP') === protocol
        && (!from.exists
          || names.includes(from.text)
          || (first !== undefined && number >= first && number <= (each.get('endPort').number ?? first)))
      );
    })
  );
}

/**
 * Whether the peers of a rule contain a peer. Which Pods an ipBlock contains depends on the network; here it contains
 * none whose address is unknown.
 */
export function allowsPeer(peers: Field, namespace: string, peer: Peer, cluster: Cluster): boolean {
  return (
    peers.items.length === 0
    || peers.items.some(each => {
      const [pods, namespaces, block] = [each.get('podSelector'), each.get('namespaceSelector'), each.get('ipBlock')];
      if (block.exists) {
        const { address } = peer;
        return (
          address !== undefined
          && isWithin(address, block.get('cidr').text)
          && !block.get('except').texts.some(part => isWithin(address, part))
        );
      }
      return (
        peer.namespace !== ''
        && (namespaces.exists
          ? selects(namespaces, cluster.namespaceLabels(peer.namespace))
          : peer.namespace === namespace)
        && (!pods.exists || selects(pods, peer.labels))
      );
    })
  );
}

/** An address that no cluster has: what contains it is taken to contain an unknown one. */
const ANY_PUBLIC = '203.0.113.1';

function containsBlock(range: Field, block: string): boolean {
  return (
    isBlockWithin(block, range.get('cidr').text)
    && !range.get('except').texts.some(each => isBlockWithin(each, block) || isBlockWithin(block, each))
  );
}

function meetsBlock(range: Field, block: string): boolean {
  const cidr = range.get('cidr').text;
  return (
    (isBlockWithin(block, cidr) || isBlockWithin(cidr, block))
    && !range.get('except').texts.some(each => isBlockWithin(block, each))
  );
}

/** The labels of which a policy's selector requires one. */
function alternativesOf({ spec }: Resource): (readonly [string, string])[] {
  const expression = spec.get('podSelector', 'matchExpressions').items.find(each => each.get('operator').text === 'In');
  return [...new Set(expression?.get('values').texts)].map(
    value => [expression?.get('key').text ?? '', value] as const,
  );
}

/**
 * Without types, a policy is for ingress, and for egress only if it has a rule for it: an empty list is none.
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/v1/defaults.go
 */
function isFor(spec: Field, direction: Direction): boolean {
  const types = spec.get('policyTypes').texts.map(each => each.toLowerCase());
  return types.length > 0 ? types.includes(direction) : direction === 'ingress' || spec.get('egress').items.length > 0;
}
