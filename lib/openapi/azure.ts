import { CORS_HEADERS, type Edge, FailureMode, FrontKind, Period, requireArguments, type Route } from '../topology';
import { type ApiDocument, openApiOf } from './document';
import { requireNoOverlap, requireSameUnderConditions } from './equal-checks';
import { type ApiOperation, operationsOf, unsupported } from './operations';
import { requireFrontOfDocument } from './require-front';
import { element, type XmlElement, xmlOf } from './xml';

/** Properties of {@link azureApiManagement}. */
export interface AzureApiManagementProps {
  /**
   * The id of the certificate in API Management that it presents to the gateway: the counterpart of the front's
   * `clientCa`, which requires it.
   * @default - none
   */
  readonly certificateId?: string;
}

/** An API of Azure API Management: its properties, and the policies that apply to it. */
export interface AzureApi {
  /**
   * The properties of the resource `Microsoft.ApiManagement/service/apis`. Its `value` is the OpenAPI document, of which
   * API Management imports operations and parameters, but no security.
   */
  readonly properties: ApiDocument;
  /** The policy of the API: CORS and the backend. */
  readonly policy: string;
  /** The policies of its operations by their names: authentication, limits of clients, timeouts. */
  readonly operationPolicies: { readonly [operationId: string]: string };
}

const KEY_HEADER = 'x-api-key';
const UNAUTHORIZED = 401;
const SECONDS = { [Period.SECOND]: 1, [Period.MINUTE]: 60, [Period.HOUR]: 3600, [Period.DAY]: 86_400 };

/**
 * The API of an edge in Azure API Management. It forwards requests to `https://HOST`, the edge's host, whose DNS record
 * is the address of the gateway's load balancer. Tokens are verified by keys that the issuer publishes by discovery; the
 * gateway in the cluster verifies them again, with their scopes. API keys are subscription keys.
 * @see https://learn.microsoft.com/azure/api-management/api-management-api-import-restrictions
 */
export function azureApiManagement(edge: Edge, props: AzureApiManagementProps = {}): AzureApi {
  requireArguments('function.azureApiManagement', [edge, props], edge);
  requireFrontOfDocument(edge, FrontKind.AZURE_API_MANAGEMENT);
  edge.topology.close();
  requireFit(edge, props);
  const operations = operationsOf(edge);
  const document = openApiOf(edge, operations, path => path.replace(/\{[^}]+\+\}$/, '*'));
  const keyed = edge.routes.filter(({ auth }) => auth.key);
  return {
    properties: {
      format: 'openapi+json',
      value: JSON.stringify(document),
      displayName: edge.id,
      path: '',
      protocols: ['https'],
      subscriptionRequired: keyed.length === edge.routes.length,
      subscriptionKeyParameterNames: { header: keyed[0]?.auth.key?.header ?? KEY_HEADER, query: 'subscription-key' },
      translateRequiredQueryParameters: 'query',
    },
    policy: policyOf([
      ...corsOf(edge),
      element('set-backend-service', { 'base-url': `https://${edge.host}` }),
      ...(props.certificateId === undefined
        ? []
        : [element('authentication-certificate', { 'certificate-id': props.certificateId })]),
    ]),
    operationPolicies: Object.fromEntries(
      operations.map(operation => [operation.id, policyOf(inboundOf(operation), timeoutOf(operation))]),
    ),
  };
}

/** The policies of an outer scope apply first. */
function policyOf(inbound: readonly XmlElement[], backend: readonly XmlElement[] = [element('base')]): string {
  return xmlOf(
    element('policies', {}, [
      element('inbound', {}, [element('base'), ...inbound]),
      element('backend', {}, backend),
      element('outbound', {}, [element('base')]),
      element('on-error', {}, [element('base')]),
    ]),
  );
}

function timeoutOf({ route }: ApiOperation): XmlElement[] {
  return [element('forward-request', { timeout: String(Math.ceil(route.timeout.toMilliseconds() / 1000)) })];
}

function inboundOf({ id, route }: ApiOperation): XmlElement[] {
  return [...authenticationOf(route), ...limitsOf(id, route)];
}

