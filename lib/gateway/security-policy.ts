import type { ISecurityPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import { gatewayDurationOf, type SpecOf, type TopologyChart } from '../kubernetes';
import {
  type AcceptedTokens,
  type ApiKeyProps,
  Capability,
  type Edge,
  type EdgeRule,
  type ExternalAuthorizer,
  FailureMode,
  Protocol,
  ValidationError,
} from '../topology';
import { CLIENT_OF_KEY, claimHeadersOf } from './client-headers';
import { oidcOf } from './login';
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
  const { token, key, login } = rules[0]?.auth ?? {};
  const [name] = routeNames;
  const demands = token
    ? tokenDemands(edge, token)
    : key && !edge.isLeftToFront(Capability.API_KEYS)
      ? keyDemands(key)
      : login && { oidc: oidcOf(edge, login) };
  const authorization = authorizationOf(edge, token);
  const extAuth = externalAuthorization(edge, rules[0]?.authorizer);
  if (!(demands ?? authorization ?? extAuth) || name === undefined) {
    return;
  }
  new SecurityPolicy(chart.scopeOf(edge), `security-${name}`, {
    metadata: { name, namespace: edge.namespace },
    spec: {
      targetRefs: routeNames.map(each => ({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: each })),
      ...demands,
      authorization,
      extAuth,
    },
  });
}

function tokenDemands(edge: Edge, token: AcceptedTokens): Spec {
  const { issuer, audiences, jwks, jwksUri = '' } = token;
  return {
    jwt: {
      providers: [
        {
          name: PROVIDER,
          issuer,
          audiences: token.anyAudience ? undefined : [...audiences],
          ...(jwks === undefined
            ? { remoteJWKS: { uri: jwksUri } }
            : { localJWKS: { type: 'Inline' as const, inline: jwks } }),
          // By default Envoy also accepts the query parameter `access_token`.
          extractFrom: { headers: [{ name: 'Authorization', valuePrefix: 'Bearer ' }] },
          claimToHeaders: claimHeadersOf(edge),
        },
      ],
    },
  };
}

/** The service that decides about each request, before all others: without its decision a request is denied. */
function externalAuthorization(edge: Edge, authorizer: ExternalAuthorizer | undefined): Spec['extAuth'] {
  const { service, port, requestHeaders, timeout, failureMode } = authorizer ?? {};
  if (!service || !port) {
    return undefined;
  }
  if (service.namespace !== edge.namespace) {
    throw new ValidationError({
      code: 'AuthorizerElsewhere',
      path: edge.path,
      summary: `${service.name} is in the namespace ${service.namespace}, and the edge in ${edge.namespace}.`,
      fix: 'Declare the authorizer in the namespace of the edge.',
    });
  }
  const backendRefs = [{ name: service.name, port: port.number }];
  return {
    ...(port.protocol === Protocol.GRPC ? { grpc: { backendRefs } } : { http: { backendRefs } }),
    headersToExtAuth: requestHeaders && [...requestHeaders],
    timeout: timeout && gatewayDurationOf(timeout),
    failOpen: failureMode === FailureMode.FAIL_OPEN,
  };
}

/**
 * The addresses and scopes of which a request must have one each; the first rule that matches decides. Any one of the
 * scopes suffices, but a rule requires all that it lists.
 */
function authorizationOf(
  { allowedCidrs, deniedCidrs }: Edge,
  token: AcceptedTokens | undefined,
): Spec['authorization'] {
  const clientCIDRs = allowedCidrs ? { clientCIDRs: [...allowedCidrs] } : undefined;
  const scopes = token?.scopes?.map(scope => ({ jwt: { provider: PROVIDER, scopes: [scope] } }));
  const allowed = scopes?.map(scope => ({ ...clientCIDRs, ...scope })) ?? (clientCIDRs ? [clientCIDRs] : []);
  if (allowed.length === 0 && !deniedCidrs) {
    return undefined;
  }
  return {
    defaultAction: allowed.length > 0 ? 'Deny' : 'Allow',
    rules: [
      ...(deniedCidrs ? [{ action: 'Deny' as const, principal: { clientCIDRs: [...deniedCidrs] } }] : []),
      ...allowed.map(principal => ({ action: 'Allow' as const, principal })),
    ],
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
