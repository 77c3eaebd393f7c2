import { type Cluster, type Field, Kind, matchesPattern, type Resource } from '../../../manifests';
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
    for (const entry of CallGraph.of(cluster).entries) {
      const prefixes = prefixesOf(entry);
      const policies = prefixes.length > 0 ? policiesFor(entry.callee, cluster) : [];
      const rules = policies.flatMap(each => each.spec.get('rules').items);
      const inside = rules.filter(rule => !admitsGateway(rule, entry, cluster)).flatMap(pathsOf).filter(each => !each.text.includes('*'));
      const outside = rules.filter(rule => admitsGateway(rule, entry, cluster));
      const named = outside.flatMap(pathsOf).map(each => each.text);
      const open = policies.length === 0 ? [] : outside.flatMap(rule => rule.get('to').items.length === 0 ? ['*'] : rule.get('to').items.flatMap(to => to.get('operation', 'paths').items.length === 0 ? ['*'] : to.get('operation', 'paths').texts));
      for (const path of inside.filter(each => !named.includes(each.text))) {
        const prefix = prefixes.find(each => isUnder(path.text, each.text));
        if (prefix && open.some(pattern => matchesPattern(pattern, path.text))) {
          yield problem(prefix, `The prefix ${prefix.text} takes ${path.text} too, which ${path.resource.key} names for callers inside.`, 'Route the paths that are meant one by one, or name those that the gateway may use in the policy.');
        }
      }
    }
  },
};

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
      byRoute.set(entry.route, [...byRoute.get(entry.route) ?? [], entry]);
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
  const modes = gateway.type === Kind.ISTIO_GATEWAY ? gateway.spec.get('servers').items.map(each => each.get('tls', 'mode').text) : [];
  return modes.length > 0 && modes.every(each => each === 'MUTUAL');
}

function prefixesOf({ route, rule }: Entry): Field[] {
  switch (route.type) {
    case Kind.VIRTUAL_SERVICE: return rule.get('match').items.map(each => each.get('uri', 'prefix')).filter(each => each.text !== '');
    case Kind.HTTP_ROUTE: return rule.get('matches').items.map(each => each.get('path')).filter(each => ['', 'PathPrefix'].includes(each.get('type').text)).map(each => each.get('value'));
    case Kind.INGRESS: return rule.get('pathType').text === 'Exact' ? [] : [rule.get('path')];
    default: return [];
  }
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

