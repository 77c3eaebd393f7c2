import {
  aliasedHost,
  addTo,
  AdmittedPeers,
  type Cluster,
  covers,
  type Field,
  fullHost,
  type Host,
  Kind,
  memo,
  type Resource,
  type Workload,
} from '../../manifests';
import { backendTlsTargets } from '../endpoints/backend-tls';
import { isHeadless } from '../endpoints/endpoints';
import type { Proxy } from '../endpoints/proxy';
import { slicesOf } from '../endpoints/endpoint-slices';
import { arePodsElsewhere } from '../endpoints/resolve';
import { httpRulesOf } from '../routes/delegates';
import { MeshRoutes } from '../routes/mesh-routes';
import { serverOf, unreadFields, unreadKindFor, unreadOfHost, unreadOfRule } from '../unread';
import { VIRTUAL_SERVICE } from '../unread/istio';
import type { Listener } from '../virtual-hosts/scope';
import { domainsOf } from '../virtual-hosts/virtual-hosts';

/**
 * The hosts by which a caller may reach something: all but those that lead to Pods alone, none of which NetworkPolicies
 * admit the caller to.
 */
export class ReachableHosts {
  private readonly callees: readonly Workload[];

  constructor(
    caller: Workload,
    private readonly cluster: Cluster,
  ) {
    // A Pod that reaches its own address may pass its proxy by.
    const own = cluster.workloads.select(caller.labels, caller.namespace);
    this.callees = [...new Set([...own, ...AdmittedPeers.of(cluster).calleesOf(caller)])];
  }

  /** The hosts of Pods as they are, without routes. */
  get straight(): readonly Host[] {
    return hostsByPod(this.cluster).of(this.callees);
  }

  /** The part of a listener by which a proxy may reach something. */
  narrowed(listener: Listener, proxy: Proxy): Pick<Listener, 'hosts' | 'virtualServices'> {
    const groups = groupsByPod(listener, proxy, this.cluster).of(this.callees);
    return {
      hosts: new Map(groups.flatMap(each => each.hosts).map(each => [each.name.toLowerCase(), each])),
      virtualServices: groups.flatMap(each => each.virtualServices),
    };
  }
}

/** Hosts whose virtual hosts depend on each other, and the VirtualServices for them. */
interface HostGroup {
  readonly hosts: readonly Host[];
  readonly virtualServices: readonly Resource[];
}

/** Values by the Pods that they lead to. */
class ByPod<T> {
  private readonly byPod = new Map<Workload, T[]>();
  private readonly others: T[] = [];

  /** @param podsOf undefined for what may lead anywhere */
  constructor(values: readonly T[], podsOf: (value: T) => readonly Workload[] | undefined) {
    for (const value of values) {
      const pods = podsOf(value);
      if (pods) {
        pods.forEach(each => addTo(this.byPod, each, value));
      } else {
        this.others.push(value);
      }
    }
  }

  /** Those that lead to some Pods, or may lead anywhere. */
  of(pods: readonly Workload[]): T[] {
    return [...new Set([...this.others, ...pods.flatMap(each => this.byPod.get(each) ?? [])])];
  }
}

const hostsByPod = memo((cluster: Cluster) => new ByPod(cluster.hosts.all, each => podsOfHost(each, cluster)));

const groupsByPod = memo(
  (listener: Listener, proxy: Proxy, cluster: Cluster) =>
    new ByPod(groupsOf(listener, proxy, cluster), each => podsOfGroup(each, proxy, cluster)),
);

/**
 * The Pods of a Service; undefined if it may lead elsewhere, or if something is not simulated. The name of a ServiceEntry
 * also leads to what it resolves to outside.
 */
const podsOfHost = memo((host: Host, cluster: Cluster): readonly Workload[] | undefined => {
  const { resource } = host;
  const pods = cluster.selectedBy(resource);
  const isOpen =
    resource.type !== Kind.SERVICE
    || aliasedHost(resource) !== undefined
    || (unreadOfHost(host, cluster) ?? arePodsElsewhere(host, cluster))
    || backendTlsTargets(host, 'istio', cluster).length > 0
    || namespacesOfMachines(cluster).has(resource.namespace)
    || slicesOf(resource, cluster).length > 0
    || pods.some(each => unreadKindFor([serverOf(each)], cluster));
  return isOpen ? undefined : pods;
});

