import {
  type ApiQuotas,
  HTTP_API_QUOTAS,
  limitOf,
  type Quota,
  REST_API_QUOTAS,
  WEBSOCKET_API_QUOTAS,
} from '../../checks';
import { type Auth, type Edge, requireOneHost, type Route, TlsVersion, ValidationError } from '../../topology';
import type { ManagedApiProps } from '../managed-api';

/** The name of an API in messages, and the code of its errors. */
export interface ApiKind {
  readonly name: string;
  readonly code: 'LimitOfHttpApi' | 'LimitOfRestApi' | 'LimitOfWebSocketApi';
  readonly quotas: { readonly integrationTimeoutMillis: Quota; readonly [name: string]: Quota };
}

export const HTTP_API = { name: 'an HTTP API', code: 'LimitOfHttpApi', quotas: HTTP_API_QUOTAS } as const;
export const REST_API = { name: 'a REST API', code: 'LimitOfRestApi', quotas: REST_API_QUOTAS } as const;
export const WEBSOCKET_API = {
  name: 'a WebSocket API',
  code: 'LimitOfWebSocketApi',
  quotas: WEBSOCKET_API_QUOTAS,
} as const;

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
const TARGET_GROUP_NAME = 32;
/** In milliseconds, of HTTP APIs and REST APIs. */
export const SHORTEST_TIMEOUT = 50;
const TIMEOUT = 'integrationTimeoutMillis';
/** In milliseconds: AWS supports 30 s for HTTP APIs, the CDK a second less. */
export const LONGEST_TIMEOUT_OF_CDK = 29_000;
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html#http-api-mapping-reserved-headers */
const RESERVED_HEADER = new RegExp(
  '^(authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|'
    + 'proxy-authenticate|te|trailers?|transfer-encoding|upgrade|via|'
    + 'x-forwarded-.*|access-control-.*|x-amzn?-.*|apigw-.*)$',
);

/**
 * Throws for properties that no managed API supports.
 * @param longestOf the longest timeout of a route in milliseconds, undefined for that of the API
 */
export function requireFitForManagedApi(
  api: ApiKind,
  props: ManagedApiProps,
  longestOf: (route: Route) => number | undefined = () => undefined,
): void {
  const { edge } = props;
  assertRaisable(api, props);
  edge.routes.forEach(route => requireFitRoute(api, route, longestOf(route) ?? longestOfApi(api, props.quotas)));
  edge.redirects.forEach(({ path, operation }) => {
    throw invalid(
      api,
      path,
      `"${operation.toString()}" is a redirect, and ${api.name} forwards all requests.`,
      'Answer with the redirect in a service, or declare it on an edge without a managed API.',
    );
  });
  requireOneHost(edge, api.name, (...problem) => invalid(api, ...problem));
  requireNoTlsVersion(api, edge);
  if (!props.loadBalancer) {
    requireTargetGroupName(api, edge, props.targetGroupName);
  }
  requireTruststore(api, props);
  requireStageName(api, edge, props.stageName);
  Object.entries(props.claimHeaders ?? {}).forEach(([header, claim]) => {
    assertNotReservedHeader(api, edge, header);
    rejectHost(api, edge, header);
    requireClaim(api, edge, claim);
  });
}

/** The API terminates the connections of clients. */
function requireNoTlsVersion(api: ApiKind, { path, minTlsVersion }: Edge): void {
  if (minTlsVersion === TlsVersion.V1_3) {
    throw invalid(
      api,
      path,
      `\`minTlsVersion\` applies to connections of clients, which ${api.name} terminates in front of the gateway.`,
      'Set it at the API instead, and remove it from the edge.',
    );
  }
}

/** An error about a limit of an API, with the code of the API. */
export function invalid(api: ApiKind, path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: api.code, path, summary, fix });
}

/** Throws for more of something than a quota of the API allows: the account's own, or the default. */
export function requireNoMore<Name extends string>(
  api: ApiKind & { readonly quotas: { readonly [N in Name]: Quota } },
  path: string,
  name: Name,
  count: number,
  { what = name, fix, own }: { readonly what?: string; readonly fix: string; readonly own?: ApiQuotas },
): void {
  const most = limitOf(api.quotas, name, { ...own });
  if (count > most) {
    throw invalid(
      api,
      path,
      `There are ${count} ${what}, and ${api.name} has at most ${most}.`,
      `${fix}${adviceOn(api, name)}`,
    );
  }
}

function adviceOn(api: ApiKind, name: string): string {
  return api.quotas[name]?.isRaisable
    ? ` AWS raises this quota on request; state the quota of the account in \`quotas: { ${name}: … }\`.`
    : '';
}

/** Throws for quotas of the account that AWS does not raise for this kind of API. */
function assertRaisable(api: ApiKind, { edge, quotas = {} }: ManagedApiProps): void {
  for (const [name, value] of Object.entries(quotas) as [string, number | undefined][]) {
    if (value !== undefined && !api.quotas[name]?.isRaisable) {
      throw invalid(
        api,
        edge.path,
        `\`quotas\` has ${name}, which AWS does not raise for ${api.name}.`,
        `Remove it from \`quotas\`.`,
      );
    }
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw invalid(api, edge.path, `The quota ${name} is ${value}.`, 'State a whole number above 0.');
    }
  }
}

function longestOfApi(api: ApiKind, own?: ApiQuotas): number {
  return Math.min(limitOf(api.quotas, TIMEOUT, { ...own }), api === HTTP_API ? LONGEST_TIMEOUT_OF_CDK : Infinity);
}

