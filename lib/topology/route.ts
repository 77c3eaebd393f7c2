import { type Declaring, requireDeclaring } from './declaring';
import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import { type ClientLimit, requireCountableClients } from './client-limit';
import type { Edge } from './edge';
import type { Throttle } from './limit';
import { Mistake } from './mistake';
import { requireDuration, requirePositive } from './numbers';
import { Operation } from './operation';
import type { Port } from './port';
import type { HttpBinding, ProtoDescriptor } from './proto-descriptor';
import { type RequestShape, requireTenableShape } from './request-shape';
import type { Service } from './service';

/** Properties of a {@link Route}. */
export interface RouteProps {
  /**
   * The authentication that requests need.
   * @default - that of the edge
   */
  readonly auth?: Auth;
  /**
   * The request rate that is allowed on this route.
   * @default - the edge's throttle alone
   */
  readonly throttle?: Throttle;
  /**
   * The timeout of requests.
   * @default - that of the edge
   */
  readonly timeout?: Duration;
  /**
   * The number of the service's port.
   * @default - its first
   */
  readonly port?: number;
  /**
   * The request limit of each client on this route, in addition to that of the whole edge.
   * @default - the edge's limit alone
   */
  readonly clientLimit?: ClientLimit;
  /**
   * What a request must contain.
   * @default - no requirement
   */
  readonly requires?: RequestShape;
  /**
   * How long a response to a GET is cached, in whole seconds.
   * @default - responses are not cached
   */
  readonly cacheFor?: Duration;
  /**
   * The gRPC method that JSON requests are transcoded to: path and query parameters become fields of the request
   * message, a body becomes the whole message. The service's port needs a descriptor.
   * @default - requests are forwarded as they are
   */
  readonly grpcMethod?: string;
}

/** How REST requests become gRPC requests. */
export interface Translation extends HttpBinding {
  /** The descriptor set with the messages of the method. */
  readonly descriptor: ProtoDescriptor;
}

/** An operation of an edge and the service that its requests are routed to. Requests without a route get 404. */
export class Route {
  /** The method and path that the route matches. */
  readonly operation: Operation;
  /** The service's port; it carries requests. */
  readonly port: Port;
  /** The credentials that requests need; those of the edge, if the route declares none. */
  readonly auth: Auth;
  /** The limit on all requests of the route; undefined for that of the edge alone. */
  readonly throttle?: Throttle;
  /** The time limit of requests; that of the edge, if the route declares none. */
  readonly timeout: Duration;
  /** The limit on the requests of each client on this route; undefined for that of the edge alone. */
  readonly clientLimit?: ClientLimit;
  /** The query parameters, headers and body that requests need; undefined for any. */
  readonly requires?: RequestShape;
  /** How long a response to GET is cached; undefined for not at all. */
  readonly cacheFor?: Duration;
  /**
   * The gRPC method that requests are transcoded to, with its descriptor; undefined if requests are forwarded as they
   * are.
   */
  readonly translation?: Translation;

  constructor(
    declaring: Declaring,
    /** The edge that the route belongs to. */
    readonly edge: Edge,
    operation: string,
    /** The service that requests are routed to. */
    readonly service: Service,
    props: RouteProps,
  ) {
    requireDeclaring(declaring, 'Route', 'edge.route(…)');
    const where = `${edge.path}/${operation}`;
    this.operation = Operation.parse(where, operation);
    requireDuration(where, 'The cache time of responses', props.cacheFor);
    this.port = props.port === undefined ? service.firstPort(where) : service.port(props.port, where);
    this.auth = props.auth ?? edge.auth;
    this.throttle = props.throttle;
    this.timeout = props.timeout ?? edge.timeout;
    this.clientLimit = props.clientLimit;
    this.requires = props.requires;
    this.cacheFor = props.cacheFor;
    this.translation = props.grpcMethod === undefined ? undefined : translationOf(where, this, props.grpcMethod);
    requirePositive(where, 'The timeout', props.timeout);
    requireTenableShape(where, props.requires);
    requireCacheable(where, this);
    requireCountableClients({ path: where, limit: props.clientLimit, hasToken: this.auth.token !== undefined, hasApiKey: this.auth.key !== undefined });
    requireOneAnswer(where, edge.clientLimit, props.clientLimit);
    if (!this.port.carriesRequests) {
      throw new Mistake({
        code: 'NoRequests',
        where,
        problem: `Port ${this.port.number} of ${service.name} uses ${this.port.protocol}, and an edge routes requests.`,
        remedy: 'Route to a port declared as http, http2 or grpc.',
      });
    }
  }

  /** The operation as the service receives it: the gRPC method, or the operation of the edge. */
  get inside(): Operation {
    return this.translation
      ? Operation.parse(this.edge.path, `POST /${this.translation.service}/${this.translation.method}`)
      : this.operation;
  }
}

function translationOf(where: string, { service: { name }, port: { grpcService, descriptor, number }, operation }: Route, method: string): Translation {
  if (!grpcService || !descriptor) {
    throw new Mistake({
      code: 'Untranslatable',
      where,
      problem: `Port ${number} of ${name} has no descriptor of its gRPC messages.`,
      remedy: 'Declare it as Port.grpc(…, { service, descriptor: ProtoDescriptor.fromFile(…) }).',
    });
  }
  const binding = { service: grpcService, method, operation };
  descriptor.requireTranslatable(where, binding);
  return { ...binding, descriptor };
}

function requireCacheable(where: string, { operation, cacheFor }: Route): void {
  const seconds = cacheFor?.toMilliseconds() ?? 1000;
  if ((cacheFor && operation.method !== 'GET') || seconds < 1000 || seconds % 1000 > 0) {
    throw new Mistake({
      code: 'Uncacheable',
      where,
      problem: operation.method === 'GET' ? `Its responses would be cached for ${cacheFor?.toHumanString()}.` : `Responses to ${operation.method ?? 'ANY'} cannot be cached.`,
      remedy: 'Cache GET requests, for whole seconds.',
    });
  }
}

function requireOneAnswer(where: string, ofEdge: ClientLimit | undefined, own: ClientLimit | undefined): void {
  if (ofEdge && own && ofEdge.whenUnavailable !== own.whenUnavailable) {
    throw new Mistake({
      code: 'Contradiction',
      where,
      problem: `While clients cannot be counted, the edge would ${ofEdge.whenUnavailable} requests and this route ${own.whenUnavailable} them.`,
      remedy: 'Set the same for both: a gateway has one rate limit service with one failure mode.',
    });
  }
}