function authenticationOf({ auth: { token, key } }: Route): XmlElement[] {
  if (token) {
    const { issuer, audiences } = token;
    return [
      element(
        'validate-jwt',
        {
          'header-name': 'Authorization',
          'require-scheme': 'Bearer',
          'failed-validation-httpcode': String(UNAUTHORIZED),
          'output-token-variable-name': 'token',
        },
        [
          element('openid-config', { url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` }),
          element(
            'audiences',
            {},
            audiences.map(each => element('audience', {}, each)),
          ),
          element('issuers', {}, [element('issuer', {}, issuer)]),
        ],
      ),
    ];
  }
  return key
    ? [
        element('choose', {}, [
          element('when', { condition: '@(context.Subscription == null)' }, [
            element('return-response', {}, [
              element('set-status', { code: String(UNAUTHORIZED), reason: 'Unauthorized' }),
            ]),
          ]),
        ]),
      ]
    : [];
}

/** Each limit has a counter of its own, so that a request counts for that of the edge and for that of its route. */
function limitsOf(id: string, { edge, auth, perClientRateLimit }: Route): XmlElement[] {
  const limits = [
    { counter: edge.id, limit: edge.perClientRateLimit },
    { counter: `${edge.id} ${id}`, limit: perClientRateLimit },
  ];
  return limits.flatMap(({ counter, limit }) => {
    const client = limit ? clientOf(limit.client, auth) : undefined;
    if (!limit || client === undefined) {
      return [];
    }
    const seconds = SECONDS[limit.per];
    return [
      element(seconds <= 300 ? 'rate-limit-by-key' : 'quota-by-key', {
        calls: String(limit.requests),
        'renewal-period': String(seconds),
        'counter-key': `@("${counter} " + ${client})`,
      }),
    ];
  });
}

/** The expression of what identifies a client; undefined on routes that do not verify it. */
function clientOf({ kind, name }: { kind: string; name: string }, { token, key }: Route['auth']): string | undefined {
  const jwt = '((Jwt)context.Variables["token"])';
  if (kind === 'claim') {
    return token ? `${jwt}.Issuer + " " + ${jwt}.Claims.GetValueOrDefault("${name}", "")` : undefined;
  }
  return kind === 'header'
    ? `context.Request.Headers.GetValueOrDefault("${name}", "")`
    : key && 'context.Subscription.Id';
}

function corsOf({ cors }: Edge): XmlElement[] {
  if (!cors) {
    return [];
  }
  const list = (name: string, item: string, values: readonly string[], attributes = {}) =>
    element(
      name,
      attributes,
      values.map(each => element(item, {}, each)),
    );
  return [
    element('cors', { 'allow-credentials': String(cors.credentials ?? false) }, [
      list('allowed-origins', 'origin', cors.origins),
      list(
        'allowed-methods',
        'method',
        ['*'],
        cors.maxAge ? { 'preflight-result-max-age': String(cors.maxAge.toSeconds()) } : {},
      ),
      list('allowed-headers', 'header', cors.headers ?? CORS_HEADERS),
      ...(cors.exposedHeaders ? [list('expose-headers', 'header', cors.exposedHeaders)] : []),
    ]),
  ];
}

function requireFit(edge: Edge, { certificateId }: AzureApiManagementProps): void {
  if (!edge.tlsSecret) {
    throw unsupported(
      edge.path,
      'API Management connects to the gateway over HTTPS, and the edge uses plain HTTP.',
      'Set `tlsSecret` to the Secret with a certificate of a public authority.',
    );
  }
  if ((edge.front?.clientCa === undefined) !== (certificateId === undefined)) {
    throw unsupported(
      edge.path,
      certificateId === undefined
        ? 'The gateway requires a certificate of the front, and API Management presents none.'
        : 'API Management presents a certificate that the gateway does not require.',
      'Set both `clientCa` of the front and `certificateId`, or neither.',
    );
  }
  const headers = edge.routes.flatMap(({ auth: { key } }) => (key ? [key.header ?? KEY_HEADER] : []));
  if (new Set(headers).size > 1) {
    throw unsupported(
      edge.path,
      `API keys are in the headers ${[...new Set(headers)].join(', ')}, and an API has one.`,
      'Use one header.',
    );
  }
  for (const {
    operation,
    auth: { token },
  } of edge.routes) {
    if (token && (token.jwks !== undefined || token.clientIdAsAudience || token.anyAudience)) {
      throw unsupported(
        `${edge.path}/${operation.toString()}`,
        'API Management fetches keys by discovery and requires `aud` in tokens, so that `jwks`, `clientIdAsAudience` and '
          + 'tokens of any audience are not supported.',
        'Remove it, or put the edge behind another front.',
      );
    }
  }
  for (const { failureMode } of edge.perClientRateLimits) {
    if (failureMode === FailureMode.FAIL_CLOSED) {
      throw unsupported(
        edge.path,
        'A client limit denies requests that cannot be counted, which API Management does not document.',
        'Use FailureMode.FAIL_OPEN, or limit clients in the cluster.',
      );
    }
  }
  requireNoOverlap(edge, ({ auth, perClientRateLimit }) => [auth.token, auth.key, perClientRateLimit]);
  requireSameUnderConditions(edge, ({ timeout }) => timeout.toMilliseconds());
}
