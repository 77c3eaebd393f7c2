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
import { type EntryMatch, type EntryRequest, exampleOf, matchesOf } from '../../manifests/calls/entry-matches';

/** A listener or a server that a route is attached to, with a host of both. */
export interface EntryListener {
  readonly gateway: Resource;
  readonly at: Field;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** Without `*`, so that a request can have it. */
  readonly host: string;
  /** Whether the host is one that route or listener names, rather than one under a wildcard. */
  readonly isNamed: boolean;
}

/** Where requests for a route come in that have to prove nothing in TLS. */
export function listenersOf(route: Resource, gateway: Resource, cluster: Cluster): EntryListener[] {
  return (bindingsOf(gateway, cluster).byRoute.get(route) ?? [])
    .filter(each => !demandsCertificate(each.at))
    .flatMap(({ at, hosts }) => {
      const [port, isTls] = [portOf(at), isSecure(at)];
      const host = hosts.find(each => !each.includes('*')) ?? hosts[0];
      return port === undefined || host === undefined || isDead(at)
        ? []
        : [
            {
              gateway,
              at,
              port,
              scheme: isTls ? ('https' as const) : ('http' as const),
              host: host.replace('*', 'x').replace(/^x$/, 'x.example'),
              isNamed: !host.includes('*'),
            },
          ];
    });
}

