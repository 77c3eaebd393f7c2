import { addTo, type Cluster, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import { type Check, problem } from '../../manifests/check';
import { openIngress } from './open-ingress';
import { openConnection, type OpenRoute, openRoutes } from './open-routes';

export const rule: Check = {
  id: 'UnauthenticatedEntry',
  severity: Severity.INFO,
  covers: [],
  summary: 'Requests without credentials pass from outside to a service',
  explanation:
    'The finding names one: it carries what a match of the route demands and nothing else, and the traffic simulator '
    + 'routes it to a workload, independent of external authorizers. Gateways of Istio and Envoy Gateway are '
    + 'simulated; of other Ingresses, annotations that demand credentials and the policies of the service are '
    + 'evaluated. Nothing is reported if every route of the managed API in front has an authorizer, nor what depends '
    + 'on addresses, on what is not simulated, or on Pods that are not among the manifests. It is meant for public '
    + 'pages; each other route needs a policy.',
  *find(cluster) {
    const byRoute = new Map<Resource, OpenRoute[]>();
    for (const open of managedApiAuthenticates(cluster) ? [] : allOpen(cluster)) {
      addTo(byRoute, open.rule.resource, open);
    }
    for (const [first, ...others] of byRoute.values()) {
      if (first) {
        const { rule, gateway, workload, example } = first;
        const isConnection = CONNECTION_ROUTES.has(rule.resource.type);
        yield problem(
          rule,
          `A ${isConnection ? 'connection' : 'request'} without credentials (${example}) passes ${gateway.name} and reaches `
            + `${CallGraph.of(cluster).nodeOfWorkload(workload)?.name ?? workload.name}`
            + `${others.length > 0 ? `, and ${others.length} more of this route do` : ''}.`,
          isConnection
            ? 'Terminate TLS at the gateway and require client certificates there, limit the addresses with an '
                + 'AuthorizationPolicy, or suppress this with how the service itself authenticates its clients.'
            : 'Demand a token with a RequestAuthentication and an AuthorizationPolicy, or suppress this with the reason.',
        );
      }
    }
  },
};

/** Routes of connections, which carry no token that a gateway could read. */
const CONNECTION_ROUTES: ReadonlySet<string> = new Set<string>([Kind.TCP_ROUTE, Kind.TLS_ROUTE]);

function allOpen(cluster: Cluster): OpenRoute[] {
  return [
    ...openRoutes(cluster),
    ...CallGraph.of(cluster).entries.flatMap(entry => {
      switch (entry.route.type) {
        case Kind.TCP_ROUTE:
        case Kind.TLS_ROUTE:
          return openConnection(entry, cluster) ?? [];
        case Kind.INGRESS:
          return openIngress(entry, cluster) ?? [];
        default:
          return [];
      }
    }),
  ];
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
