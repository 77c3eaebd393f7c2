import { addTo, type Cluster, type Field, Kind, matchesPattern, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { CallGraph } from './graph';
import { demandsIdentity } from './authentication';
import { policiesFor } from './grants';
import type { Entry } from './node';

export const exposedOperation: Check = {
  id: 'ExposedOperation',
  severity: Severity.WARNING,
  covers: [],
  summary: 'An operation that is meant for other services can be reached from outside',
  explanation: 'A route at a gateway takes all paths under a prefix, and one of them is named in the callee\'s AuthorizationPolicy for callers inside only, while the gateway is let in there too. A path that the gateway\'s rule '
    + 'names by itself is meant for the outside.',
  *find(cluster) {
    const namedPathsOf = namedPaths(cluster);
    for (const entry of CallGraph.of(cluster).entries) {
      const prefixes = prefixesOf(entry);
      const { inside, open } = prefixes.length > 0 ? namedPathsOf(entry) : NOTHING;
      for (const path of inside) {
        const prefix = prefixes.find(each => each.takes(path.text));
        if (prefix && open.some(pattern => matchesPattern(pattern, path.text))) {
          yield problem(prefix.at, `${prefix.text} takes ${path.text} too, which ${path.resource.key} names for callers inside.`, 'Route the paths that are meant one by one, or name those that the gateway may use in the policy.');
        }
      }
    }
  },
};

/** The paths that policies of a service name. */
interface NamedPaths {
  /** For callers inside alone. */
  readonly inside: readonly Field[];
  /** For the gateway, as patterns. */
  readonly open: readonly string[];
}

const NOTHING: NamedPaths = { inside: [], open: [] };

/** What policies name for a service and its gateways: read once for all routes that lead there. */
function namedPaths(cluster: Cluster): (entry: Entry) => NamedPaths {
  const known = new Map<string, NamedPaths>();
  return entry => {
    const key = [entry.callee.key, ...entry.gateways.map(each => `${each.type} ${each.key}`)].join('|');
    const found = known.get(key) ?? readPaths(entry, cluster);
    known.set(key, found);
    return found;
  };
}

function readPaths(entry: Entry, cluster: Cluster): NamedPaths {
  const rules = policiesFor(entry.callee, cluster).flatMap(each => each.spec.get('rules').items);
  const outside = rules.filter(rule => admitsGateway(rule, entry, cluster));
  const named = new Set(outside.flatMap(pathsOf).map(each => each.text));
  const admitted = new Set(outside);
  return {
    inside: rules.filter(rule => !admitted.has(rule)).flatMap(pathsOf).filter(each => !each.text.includes('*') && !named.has(each.text)),
    open: outside.flatMap(rule => rule.get('to').items.length === 0 ? ['*'] : rule.get('to').items.flatMap(to => to.get('operation', 'paths').items.length === 0 ? ['*'] : to.get('operation', 'paths').texts)),
  };
}

export const unauthenticatedEntry: Check = {
  id: 'UnauthenticatedEntry',
  severity: Severity.INFO,
  covers: [],
  summary: 'A way in from outside asks nobody who he is',
  explanation: 'Neither an AuthorizationPolicy (of the gateway or the service: requestPrincipals, claims, an external authorizer) nor an authorizer of the managed API in front, nor client certificates at the Gateway stand before the '
    + 'route. That is meant for pages that everybody may see; each of the others needs one.',
  *find(cluster) {
    const open = CallGraph.of(cluster).entries.filter(entry => !entry.gateways.every(gateway => demandsCertificate(gateway) || demandsIdentity(gateway, entry, cluster)) && !demandsIdentity(undefined, entry, cluster));
    const byRoute = new Map<Resource, Entry[]>();
    for (const entry of open) {
      addTo(byRoute, entry.route, entry);
    }
    for (const [first, ...others] of byRoute.values()) {
      if (first) {
        yield problem(first.rule, `Everybody who reaches ${first.gateways.map(each => each.name).join(' and ')} may use this way to ${first.callee.name}${others.length > 0 ? `, and ${others.length} more of this route` : ''}.`,
          'Demand a token with a RequestAuthentication and an AuthorizationPolicy, or suppress this with the reason.');
      }
    }
  },
};

function demandsCertificate(gateway: Resource): boolean {
  if (gateway.type === Kind.GATEWAY) {
    return gateway.spec.get('tls', 'frontend', 'default', 'validation').exists;
  }
  const modes = gateway.type === Kind.ISTIO_GATEWAY ? gateway.spec.get('servers').items.map(each => each.get('tls', 'mode').text) : [];
  return modes.length > 0 && modes.every(each => each === 'MUTUAL' || each === 'ISTIO_MUTUAL');
}

/** What of a rule takes more than one path. */
interface Prefix {
  readonly at: Field;
  readonly text: string;
  readonly takes: (path: string) => boolean;
}

function prefixesOf({ route, rule }: Entry): Prefix[] {
  const matches = rule.get(route.type === Kind.VIRTUAL_SERVICE ? 'match' : 'matches').items;
  if (route.type !== Kind.INGRESS && matches.length === 0) {
    return [{ at: rule, text: 'The rule without matches', takes: () => true }];
  }
  switch (route.type) {
    case Kind.VIRTUAL_SERVICE: return matches.flatMap(each => each.get('uri').exists ? prefixAt(each.get('uri', 'prefix'), (path, prefix) => path.startsWith(prefix)) : withoutPath(each));
    case Kind.HTTP_ROUTE: return matches.flatMap(each => !each.get('path').exists ? withoutPath(each)
      : ['', 'PathPrefix'].includes(each.get('path', 'type').text) ? prefixAt(each.get('path', 'value'), isUnder) : []);
    case Kind.GRPC_ROUTE: return matches.map(each => each.get('method')).filter(each => each.get('method').text === '' && each.get('service').text !== '').map(each => {
      const service = each.get('service').text;
      return { at: each, text: `The service ${service}`, takes: path => path.startsWith(`/${service}/`) };
    });
    case Kind.INGRESS: return rule.get('pathType').text === 'Exact' ? [] : prefixAt(rule.get('path'), isUnder);
    default: return [];
  }
}

/** A match for a method alone may be for others than those which a policy means. */
function withoutPath(match: Field): Prefix[] {
  return match.get('method').exists ? [] : [{ at: match, text: 'The match without a path', takes: () => true }];
}

function prefixAt(at: Field, covers: (path: string, prefix: string) => boolean): Prefix[] {
  return at.text === '' ? [] : [{ at, text: `The prefix ${at.text}`, takes: path => covers(path, at.text) }];
}

function isUnder(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function pathsOf(rule: Field): Field[] {
  return rule.get('to').items.flatMap(each => each.get('operation', 'paths').items);
}

/** Whether a rule lets the pods of the gateways of an entry in. */
function admitsGateway(rule: Field, { gateways }: Entry, cluster: Cluster): boolean {
  const principals = rule.get('from').items.flatMap(each => each.get('source', 'principals').texts);
  return principals.length === 0 || gateways.some(gateway => gatewayAccounts(gateway, cluster).some(account => principals.some(pattern => matchesPattern(pattern, account))));
}

function gatewayAccounts(gateway: Resource, cluster: Cluster): string[] {
  const domain = cluster.mesh.trustDomain;
  return gateway.type === Kind.GATEWAY
    ? [gateway.name, `${gateway.name}-${gateway.spec.get('gatewayClassName').text}`].map(name => `${domain}/ns/${gateway.namespace}/sa/${name}`)
    : cluster.workloads.select(gateway.spec.get('selector').strings).map((each): string => `${domain}/ns/${each.namespace}/sa/${each.serviceAccount}`);
}

