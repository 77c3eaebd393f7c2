import {
  type AcceptedTokens,
  Capability,
  ClientKey,
  type Edge,
  FailureMode,
  FrontKind,
  Period,
  requireArguments,
  type Route,
} from '../topology';
import { type ApiDocument, parametersOf, pathsOf, Schemes } from './document';
import { requireSameChecks, requireSameUnderConditions } from './equal-checks';
import { type ApiOperation, operationsOf, unsupported } from './operations';
import { requireFrontOfDocument } from './require-front';

const KEY_HEADER = 'x-api-key';

/**
 * The API config of Google's API Gateway, or of the Extensible Service Proxy: Swagger 2.0 with Google's extensions. It
 * forwards requests to `https://HOST`, the edge's host, whose DNS record is the address of the gateway's load balancer;
 * the clients of the API request the host that Google assigns. It verifies tokens, which the gateway in the cluster
 * verifies again. If the front has addresses, it also verifies API keys of Google projects, and client limits are quotas
 * of these projects per minute.
 * @see https://docs.cloud.google.com/api-gateway/docs/oasv2-extensions
 */
export function googleApiGateway(edge: Edge): ApiDocument {
  requireArguments('function.googleApiGateway', [edge], edge);
  requireFrontOfDocument(edge, FrontKind.GOOGLE_API_GATEWAY);
  edge.topology.close();
  requireFit(edge);
  const schemes = new Schemes();
  const operations = operationsOf(edge);
  const paths = pathsOf(operations, googlePath, operation => operationOf(operation, schemes));
  if (edge.cors) {
    addPreflights(operations, paths);
  }
  return {
    swagger: '2.0',
    info: { title: edge.id, version: '1.0.0' },
    schemes: ['https'],
    'x-google-backend': backendOf(edge),
    ...quotaOf(edge),
    paths,
    securityDefinitions: schemes.all,
  };
}

function backendOf({ host }: Pick<Edge, 'host'>): object {
  return {
    address: `https://${host}`,
    path_translation: 'APPEND_PATH_TO_ADDRESS',
    // Otherwise a token of Google replaces the one that the gateway in the cluster verifies.
    disable_auth: true,
  };
}

/** A parameter for the rest of a path has a suffix of its own. */
function googlePath(path: string): string {
  return path.replace('+}', '=**}');
}

function operationOf(operation: ApiOperation, schemes: Schemes): object {
  const { route } = operation;
  return {
    operationId: operation.id,
    parameters: parametersOf(operation, { type: 'string' }),
    responses: { default: { description: `The response of ${route.service.name}.` } },
    security: securityOf(route, schemes),
    'x-google-backend': { ...backendOf(route.edge), deadline: route.timeout.toMilliseconds() / 1000 },
    ...metricsOf(route),
  };
}

function securityOf(route: Route, schemes: Schemes): object[] {
  const { auth } = route;
  if (auth.token) {
    const { issuer, audiences, jwksUri } = auth.token;
    const name = schemes.nameOf('token', [issuer, audiences, jwksUri], {
      type: 'oauth2',
      flow: 'implicit',
      authorizationUrl: '',
      'x-google-issuer': issuer,
      ...(jwksUri === undefined ? {} : { 'x-google-jwks_uri': jwksUri }),
      'x-google-audiences': audiences.join(','),
      // By default the query parameter `access_token` is read as well.
      'x-google-jwt-locations': [{ header: 'Authorization', value_prefix: 'Bearer ' }],
    });
    return [{ [name]: [] }];
  }
  return isKeyed(route)
    ? [{ [schemes.nameOf('key', '', { type: 'apiKey', in: 'header', name: KEY_HEADER })]: [] }]
    : [];
}

/** Preflights have no credentials, and the gateway in the cluster responds to them. */
function addPreflights(operations: readonly ApiOperation[], paths: ReturnType<typeof pathsOf>): void {
  for (const [path, methods] of Object.entries(paths)) {
    const declared = operations.some(
      ({ method, path: own, route }) =>
        method === 'options' && googlePath(own.text) === path && route.operation.method !== undefined,
    );
    const [first] = Object.values(methods);
    if (!declared && first) {
      methods.options = { ...first, operationId: `preflight-of-${idOf(first)}`, security: [] };
    }
  }
}

function idOf(operation: object): string {
  return 'operationId' in operation ? String(operation.operationId) : '';
}

/** Whether Google verifies a key: the gateway in the cluster has keys of its own. */
function isKeyed({ edge, auth }: Route): boolean {
  return auth.key !== undefined && edge.isLeftToFront(Capability.API_KEYS);
}

