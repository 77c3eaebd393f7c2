/** A quota of AWS: its default, and whether AWS raises it on request. */
export interface Quota {
  readonly limit: number;
  readonly isRaisable: boolean;
}

/** The quotas of an account for APIs, where AWS has raised them. */
export interface ApiQuotas {
  /**
   * Routes of an HTTP API or a WebSocket API.
   * @default 300
   */
  readonly routes?: number;
  /**
   * Resources of a REST API, i.e. segments of paths.
   * @default 300
   */
  readonly resources?: number;
  /**
   * Authorizers of an API.
   * @default 10
   */
  readonly authorizers?: number;
  /**
   * Stages of an API.
   * @default 10
   */
  readonly stages?: number;
  /**
   * The timeout of integrations of a Regional or private REST API, in milliseconds.
   * @default 29000
   */
  readonly integrationTimeoutMillis?: number;
}

const raisable = (limit: number): Quota => ({ limit, isRaisable: true });
const fixed = (limit: number): Quota => ({ limit, isRaisable: false });

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const HTTP_API_QUOTAS = {
  routes: raisable(300),
  integrations: fixed(300),
  authorizers: raisable(10),
  stages: raisable(10),
  audiences: fixed(50),
  scopes: fixed(10),
  integrationTimeoutMillis: fixed(30_000),
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
export const REST_API_QUOTAS = {
  resources: raisable(300),
  authorizers: raisable(10),
  stages: raisable(10),
  cacheTtlSeconds: fixed(3600),
  integrationTimeoutMillis: raisable(29_000),
  /** Of an integration that streams its response. */
  streamMillis: fixed(900_000),
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const WEBSOCKET_API_QUOTAS = {
  routes: raisable(300),
  stages: raisable(10),
  integrationTimeoutMillis: fixed(29_000),
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const RESOURCES_OF_TEMPLATE = fixed(500);

/** The limit of one quota: the account's own where AWS raises it. */
export function limitOf<Name extends string>(
  quotas: { readonly [N in Name]: Quota },
  name: Name,
  own: { readonly [name: string]: number | undefined } = {},
): number {
  const { limit, isRaisable } = quotas[name];
  return (isRaisable ? own[name] : undefined) ?? limit;
}
