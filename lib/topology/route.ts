import type { Declaring } from './declaring';
import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import { type BackendTls, validateBackendTls } from './backend-tls';
import type { ExternalAuthorizer } from './external-authorizer';
import { type PerClientRateLimit, requireCountableClients } from './per-client-rate-limit';
import type { RateLimit } from './rate-limit';
import type { Retries } from './call-policy';
import { validateRouteRetries } from './route-retries';
import { ValidationError } from './validation-error';
import { EdgeRule, type IRuledEdge } from './edge-rule';
import { type HeaderChanges, validateHeaderChanges } from './header-changes';
import { requireDuration } from './numbers';
import { requireCacheable } from './route-cache';
import { Operation } from './operation';
import { PathPattern } from './path-pattern';
import type { Port } from './port';
import type { HttpBinding, ProtoDescriptor } from './proto-descriptor';
import type { RequestMatch } from './request-match';
import { type RequestValidation, validateRequestRules } from './request-validation';
import { type RouteRewrite, validateRouteRewrite } from './route-rewrite';
import { anyValue } from './rules';
import type { Service } from './service';

/** Properties of a {@link Route}. */
export interface RouteProps {
  /**
   * The authentication that requests need.
   * @default - that of the edge
   */
  readonly auth?: Auth;
  /**
   * The service that decides for each request whether it is allowed, in addition to `auth`; `ExternalAuthorizer.none()`
   * for none.
   * @default - that of the edge
   */
  readonly authorizer?: ExternalAuthorizer;
  /**
   * The request rate that is allowed on this route.
   * @default - the edge's throttle alone
   */
  readonly rateLimit?: RateLimit;
  /**
   * The timeout of requests until the end of their response; 0 for none, e.g. for streams. That of a WebSocket ends with
   * its handshake.
   * @default - that of the edge
   */
  readonly timeout?: Duration;
  /**
   * Retries after a failure, of methods that may be repeated or on failures before the service processes a request. In
   * the cluster: a BackendTrafficPolicy of Envoy Gateway; at Istio's gateway an error.
   * @default - none at Envoy Gateway; at Istio's gateway those of the mesh, by default 2 on connection failures, refused
   * streams, and the gRPC statuses `unavailable` and `cancelled`
   * @see https://gateway.envoyproxy.io/docs/tasks/traffic/retry/
   */
  readonly retries?: Retries;
  /**
   * The number of the service's port.
   * @default - its first
   */
  readonly port?: number;
  /**
   * The request limit of each client on this route, in addition to that of the whole edge.
   * @default - the edge's limit alone
   */
  readonly perClientRateLimit?: PerClientRateLimit;
  /**
   * What a request must contain.
   * @default - no requirement
   */
  readonly requestValidation?: RequestValidation;
  /**
   * How long a response to a GET is cached, in whole seconds.
   * @default - responses are not cached
   */
  readonly cacheTtl?: Duration;
  /**
   * The gRPC method that JSON requests are transcoded to: path and query parameters become fields of the request
   * message, a body becomes the whole message. The service's port needs a descriptor.
   * @default - requests are forwarded as they are
   */
  readonly grpcMethod?: string;
  /**
   * Changes of path and host before requests are forwarded. The policies of the service see the new path.
   * @default - none
   */
  readonly rewrite?: RouteRewrite;
  /**
   * Changes of the headers of requests, after authentication, and of responses. In the cluster: filters of an
   * HTTPRoute.
   * @default - none
   */
  readonly headerChanges?: HeaderChanges;
  /**
   * The TLS of connections to the service, for one that terminates TLS itself. In the cluster: a BackendTLSPolicy. Istio
   * supports it for services outside the mesh; in the mesh, proxies have mutual TLS.
   * @default - plain text, or mutual TLS in a mesh
   * @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/
   */
  readonly backendTls?: BackendTls;
  /**
   * Conditions on headers and query parameters. Several routes may have the same operation, if for each request it is
   * defined which of them matches.
   * @default - none
   */
  readonly match?: RequestMatch;
}

/** How REST requests become gRPC requests. */
export interface Translation extends HttpBinding {
  /** The descriptor set with the messages of the method. */
  readonly descriptor: ProtoDescriptor;
}

/** An operation of an edge and the service that its requests are routed to. Requests without a route get 404. */
export class Route extends EdgeRule {
  /** The service's port; it carries requests. */
  readonly port: Port;
  /** The limit on all requests of the route; undefined for that of the edge alone. */
  readonly rateLimit?: RateLimit;
  /** The time limit of requests, 0 for none; that of the edge, if the route declares none. */
  readonly timeout: Duration;
  /** How often and on which failures a request is retried; undefined for the default of the gateway. */
  readonly retries?: Retries;
  /** The limit on the requests of each client on this route; undefined for that of the edge alone. */
  readonly perClientRateLimit?: PerClientRateLimit;
  /** The query parameters, headers and body that requests need; undefined for any. */
  readonly requestValidation?: RequestValidation;
  /** How long a response to GET is cached; undefined for not at all. */
  readonly cacheTtl?: Duration;
  /**
   * The gRPC method that requests are transcoded to, with its descriptor; undefined if requests are forwarded as they
   * are.
   */
  readonly translation?: Translation;
  /** Changes of path and host; undefined for none. */
  readonly rewrite?: RouteRewrite;
  /** Changes of headers; undefined for none. */
  readonly headerChanges?: HeaderChanges;
  /** The TLS of connections to the service; undefined for none. */
  readonly backendTls?: BackendTls;

