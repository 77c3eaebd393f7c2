import {
  addTo,
  byAge,
  type Cluster,
  covers,
  type Field,
  gatewayAt,
  gatewaysNamedBy,
  Kind,
  listenersFor,
  namespacesOf,
  parentGateway,
  parentsOf,
  type Resource,
  routesOf,
  wildcardsOver,
} from '../../../manifests';
import { type EntryMatch, matchesOf } from '../../manifests/calls/entry-matches';
import { isSecure, portOf } from './listener-port';

export interface RuleMatches {
  readonly at: Field;
  /** The way to it. */
  readonly key: string;
  readonly matches: readonly EntryMatch[];
}

const RULES = new WeakMap<Resource, readonly RuleMatches[]>();

/** The rules of a route with their matches, read once. */
function rulesOf(route: Resource): readonly RuleMatches[] {
  const known = RULES.get(route) ?? readRules(route);
  RULES.set(route, known);
  return known;
}

function readRules({ type, spec }: Resource): RuleMatches[] {
  const rules =
    type === Kind.INGRESS
      ? spec.get('rules').items.flatMap(each => each.get('http', 'paths').items)
      : spec.get(type === Kind.VIRTUAL_SERVICE ? 'http' : 'rules').items;
  return rules.map(at => ({ at, key: at.path.join(), matches: matchesOf(at) }));
}

interface Binding {
  readonly route: Resource;
  readonly at: Field;
  readonly hosts: readonly string[];
}

interface Rivals {
  readonly routes: ReadonlySet<Resource>;
  readonly rules: readonly RuleMatches[];
}

/** The routes of listeners that have one list of them, by host. */
interface Group {
  readonly byHost: Map<string, Resource[]>;
  readonly rivals: Map<string, Rivals>;
}

interface Bindings {
  readonly byRoute: Map<Resource, Binding[]>;
  readonly byGroup: Map<string, Group>;
}

/**
 * The rules that may take requests for a host: those of the routes with the name, else with the longest pattern of it.
 */
export function rivalsAt(host: string, group: Group | undefined): Rivals {
  const best = [host, ...wildcardsOver(host)].find(each => group?.byHost.has(each)) ?? '';
  const known = group?.rivals.get(best);
  if (known) {
    return known;
  }
  const routes = byAge([...new Set(group?.byHost.get(best))]);
  const rivals = { routes: new Set(routes), rules: routes.flatMap(each => rulesOf(each)) };
  group?.rivals.set(best, rivals);
  return rivals;
}

const BINDINGS = new WeakMap<Cluster, Map<Resource, Bindings>>();

const NONE: Bindings = { byRoute: new Map(), byGroup: new Map() };

/**
 * The routes at the listeners or servers of a Gateway, with the hosts that both have; those of Gateways with the same
 * selector too.
 */
export function bindingsOf(gateway: Resource, cluster: Cluster): Bindings {
  const known = BINDINGS.get(cluster) ?? new Map<Resource, Bindings>();
  if (!BINDINGS.has(cluster)) {
    BINDINGS.set(cluster, known);
    readBindings(cluster).forEach(([of, binding]) => addBinding(known, of, binding));
  }
  return known.get(gateway) ?? NONE;
}

function addBinding(known: Map<Resource, Bindings>, gateway: Resource, binding: Binding): void {
  const bindings = known.get(gateway) ?? { byRoute: new Map<Resource, Binding[]>(), byGroup: new Map<string, Group>() };
  known.set(gateway, bindings);
  addTo(bindings.byRoute, binding.route, binding);
  const group = bindings.byGroup.get(groupOf(binding.at)) ?? {
    byHost: new Map<string, Resource[]>(),
    rivals: new Map<string, Rivals>(),
  };
  bindings.byGroup.set(groupOf(binding.at), group);
  binding.hosts.forEach(host => addTo(group.byHost, host, binding.route));
}

/** Listeners without TLS on one port have one list of routes. */
export function groupOf(at: Field): string {
  return isSecure(at) ? `${at.resource.key} ${at.path.join()}` : `plain ${String(portOf(at))}`;
}

function readBindings(cluster: Cluster): [Resource, Binding][] {
  const alike = new Map<string, Resource[]>();
  cluster.all(Kind.ISTIO_GATEWAY).forEach(each => addTo(alike, selectorKey(each), each));
  return [
    ...routesOf(cluster).flatMap(route =>
      parentsOf(route).flatMap((parent): [Resource, Binding][] => {
        const gateway = parentGateway(parent, cluster);
        return gateway
          ? listenersFor(gateway, route.namespace, parent, cluster).map(at => [
              gateway,
              { route, at, hosts: sharedHosts(hostsOf(route), [at.get('hostname').text.toLowerCase() || '*']) },
            ])
          : [];
      }),
    ),
    ...cluster.all(Kind.VIRTUAL_SERVICE).flatMap(route => {
      const isVisible = namespacesOf(route.spec.get('exportTo').texts, route.namespace);
      return gatewaysNamedBy(route)
        .flatMap(each => gatewayAt(each, cluster) ?? [])
        .flatMap(named =>
          named.spec.get('servers').items.flatMap((at): [Resource, Binding][] => {
            const hosts = sharedHosts(hostsOf(route), serverHosts(at, route.namespace));
            return isVisible.includes('*') || isVisible.includes(named.namespace)
              ? (alike.get(selectorKey(named)) ?? []).map(gateway => [gateway, { route, at, hosts }])
              : [];
          }),
        );
    }),
    ...cluster
      .all(Kind.INGRESS)
      .map((route): [Resource, Binding] => [
        route,
        { route, at: route.spec, hosts: route.spec.get('rules').items.map(each => each.get('host').text || '*') },
      ]),
  ];
}

function selectorKey(gateway: Resource): string {
  return JSON.stringify(Object.entries(gateway.spec.get('selector').strings).sort());
}

function hostsOf({ type, spec }: Resource): string[] {
  const hosts = spec.get(type === Kind.VIRTUAL_SERVICE ? 'hosts' : 'hostnames').texts.map(each => each.toLowerCase());
  return hosts.length === 0 ? ['*'] : hosts;
}

function serverHosts(at: Field, namespace: string): string[] {
  return at.get('hosts').texts.flatMap(text => {
    const [scope = '', host] = text.toLowerCase().split('/');
    return host === undefined
      ? [scope]
      : scope === '*' || (scope === '.' ? at.resource.namespace : scope) === namespace
        ? [host]
        : [];
  });
}

/**
 * The hosts that both have: of a name and a pattern the name. Names are looked up, so that only patterns are compared
 * with all.
 */
function sharedHosts(some: readonly string[], others: readonly string[]): string[] {
  const [own, theirs] = [new Set(some), new Set(others)];
  const under = (patterns: readonly string[], hosts: readonly string[]) =>
    patterns.filter(each => each.startsWith('*')).flatMap(each => hosts.filter(host => covers(each, host)));
  return [...new Set([...[...own].filter(each => theirs.has(each)), ...under(some, others), ...under(others, some)])];
}