/** Requests of which a rule may take some at a listener: for the paths and methods that its matches name, and for those that policies do. */
export function requestsOf(
  match: EntryMatch,
  { scheme, host, port }: EntryListener,
  named: { readonly paths: readonly string[]; readonly methods: readonly string[] },
): EntryRequest[] {
  const methods =
    match.methods.length > 0 ? match.methods : ['GET', 'POST', ...named.methods.filter(each => /^[A-Z]+$/.test(each))];
  const { value, kind } = match.path;
  const paths = pathsFor(
    match,
    kind === 'prefix' ? named.paths.filter(each => mayBeUnder(each, value)) : named.paths,
  ).filter(each => /^\/[\w\-~.!$&'()+,;=:@/]*$/.test(each) && !/\/\/|\/\.\.?(\/|$)/.test(each));
  return [...new Set(paths)]
    .flatMap(path =>
      [...new Set(methods)].map(method => ({
        scheme,
        host,
        port,
        method,
        path,
        headers: match.headers,
        query: match.query,
      })),
    )
    .filter(request => match.takes(request) === true);
}

/** Whether no rule with higher precedence at the gateway matches a request of a match, as far as that is known. */
export function isRouted(
  request: EntryRequest,
  match: EntryMatch,
  rule: Field,
  { gateway, at }: EntryListener,
  cluster: Cluster,
): boolean {
  const { rules, routes } = rivalsAt(request.host, bindingsOf(gateway, cluster).byGroup.get(groupOf(at)));
  return (
    routes.has(rule.resource)
    && (rule.resource.type === Kind.VIRTUAL_SERVICE
      ? isFirst(request, match, rule, rules, routes.size)
      : isPreferred(request, match, rule, rules))
  );
}

/** VirtualServices apply in their order, but a rule that matches all requests comes last if several have the host. */
function isFirst(
  request: EntryRequest,
  match: EntryMatch,
  rule: Field,
  rules: readonly RuleMatches[],
  routes: number,
): boolean {
  const isCatchAll = routes > 1 && match.path.kind === 'prefix' && match.path.value === '/';
  for (const other of rules) {
    const isOwn = isSame(other, rule);
    if (isOwn && !isCatchAll) {
      return true;
    }
    if (!isOwn && other.matches.some(each => each.takes(request) !== false)) {
      return false;
    }
  }
  return true;
}

/** Of two matches the higher rank is preferred, then the earlier rule of one route; of two routes which is not told here. */
function isPreferred(request: EntryRequest, match: EntryMatch, rule: Field, rules: readonly RuleMatches[]): boolean {
  const index = Number(rule.path[2]);
  return rules.every(each =>
    each.matches.every(
      other =>
        other.takes(request) === false
        || isSame(each, rule)
        || (each.at.resource.type === rule.resource.type
          && isBehind(other, match, each.at.resource === rule.resource && index < Number(each.at.path[2]))),
    ),
  );
}

/** Whether gateways try a match after another; they agree on expressions beside exact paths and beside expressions alone. */
function isBehind(other: EntryMatch, match: EntryMatch, isLater: boolean): boolean {
  const kinds = [match.path.kind, other.path.kind];
  const difference =
    match.rank.map((each, position) => each - (other.rank[position] ?? 0)).find(each => each !== 0) ?? 0;
  return (
    (kinds[0] === kinds[1] || !kinds.includes('regex') || kinds.includes('exact'))
    && (difference > 0 || (difference === 0 && isLater))
  );
}

function isSame({ at, key }: RuleMatches, rule: Field): boolean {
  return at.resource === rule.resource && key === rule.path.join();
}

interface RuleMatches {
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

/** The rules that may take requests for a host: those of the routes with the name, else with the longest pattern of it. */
function rivalsAt(host: string, group: Group | undefined): Rivals {
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

/** The routes at the listeners or servers of a Gateway, with the hosts that both have; those of Gateways with the same selector too. */
function bindingsOf(gateway: Resource, cluster: Cluster): Bindings {
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
function groupOf(at: Field): string {
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

/** The hosts that both have: of a name and a pattern the name. Names are looked up, so that only patterns are compared with all. */
function sharedHosts(some: readonly string[], others: readonly string[]): string[] {
  const [own, theirs] = [new Set(some), new Set(others)];
  const under = (patterns: readonly string[], hosts: readonly string[]) =>
    patterns.filter(each => each.startsWith('*')).flatMap(each => hosts.filter(host => covers(each, host)));
  return [...new Set([...[...own].filter(each => theirs.has(each)), ...under(some, others), ...under(others, some)])];
}

function portOf(at: Field): number | undefined {
  return at.resource.type === Kind.INGRESS
    ? 80
    : at.resource.type === Kind.GATEWAY
      ? at.get('port').number
      : at.get('port', 'number').number;
}

function isSecure(at: Field): boolean {
  return ['HTTPS', 'TLS'].includes(
    at.get(...(at.resource.type === Kind.GATEWAY ? ['protocol'] : ['port', 'protocol'])).text.toUpperCase(),
  );
}

/** Whether a listener sees no requests, or answers each of them itself. */
function isDead(at: Field): boolean {
  return (
    at.get('tls', 'httpsRedirect').isTrue
    || (isSecure(at)
      && at.resource.type === Kind.ISTIO_GATEWAY
      && ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(at.get('tls', 'mode').text))
  );
}

/** Whether clients have to show a certificate. */
function demandsCertificate(at: Field): boolean {
  if (!isSecure(at)) {
    return false;
  }
  if (at.resource.type === Kind.ISTIO_GATEWAY) {
    return ['MUTUAL', 'ISTIO_MUTUAL'].includes(at.get('tls', 'mode').text);
  }
  const frontend = at.resource.spec.get('tls', 'frontend');
  const [own = frontend.get('default')] = frontend
    .get('perPort')
    .items.filter(each => each.get('port').number === at.get('port').number)
    .map(each => each.get('tls'));
  const validation = [at.get('tls', 'frontendValidation'), own.get('validation')].find(each => each.exists);
  const option = at.get('tls', 'options').strings['gateway.istio.io/tls-terminate-mode'];
  return (
    (validation !== undefined && validation.get('mode').text !== 'AllowInsecureFallback')
    || ['MUTUAL', 'ISTIO_MUTUAL'].includes(option ?? '')
  );
}

/** Paths of a match, and those of policies that may be among them: of a pattern one with something in place of what varies, and one without. */
function pathsFor({ path: { kind, value } }: EntryMatch, named: readonly string[]): string[] {
  const ofPolicies = named.flatMap(each => [each.replace(/\{\*+\}|\*/g, 'x'), each.replace(/\{\*\*\}|\*/g, '')]);
  switch (kind) {
    case 'exact':
      return [value];
    case 'prefix':
      return [value || '/', `${value}x`, `${value}/x`, `${value}/x-unnamed`, `${value}x-unnamed`, ...ofPolicies];
    case 'regex':
      return [exampleOf(value), ...ofPolicies];
  }
}

function mayBeUnder(pattern: string, prefix: string): boolean {
  const end = pattern.indexOf('*');
  const start = end < 0 ? pattern : pattern.slice(0, pattern[end - 1] === '{' ? end - 1 : end);
  return start.startsWith(prefix) || prefix.startsWith(start);
}