  constructor(
    declaring: Declaring,
    edge: IRuledEdge,
    operation: string,
    /** The service that requests are routed to. */
    readonly service: Service,
    props: RouteProps,
  ) {
    super(declaring, ['Route', 'edge.route(…)'], edge, operation, props);
    const { path } = this;
    this.port = props.port === undefined ? service.firstPort(path) : service.port(props.port, path);
    this.rateLimit = props.rateLimit;
    this.timeout = props.timeout ?? edge.timeout;
    this.retries = props.retries;
    this.perClientRateLimit = props.perClientRateLimit;
    this.requestValidation = props.requestValidation;
    this.cacheTtl = props.cacheTtl;
    this.rewrite = props.rewrite;
    this.headerChanges = props.headerChanges;
    this.backendTls = props.backendTls;
    this.translation = props.grpcMethod === undefined ? undefined : translationOf(path, this, props.grpcMethod);
    Object.values(RULES).forEach(validate => {
      validate(path, this);
    });
  }

  /** The operation as the service receives it: the gRPC method, the rewritten path, or the operation of the edge. */
  get inside(): Operation {
    const { operation, translation, rewrite: { path, pathPrefix } = {} } = this;
    if (translation) {
      return Operation.parse(this.edge.path, `POST /${translation.service}/${translation.method}`);
    }
    const replaced = path ?? (pathPrefix && `${pathPrefix === '/' ? '' : pathPrefix}/*`);
    return replaced === undefined ? operation : operation.at(new PathPattern(this.path, replaced));
  }
}

/** The rule for each property. A property without an entry does not compile. */
const RULES = {
  auth: anyValue,
  authorizer: requireUncached,
  rateLimit: anyValue,
  timeout: (path, { timeout }) => {
    requireDuration(path, 'The timeout', timeout);
  },
  retries: validateRouteRetries,
  requestValidation: (path, { requestValidation }) => {
    validateRequestRules(path, requestValidation);
  },
  cacheTtl: requireCacheable,
  perClientRateLimit: (path, { perClientRateLimit, auth, edge }) => {
    requireCountableClients({
      path,
      limit: perClientRateLimit,
      hasToken: auth.token !== undefined,
      hasApiKey: auth.key !== undefined,
    });
    requireOneAnswer(path, edge.perClientRateLimit, perClientRateLimit);
  },
  port: requireRequests,
  // The descriptor rejects a method that it does not have.
  grpcMethod: anyValue,
  rewrite: (path, { operation, rewrite, translation }) => {
    validateRouteRewrite(path, operation.path, rewrite);
    if (translation && rewrite) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'Requests are transcoded to a gRPC method, whose path no rewrite may change.',
        fix: 'Leave out `rewrite` or `grpcMethod`.',
      });
    }
  },
  backendTls: (path, { backendTls }) => {
    validateBackendTls(path, backendTls);
  },
  match: (path, { match, translation }) => {
    if (match && translation) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'Requests are transcoded to gRPC before the conditions of a route are known.',
        fix: 'Leave out `match` or `grpcMethod`.',
      });
    }
  },
  headerChanges: (path, { headerChanges }) => {
    validateHeaderChanges(path, headerChanges);
  },
} satisfies { readonly [K in keyof RouteProps]-?: (path: string, route: Route) => void };

/** A cached response would be sent without a decision of the authorizer. */
function requireUncached(path: string, { authorizer, cacheTtl }: Route): void {
  if (authorizer && cacheTtl) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'Responses of the route are cached, so requests would be answered without a decision of its authorizer.',
      fix: 'Remove `cacheTtl`, or set `authorizer: ExternalAuthorizer.none()` on the route.',
    });
  }
}

function requireRequests(path: string, { port, service }: Route): void {
  if (!port.carriesRequests) {
    throw new ValidationError({
      code: 'NoRequests',
      path,
      summary: `Port ${port.number} of ${service.name} uses ${port.protocol}, and an edge routes requests.`,
      fix: 'Route to a port declared as http, http2 or grpc.',
    });
  }
}

function translationOf(
  path: string,
  { service: { name }, port: { grpcService, descriptor, number }, operation }: Route,
  method: string,
): Translation {
  if (!grpcService || !descriptor) {
    throw new ValidationError({
      code: 'Untranslatable',
      path,
      summary: `Port ${number} of ${name} has no descriptor of its gRPC messages.`,
      fix: 'Declare it as Port.grpc(…, { service, descriptor: ProtoDescriptor.fromFile(…) }).',
    });
  }
  const binding = { service: grpcService, method, operation };
  descriptor.requireTranslatable(path, binding);
  return { ...binding, descriptor };
}

function requireOneAnswer(
  path: string,
  ofEdge: PerClientRateLimit | undefined,
  own: PerClientRateLimit | undefined,
): void {
  if (ofEdge && own && ofEdge.failureMode !== own.failureMode) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `While clients cannot be counted, the edge is ${ofEdge.failureMode} and this route ${own.failureMode}.`,
      fix: 'Set the same for both: a gateway has one rate limit service with one failure mode.',
    });
  }
}
