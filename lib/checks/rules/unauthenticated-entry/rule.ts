import { addTo, type Cluster, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { isAllowedAt, isAllowedBehind, policiesBehind, withoutCredentials } from '../../manifests/calls/entry-access';
import { type EntryMatch, matchesOf } from '../../manifests/calls/entry-matches';
import { isOfIstio, policiesOf, proxiesOf } from '../../manifests/calls/entry-proxies';
import { type EntryListener, listenersOf, requestsOf } from './entry-requests';
import { isRouted } from './rule-precedence';
import { namedOperations } from '../../manifests/calls/entry-rules';
import { admitsStrangers } from './envoy-gateway-policies';
import { CallGraph } from '../../manifests/calls/graph';
import type { Entry } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnauthenticatedEntry',
  severity: Severity.INFO,
  covers: [],
  summary: 'Requests without credentials pass from outside to a service',
  explanation:
    'The finding names one: it carries what a match of the route demands and nothing else, and no policy '
    + 'stops it on its way. Looked at are AuthorizationPolicies of the gateway and of the service, client '
    + 'certificates, '
    + 'SecurityPolicies of Envoy Gateway (of which the closest replaces the others), annotations of an '
    + 'Ingress, and authorizers of the managed API in front. What depends on an external authorizer, on '
    + 'addresses, on a rule of which '
    + 'it cannot be told whether the gateway prefers it, or on Pods that are not among the manifests is '
    + 'not reported. It is meant for public pages; each other route needs a policy.',
  *find(cluster) {
    const byRoute = new Map<Resource, { entry: Entry; example: string }[]>();
    for (const entry of managedApiAuthenticates(cluster) ? [] : CallGraph.of(cluster).entries) {
      const example = openRequest(entry, cluster);
      if (example !== undefined) {
        addTo(byRoute, entry.route, { entry, example });
      }
    }
    for (const [first, ...others] of byRoute.values()) {
      if (first) {
        const {
          entry: { rule, gateways, callee },
          example,
        } = first;
        yield problem(
          rule,
          `A request without credentials (${example}) passes ${gateways.map(each => each.name).join(' or ')} `
            + 'and reaches '
            + `${callee.name}${others.length > 0 ? `, and ${others.length} more of this route do` : ''}.`,
          'Demand a token with a RequestAuthentication and an AuthorizationPolicy, or suppress this with the reason.',
        );
      }
    }
  },
};

/** A request without credentials that reaches the service for certain, e.g. `GET /items`. */
function openRequest(entry: Entry, cluster: Cluster): string | undefined {
  const isTcp = [Kind.TCP_ROUTE, Kind.TLS_ROUTE].some(each => each === entry.route.type);
  const matches = matchesOf(entry.rule);
  for (const gateway of entry.gateways.filter(each => !isAuthenticating(each))) {
    for (const listener of listenersOf(entry.route, gateway, cluster)) {
      const found = isTcp
        ? openConnection(entry, listener, cluster)
        : matches.map(match => openAt(match, entry, listener, cluster)).find(each => each !== undefined);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

function openAt(match: EntryMatch, entry: Entry, listener: EntryListener, cluster: Cluster): string | undefined {
  const { gateway } = listener;
  if (
    gateway.type === Kind.GATEWAY
    && isOfIstio(gateway, cluster) !== true
    && admitsStrangers({ gateway, listener: listener.at, rule: entry.rule }, cluster) !== true
  ) {
    return undefined;
  }
  const proxies = proxiesOf(gateway, cluster);
  const named = namedOperations([
    ...proxies.flatMap(each => policiesOf(each, cluster).certain),
    ...policiesBehind(entry, cluster),
  ]);
  const open = requestsOf(match, listener, named).find(request => {
    const asked = withoutCredentials(request, false);
    return (
      proxies.some(
        each => isAllowedAt(each, asked, cluster) === true && isAllowedBehind(each, entry, asked, cluster) === true,
      ) && isRouted(request, match, entry.rule, listener, cluster)
    );
  });
  return open && `${open.method} ${open.path}`;
}

function openConnection(entry: Entry, { gateway, port, host }: EntryListener, cluster: Cluster): string | undefined {
  const asked = {
    ...withoutCredentials({ scheme: 'tcp', host, port, method: '', path: '', headers: {}, query: {} }, true),
    method: undefined,
    path: undefined,
  };
  const isOpen = proxiesOf(gateway, cluster).some(
    each => isAllowedAt(each, asked, cluster) === true && isAllowedBehind(each, entry, asked, cluster) === true,
  );
  return isOpen ? `a connection to port ${port}` : undefined;
}

/** The annotations by which controllers for Ingresses demand credentials. */
const OF_INGRESS = /\/auth-(url|secret|signin|tls-secret|type)$/;

function isAuthenticating(gateway: Resource): boolean {
  return gateway.type === Kind.INGRESS && Object.keys(gateway.annotations).some(each => OF_INGRESS.test(each));
}

/** Whether every route of the managed APIs has an authorizer. */
function managedApiAuthenticates(cluster: Cluster): boolean {
  const types = [
    ...cluster.all('AWS::ApiGatewayV2::Route').map(each => each.root.get('Properties', 'AuthorizationType').text),
    ...cluster
      .all('AWS::ApiGateway::Method')
      .filter(each => each.root.get('Properties', 'HttpMethod').text !== 'OPTIONS')
      .map(each => each.root.get('Properties', 'AuthorizationType').text),
  ];
  return types.length > 0 && types.every(each => !['', 'NONE'].includes(each));
}
