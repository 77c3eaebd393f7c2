import type { ISecurityPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import type { SpecOf, TopologyChart } from '../kubernetes';
import type { ApiKeyProps, Edge, EdgeRule, JwtProps } from '../topology';
import { CLIENT_OF_KEY, claimHeadersOf } from './client-headers';
import { SecurityPolicy } from './resources';

type Spec = SpecOf<ISecurityPolicy>;

const PROVIDER = 'token';

/** The authentication and authorization of some HTTPRoutes; nothing if they have none. */
export function renderSecurityPolicy(
  chart: TopologyChart,
  edge: Edge,
  rules: readonly EdgeRule[],
  routeNames: readonly string[],
): void {
  const { token, key } = rules[0]?.auth ?? {};
  const [name] = routeNames;
  const demands = token ? tokenDemands(edge, token) : key && !edge.managed ? keyDemands(key) : undefined;
  if (!demands || name === undefined) {
    return;
  }
  new SecurityPolicy(chart.scopeOf(edge), `security-${name}`, {
    metadata: { name, namespace: edge.namespace },
    spec: {
      targetRefs: routeNames.map(each => ({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: each })),
      ...demands,
    },
  });
}

function tokenDemands(edge: Edge, token: JwtProps): Spec {
  const { issuer, audiences, scopes, jwks, jwksUri = '' } = token;
  return {
    jwt: {
      providers: [
        {
          name: PROVIDER,
          issuer,
          audiences: [...audiences],
          ...(jwks === undefined
            ? { remoteJWKS: { uri: jwksUri } }
            : { localJWKS: { type: 'Inline' as const, inline: jwks } }),
          // By default Envoy also accepts the query parameter `access_token`.
          extractFrom: { headers: [{ name: 'Authorization', valuePrefix: 'Bearer ' }] },
          claimToHeaders: claimHeadersOf(edge),
        },
      ],
    },
    // Any one of the scopes suffices, but a rule requires all that it lists.
    authorization: scopes
      ? {
          defaultAction: 'Deny',
          rules: scopes.map(scope => ({
            action: 'Allow' as const,
            principal: { jwt: { provider: PROVIDER, scopes: [scope] } },
          })),
        }
      : undefined,
  };
}

/** Services get the client's ID, not its key. */
function keyDemands({ secret, header = 'x-api-key' }: ApiKeyProps): Spec {
  return {
    apiKeyAuth: {
      credentialRefs: [{ name: secret }],
      extractFrom: [{ headers: [header] }],
      forwardClientIDHeader: CLIENT_OF_KEY,
      sanitize: true,
    },
  };
}