const namespacesOfMachines = memo(
  (cluster: Cluster) => new Set(cluster.all(Kind.WORKLOAD_ENTRY).map(each => each.namespace)),
);

/** The Pods that the hosts of a group, and the routes for them, lead to. */
function podsOfGroup(
  { hosts, virtualServices }: HostGroup,
  proxy: Proxy,
  cluster: Cluster,
): readonly Workload[] | undefined {
  const meshRules = hosts
    .flatMap(each => MeshRoutes.of(cluster).for(each.name.toLowerCase()))
    .flatMap(each => each.rules);
  const isUnread =
    virtualServices.some(
      each =>
        unreadFields(each.spec, VIRTUAL_SERVICE).length > 0
        || httpRulesOf(each, cluster).some(rule => unreadOfRule(rule, cluster)),
    ) || meshRules.some(each => unreadOfRule(each.at, cluster));
  const names = [
    ...virtualServices.flatMap(each => destinationsOf(each, cluster)),
    ...meshRules.flatMap(each => each.backends).map(each => each.host ?? ''),
  ];
  const routed = [...new Set(names)].map(each => cluster.hosts.visible(each, proxy.namespace));
  if (isUnread || routed.some(each => each.length === 0 || each.some(isHeadless))) {
    return undefined;
  }
  const lists = [...new Set([...hosts, ...routed.flat()])].map(each => podsOfHost(each, cluster));
  return lists.includes(undefined) ? undefined : [...new Set(lists.flatMap(each => each ?? []))];
}

function destinationsOf(virtualService: Resource, cluster: Cluster): string[] {
  const connections = ['tcp', 'tls'].flatMap(each => virtualService.spec.get(each).items);
  return [...httpRulesOf(virtualService, cluster), ...connections]
    .flatMap((rule: Field) => rule.get('route').items)
    .map(each => each.get('destination', 'host'))
    .map(each => fullHost(each.text, each.resource.namespace, cluster.clusterDomain).toLowerCase());
}

/** The hosts and VirtualServices of a listener, apart where they have no domain in common. */
function groupsOf(listener: Listener, proxy: Proxy, cluster: Cluster): HostGroup[] {
  const { hosts, virtualServices } = listener;
  const known = [...hosts.values()];
  const namesOf = (virtualService: Resource) =>
    virtualService.spec
      .get('hosts')
      .texts.map(each => fullHost(each, virtualService.namespace, cluster.clusterDomain).toLowerCase());
  const coveredBy = (name: string) =>
    name.startsWith('*') ? [...hosts.keys()].filter(each => covers(name, each)) : [];
  const domains = [
    ...known.map(each => domainsOf(each, listener, proxy, cluster)),
    ...virtualServices.map(each => namesOf(each).flatMap(name => [name, ...coveredBy(name)])),
  ];
  return connected(domains).map(indices => ({
    hosts: indices.flatMap(each => known.slice(each, each + 1)),
    virtualServices: indices.flatMap(each =>
      each < known.length ? [] : virtualServices.slice(each - known.length, each - known.length + 1),
    ),
  }));
}

/** The indices of lists that have members in common, with each other or through further ones. */
function connected(lists: readonly (readonly string[])[]): number[][] {
  const groups = new Map<string, { readonly indices: number[]; readonly members: string[] }>();
  lists.forEach((list, index) => {
    const met = [...new Set(list.flatMap(each => groups.get(each) ?? []))];
    const [largest = { indices: [], members: [] }, ...others] = met.sort((a, b) => b.members.length - a.members.length);
    largest.indices.push(index, ...others.flatMap(each => each.indices));
    for (const member of [...others.flatMap(each => each.members), ...list.filter(each => !groups.has(each))]) {
      largest.members.push(member);
      groups.set(member, largest);
    }
  });
  return [...new Set(groups.values())].map(({ indices }) => indices.sort((a, b) => a - b));
}
