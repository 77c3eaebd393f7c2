import { addTo, byAge, type Cluster, covers, type Field, gatewayAt, gatewaysNamedBy, Kind, listenersFor, namespacesOf, parentGateway, parentsOf, type Resource, routesOf } from '../../../manifests';
import { type EntryMatch, type EntryRequest, exampleOf, matchesOf } from './entry-matches';

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
  return bindingsOf(gateway, cluster).filter(each => each.route === route && !demandsCertificate(each.at)).flatMap(({ at, hosts }) => {
    const [port, isTls] = [portOf(at), isSecure(at)];
    const host = hosts.find(each => !each.includes('*')) ?? hosts[0];
    return port === undefined || host === undefined || isDead(at) ? []
      : [{ gateway, at, port, scheme: isTls ? 'https' as const : 'http' as const, host: host.replace('*', 'x').replace(/^x$/, 'x.example'), isNamed: !host.includes('*') }];
  });
}

/** Requests of which a rule may take some at a listener: for the paths and methods that its matches name, and for those that policies do. */
export function requestsOf(match: EntryMatch, { scheme, host, port }: EntryListener, named: { readonly paths: readonly string[]; readonly methods: readonly string[] }): EntryRequest[] {
  const methods = match.methods.length > 0 ? match.methods : ['GET', 'POST', ...named.methods.filter(each => /^[A-Z]+$/.test(each))];
  const paths = pathsFor(match, named.paths).filter(each => /^\/[\w\-~.!$&'()+,;=:@/]*$/.test(each) && !/\/\/|\/\.\.?(\/|$)/.test(each));
  return [...new Set(paths)].flatMap(path => [...new Set(methods)].map(method => ({ scheme, host, port, method, path, headers: match.headers, query: match.query })))
    .filter(request => match.takes(request) === true);
}

/** Whether a request that a match takes is not left to a rule that the gateway prefers, as far as that can be told. */
export function isRouted(request: EntryRequest, match: EntryMatch, rule: Field, { gateway, at }: EntryListener, cluster: Cluster): boolean {
  const together = bindingsOf(gateway, cluster).filter(each => each.at.path.join() === at.path.join() && each.at.resource === at.resource ? true : sharesRoutes(each.at, at));
  const hosted = together.flatMap(each => {
    const lengths = each.hosts.filter(host => covers(host, request.host)).map(lengthOf);
    return lengths.length > 0 ? [{ route: each.route, length: Math.max(...lengths) }] : [];
  });
  const longest = Math.max(...hosted.map(each => each.length));
  const routes = [...new Set(hosted.filter(each => each.length === longest).map(each => each.route))];
  return routes.includes(rule.resource) && (rule.resource.type === Kind.VIRTUAL_SERVICE ? isFirst(request, match, rule, byAge(routes)) : isPreferred(request, match, rule, routes));
}

/** VirtualServices are tried in their order, but what takes all requests comes last where several have a host. */
function isFirst(request: EntryRequest, match: EntryMatch, rule: Field, routes: readonly Resource[]): boolean {
  const isCatchAll = routes.length > 1 && match.path.kind === 'prefix' && match.path.value === '/';
  for (const other of routes.flatMap(each => rulesOf(each))) {
    const isOwn = other.at.resource === rule.resource && other.at.path.join() === rule.path.join();
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
function isPreferred(request: EntryRequest, match: EntryMatch, rule: Field, routes: readonly Resource[]): boolean {
  const index = Number(rule.path[2]);
  return routes.flatMap(each => rulesOf(each)).every(({ at, matches }) => {
    const isOwn = at.resource === rule.resource && at.path.join() === rule.path.join();
    return isOwn || matches.every(other => {
      const difference = match.rank.map((each, position) => each - (other.rank[position] ?? 0)).find(each => each !== 0) ?? 0;
      const isTold = at.resource.type === rule.resource.type && (match.path.kind === other.path.kind || ![match, other].some(each => each.path.kind === 'regex') || [match, other].some(each => each.path.kind === 'exact'));
      const isBehind = difference > 0 || (difference === 0 && at.resource === rule.resource && index < Number(at.path[2]));
      return (isTold && isBehind) || other.takes(request) === false;
    });
  });
}

interface RuleMatches {
  readonly at: Field;
  readonly matches: readonly EntryMatch[];
}

const RULES = new WeakMap<Resource, readonly RuleMatches[]>();

/** The rules of a route with their matches, read once. */
export function rulesOf(route: Resource): readonly RuleMatches[] {
  const paths = route.type === Kind.INGRESS ? route.spec.get('rules').items.flatMap(each => each.get('http', 'paths').items) : route.spec.get(route.type === Kind.VIRTUAL_SERVICE ? 'http' : 'rules').items;
  const known = RULES.get(route) ?? paths.map(at => ({ at, matches: matchesOf(at) }));
  RULES.set(route, known);
  return known;
}

interface Binding {
  readonly route: Resource;
  readonly at: Field;
  readonly hosts: readonly string[];
}

const BINDINGS = new WeakMap<Cluster, Map<Resource, Binding[]>>();

/** The routes at the listeners or servers of a Gateway, with the hosts that both have; those of Gateways with the same selector too. */
function bindingsOf(gateway: Resource, cluster: Cluster): readonly Binding[] {
  const known = BINDINGS.get(cluster) ?? new Map<Resource, Binding[]>();
  BINDINGS.set(cluster, known);
  if (known.size === 0) {
    readBindings(cluster).forEach(([of, binding]) => addTo(known, of, binding));
  }
  return known.get(gateway) ?? [];
}

function readBindings(cluster: Cluster): [Resource, Binding][] {
  const alike = new Map<string, Resource[]>();
  cluster.all(Kind.ISTIO_GATEWAY).forEach(each => addTo(alike, selectorKey(each), each));
  return [
    ...routesOf(cluster).flatMap(route => parentsOf(route).flatMap((parent): [Resource, Binding][] => {
      const gateway = parentGateway(parent, cluster);
      return gateway ? listenersFor(gateway, route.namespace, parent, cluster).map(at => [gateway, { route, at, hosts: sharedHosts(hostsOf(route), [at.get('hostname').text.toLowerCase() || '*']) }]) : [];
    })),
    ...cluster.all(Kind.VIRTUAL_SERVICE).flatMap(route => {
      const isVisible = namespacesOf(route.spec.get('exportTo').texts, route.namespace);
      return gatewaysNamedBy(route).flatMap(each => gatewayAt(each, cluster) ?? []).flatMap(named => named.spec.get('servers').items.flatMap((at): [Resource, Binding][] => {
        const hosts = sharedHosts(hostsOf(route), serverHosts(at, route.namespace));
        return isVisible.includes('*') || isVisible.includes(named.namespace) ? (alike.get(selectorKey(named)) ?? []).map(gateway => [gateway, { route, at, hosts }]) : [];
      }));
    }),
    ...cluster.all(Kind.INGRESS).map((route): [Resource, Binding] => [route, { route, at: route.spec, hosts: route.spec.get('rules').items.map(each => each.get('host').text || '*') }]),
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
    return host === undefined ? [scope] : scope === '*' || (scope === '.' ? at.resource.namespace : scope) === namespace ? [host] : [];
  });
}

function sharedHosts(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set(some.flatMap(one => others.flatMap(other => covers(one, other) ? [other] : covers(other, one) ? [one] : [])))];
}

function lengthOf(host: string): number {
  return host.startsWith('*') ? host.length : Infinity;
}

/** Listeners without TLS on one port have one list of routes. */
function sharesRoutes(one: Field, other: Field): boolean {
  return !isSecure(one) && !isSecure(other) && portOf(one) === portOf(other);
}

function portOf(at: Field): number | undefined {
  return at.resource.type === Kind.INGRESS ? 80 : at.resource.type === Kind.GATEWAY ? at.get('port').number : at.get('port', 'number').number;
}

function isSecure(at: Field): boolean {
  return ['HTTPS', 'TLS'].includes(at.get(...at.resource.type === Kind.GATEWAY ? ['protocol'] : ['port', 'protocol']).text.toUpperCase());
}

/** Whether a listener sees no requests, or answers each of them itself. */
function isDead(at: Field): boolean {
  return at.get('tls', 'httpsRedirect').isTrue || (isSecure(at) && at.resource.type === Kind.ISTIO_GATEWAY && ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(at.get('tls', 'mode').text));
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
  const [own = frontend.get('default')] = frontend.get('perPort').items.filter(each => each.get('port').number === at.get('port').number).map(each => each.get('tls'));
  const validation = [at.get('tls', 'frontendValidation'), own.get('validation')].find(each => each.exists);
  const option = at.get('tls', 'options').strings['gateway.istio.io/tls-terminate-mode'];
  return (validation !== undefined && validation.get('mode').text !== 'AllowInsecureFallback') || ['MUTUAL', 'ISTIO_MUTUAL'].includes(option ?? '');
}

/** Paths of a match, and those of policies that may be among them: of a pattern one with something in place of what varies, and one without. */
function pathsFor({ path: { kind, value } }: EntryMatch, named: readonly string[]): string[] {
  const ofPolicies = named.flatMap(each => [each.replace(/\{\*+\}|\*/g, 'x'), each.replace(/\{\*\*\}|\*/g, '')]);
  switch (kind) {
    case 'exact': return [value];
    case 'prefix': return [value || '/', `${value}x`, `${value}/x`, `${value}/x-unnamed`, `${value}x-unnamed`, ...ofPolicies];
    case 'regex': return [exampleOf(value), ...ofPolicies];
  }
}