function requireFitRoute(api: ApiKind, { edge, operation, timeout, auth, match }: Route, longest: number): void {
  const path = `${edge.path}/${operation.toString()}`;
  const millis = timeout.toMilliseconds();
  if (millis < SHORTEST_TIMEOUT || millis > longest) {
    throw invalid(
      api,
      path,
      `The timeout is ${millis} ms, and ${api.name} supports ${SHORTEST_TIMEOUT} to ${longest} ms.`,
      `Set a timeout in this range, and use polling for operations that take longer.${adviceOn(api, TIMEOUT)}`,
    );
  }
  if (match) {
    throw invalid(
      api,
      path,
      `The route has conditions beside its operation, and ${api.name} matches method and path alone.`,
      'Use different paths, or an edge without a managed API.',
    );
  }
  if (operation.path.isPrefix) {
    const stem = operation.path.stem?.text ?? '';
    const routes = [stem || '/', `${stem}/{rest+}`].map(each => `"${operation.method ?? 'ANY'} ${each}"`);
    throw invalid(
      api,
      path,
      `"${operation.path.text}" is a prefix, and ${api.name} has no route that matches a path and all below it.`,
      `Declare ${routes.join(' and ')}.`,
    );
  }
  if (operation.path.text !== '/' && operation.path.text.endsWith('/')) {
    throw invalid(
      api,
      path,
      `"${operation.path.text}" ends with "/", which routes of ${api.name} do not support.`,
      `Write it as "${operation.path.text.replace(/\/+$/, '') || '/'}".`,
    );
  }
  requireFitToken(api, path, auth);
}

/** Throws for tokens that no authorizer of the API verifies. */
export function requireFitToken(api: ApiKind, path: string, { token, login }: Auth): void {
  if (login) {
    throw invalid(
      api,
      path,
      `It requires a login, which ${api.name} does not run.`,
      'Require a token of the provider by `Auth.jwt(…)`, or route to a service that runs the login.',
    );
  }
  if (token?.anyAudience) {
    throw invalid(
      api,
      path,
      `Tokens of any audience are accepted, and an authorizer of ${api.name} compares audiences.`,
      'Give the audiences of the edge.',
    );
  }
  if (token && !token.issuer.startsWith('https://')) {
    throw invalid(
      api,
      path,
      `The issuer "${token.issuer}" does not use HTTPS, and ${api.name} fetches keys only over HTTPS.`,
      'Use an issuer with an https:// URL.',
    );
  }
}

function requireTargetGroupName(api: ApiKind, edge: Edge, given: string | undefined): void {
  const name = given ?? edge.id;
  if (name.length > TARGET_GROUP_NAME) {
    throw invalid(
      api,
      edge.path,
      `"${name}" has ${name.length} characters, and the name of a target group can have ${TARGET_GROUP_NAME}.`,
      given === undefined
        ? 'Set `targetGroupName`, here and in the TargetGroupBinding, or shorten the name of the topology or of the edge.'
        : 'Shorten `targetGroupName`.',
    );
  }
  if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name)) {
    throw invalid(
      api,
      edge.path,
      `"${name}" is not a valid name of a target group.`,
      'Use letters, digits and "-", which is neither first nor last; "internal-" is reserved.',
    );
  }
}

function requireTruststore(api: ApiKind, { edge, certificate, hostedZone, truststore }: ManagedApiProps): void {
  if (edge.clientCa && !truststore) {
    throw invalid(
      api,
      edge.path,
      'The edge requires client certificates, and the API has no truststore to verify them.',
      'Set `truststore`.',
    );
  }
  if (truststore && !certificate && !hostedZone) {
    throw invalid(
      api,
      edge.path,
      'A truststore is a setting of a custom domain, and the API has none.',
      "Set `certificate`, the certificate of the edge's host, or `hostedZone`.",
    );
  }
}

function requireStageName(api: ApiKind, { path }: Edge, name: string | undefined): void {
  if (name !== undefined && !/^[A-Za-z0-9_-]{1,128}$/.test(name) && !(api === HTTP_API && name === '$default')) {
    throw invalid(api, path, `"${name}" is not a valid stage name.`, 'Use up to 128 letters, digits, "-" and "_".');
  }
}

function assertNotReservedHeader(api: ApiKind, { path }: Edge, header: string): void {
  if (RESERVED_HEADER.test(header.toLowerCase())) {
    throw invalid(
      api,
      path,
      `AWS sets the header "${header}" itself, and allows no mapping of it.`,
      'Use another name, e.g. "x-customer".',
    );
  }
}

function rejectHost(api: ApiKind, { path, host }: Edge, header: string): void {
  if (header.toLowerCase() === 'host') {
    throw invalid(
      api,
      path,
      `A value in the header "${header}" would replace the host, and the gateway routes requests to "${host}" by it.`,
      'Use another name, e.g. "x-customer".',
    );
  }
}

/** A claim is rendered into an expression of AWS, which ends at other characters. */
function requireClaim(api: ApiKind, { path }: Edge, claim: string): void {
  if (!/^[\w:/.-]+$/.test(claim)) {
    throw invalid(
      api,
      path,
      `${JSON.stringify(claim)} is not a claim name that AWS supports.`,
      'Use letters, digits and "_:/.-", e.g. "sub" or "cognito:groups".',
    );
  }
}