function limitsOf(route: Route): { metric: string; requests: number }[] {
  const { perClientRateLimit, edge } = route;
  if (!isKeyed(route)) {
    return [];
  }
  return [
    ...(edge.perClientRateLimit ? [{ metric: 'requests', requests: edge.perClientRateLimit.requests }] : []),
    ...(perClientRateLimit
      ? [{ metric: `requests-${perClientRateLimit.requests}`, requests: perClientRateLimit.requests }]
      : []),
  ];
}

function metricsOf(route: Route): object {
  const limits = limitsOf(route);
  return limits.length === 0
    ? {}
    : { 'x-google-quota': { metricCosts: Object.fromEntries(limits.map(({ metric }) => [metric, 1])) } };
}

function quotaOf(edge: Edge): object {
  const limits = new Map(edge.routes.flatMap(limitsOf).map(({ metric, requests }) => [metric, requests]));
  return limits.size === 0
    ? {}
    : {
        'x-google-management': {
          metrics: [...limits.keys()].map(name => ({ name, valueType: 'INT64', metricKind: 'DELTA' })),
          quota: {
            limits: [...limits].map(([metric, requests]) => ({
              name: `${metric}-limit`,
              metric,
              unit: '1/min/{project}',
              values: { STANDARD: requests },
            })),
          },
        },
      };
}

function requireFit(edge: Edge): void {
  if (!edge.tlsSecret) {
    throw unsupported(
      edge.path,
      'Google connects to the gateway over the internet, and the edge uses plain HTTP.',
      'Set `tlsSecret` to the Secret with a certificate of a public authority.',
    );
  }
  for (const route of edge.routes) {
    const path = `${edge.path}/${route.operation.toString()}`;
    if (route.auth.token) {
      requireFitToken(path, route.auth.token);
    }
    if (isKeyed(route) && (route.auth.key?.header ?? KEY_HEADER) !== KEY_HEADER) {
      throw unsupported(path, `Google reads API keys from the header "${KEY_HEADER}".`, 'Remove `header`.');
    }
  }
  if (edge.isLeftToFront(Capability.PER_CLIENT_RATE_LIMITS)) {
    requireFitLimits(edge);
  }
  requireSameUnderConditions(edge, route => [
    route.auth.token,
    isKeyed(route),
    limitsOf(route),
    route.timeout.toMilliseconds(),
  ]);
  requireSameChecks(edge, route => [isKeyed(route), limitsOf(route)], trailingSlashes);
}

function requireFitToken(
  path: string,
  { issuer, audiences, anyAudience, jwks, clientIdAsAudience }: AcceptedTokens,
): void {
  const [problem, fix] = clientIdAsAudience
    ? ['Google requires `aud` in tokens, so `client_id` cannot replace it.', 'Have the issuer set `aud`.']
    : anyAudience
      ? ['Tokens of any audience are accepted, and Google compares audiences.', 'Give the audiences of the edge.']
      : audiences.some(each => each.includes(','))
        ? ['An audience contains a comma, which separates audiences for Google.', 'Use another audience.']
        : jwks !== undefined
          ? [`Google fetches the keys of ${issuer}, and cannot have them in \`jwks\`.`, 'Set `jwksUri` instead.']
          : [undefined, ''];
  if (problem !== undefined) {
    throw unsupported(path, problem, fix);
  }
}

function requireFitLimits(edge: Edge): void {
  for (const { client, per, failureMode } of edge.perClientRateLimits) {
    if (client.kind !== ClientKey.apiKey().kind || per !== Period.MINUTE) {
      throw unsupported(
        edge.path,
        `A client limit is per ${per} and by ${client.kind}, and Google counts requests per minute of the project of an `
          + 'API key.',
        'Use ClientKey.apiKey() and Period.MINUTE, or limit clients in the cluster.',
      );
    }
    if (failureMode === FailureMode.FAIL_CLOSED) {
      throw unsupported(
        edge.path,
        'A client limit denies requests that cannot be counted, but Google allows them.',
        'Use FailureMode.FAIL_OPEN, or limit clients in the cluster.',
      );
    }
  }
}

/** Google matches a path with parameters also with a slash at its end, and the rest of a path also if it is empty. */
function trailingSlashes({ operation: { path } }: Route): string[] {
  return path.takesRest ? [path.folder.text] : path.isExact || path.isPrefix ? [] : [`${path.text}/`];
}
