import { DECLARING, type Declaring, requireDeclaring } from './declaring';
import { given } from './given';
import { Duration } from 'cdk8s';
import { Aggregate, type AggregateProps, type PartProps } from './aggregate';
import { aggregator, callParts } from './aggregator';
import { Auth } from './auth';
import type { PerClientRateLimit } from './per-client-rate-limit';
import type { Cors } from './cors';
import type { ExternalAuthorizer } from './external-authorizer';
import { ClientCertificates, TlsVersion, type TrustedProxies } from './edge-clients';
import { type EdgeProps, validateEdge } from './edge-props';
import type { Front } from './front';
import type { Capability } from './capability';
import type { RateLimit } from './rate-limit';
import { type Destination, distinctDestinations } from './destination';
import { ConnectionRoute, type ConnectionRouteProps, requireForwardable } from './connection-route';
import { rejectOtherTokens } from './claim-match';
import { rejectRivals } from './rival-rules';
import { requireDnsLabel, requireFreeName, requireNamespace } from './names';
import type { IEdge, ISharedGateway, ITopology } from './references';
import type { EdgeRule } from './edge-rule';
import { requireOwnService } from './foreign-service';
import { Redirect, type RedirectProps } from './redirect';
import { Route, type RouteProps } from './route';
import type { Service } from './service';
import type { ServiceProps } from './service-props';
import type { Metadata } from './workload/metadata';

/**
 * An entry point for requests from outside the cluster. In the cluster: a Gateway with its HTTPRoute, token
 * verification and policies. On AWS: a managed API in front of it. Requests without a route get 404.
 */
export class Edge implements IEdge {
  /** The host name of the listeners and of the certificate. */
  readonly host: string;
  /** All host names: `host` and its alternatives. */
  readonly hosts: readonly string[];
  /** The Secret of the certificate, in `namespace`; undefined for plain HTTP on port 80. */
  readonly tlsSecret?: string;
  /** The Secrets of the hosts that have a certificate of their own. */
  readonly tlsSecrets: { readonly [host: string]: string };
  /** The ClusterIssuer of cert-manager that writes `tlsSecret`; undefined if the Secret exists already. */
  readonly certificateIssuer?: string;
  /** The ConfigMap with the authority of client certificates; undefined if clients need no certificate. */
  readonly clientCa?: string;
  /** Whether clients must present a certificate of `clientCa`. */
  readonly clientCertificates: ClientCertificates;
  /** The lowest version of TLS that clients may use. */
  readonly minTlsVersion: TlsVersion;
  /** The only addresses of clients, as CIDRs, whose requests are allowed; undefined for all. */
  readonly allowedCidrs?: readonly string[];
  /** The addresses of clients, as CIDRs, whose requests are denied; undefined for none. */
  readonly deniedCidrs?: readonly string[];
  /** The proxies in front whose `x-forwarded-for` has the address of the client; undefined for none. */
  readonly trustedProxies?: TrustedProxies;
  /** The credentials that requests need on routes without `auth` of their own. */
  readonly auth: Auth;
  /** The service that decides for each request of routes without their own; undefined for none. */
  readonly authorizer?: ExternalAuthorizer;
  /** The limit on all requests of the edge, for each pod of the gateway; undefined for none. */
  readonly rateLimit?: RateLimit;
  /** The limit on the requests of each client, all routes together; undefined for none. */
  readonly perClientRateLimit?: PerClientRateLimit;
  /** The service that counts requests for Istio's gateway; undefined for none. */
  readonly rateLimiter?: Service;
  /** The origins whose web pages may call, and how; undefined for none. */
  readonly cors?: Cors;
  /** Whether a web application firewall inspects requests. */
  readonly waf: boolean;
  /** What is in front of the gateway in the cluster, and alone may connect to it; undefined for nothing. */
  readonly front?: Front;
  /** The time limit of requests on routes without a timeout of their own. */
  readonly timeout: Duration;
  /** Further labels and annotations of the objects that the gateway's controller creates; undefined for none. */
  readonly gatewayMetadata?: Metadata;
  /** The gateway that it shares with other edges; undefined for one of its own. */
  readonly gateway?: ISharedGateway;
  /** The namespace of the Gateway, its routes and policies; with Istio's gateway also of its pods. */
  readonly namespace: string;
  private readonly declared: EdgeRule[] = [];
  private readonly forwarded: ConnectionRoute[] = [];
  private readonly byRequests = new Map<string, EdgeRule[]>();
  private readonly merged: Aggregate[] = [];
  private merger?: Service;

  constructor(
    declaring: Declaring,
    /** The topology that the edge belongs to. */
    readonly topology: ITopology,
    /** The name of its routes and policies, and of its Gateway unless that is shared. */
    readonly name: string,
    props: EdgeProps,
    private readonly addService: (name: string, props: ServiceProps) => Service,
  ) {
    requireDeclaring(declaring, 'Edge', 'topology.addEdge(…)');
    this.host = props.host;
    this.hosts = [props.host, ...(props.alternativeHosts ?? [])];
    this.tlsSecret = props.tlsSecret;
    this.tlsSecrets = props.tlsSecrets ?? {};
    this.certificateIssuer = props.certificateIssuer;
    this.clientCa = props.clientCa;
    this.clientCertificates = props.clientCertificates ?? ClientCertificates.REQUIRED;
    this.minTlsVersion = props.minTlsVersion ?? TlsVersion.V1_2;
    this.allowedCidrs = props.allowedCidrs;
    this.deniedCidrs = props.deniedCidrs;
    this.trustedProxies = props.trustedProxies;
    this.auth = props.auth ?? Auth.none();
    this.authorizer = props.authorizer;
    this.rateLimit = props.rateLimit;
    this.perClientRateLimit = props.perClientRateLimit;
    this.rateLimiter = props.rateLimiter;
    this.cors = props.cors;
    this.waf = props.waf ?? false;
    this.front = props.front;
    this.timeout = props.timeout ?? Duration.seconds(29);
    this.gatewayMetadata = given(props.gatewayMetadata);
    this.gateway = props.gateway;
    this.namespace = props.gateway?.namespace ?? props.namespace ?? topology.namespace;
    requireDnsLabel(this.path, 'an edge', name);
    requireNamespace(this.path, this.namespace);
    requireFreeName(this.path, this.namespace, name);
    validateEdge(this.path, props);
  }

  /** Where it was declared, for messages. */
  get path(): string {
    return `${this.topology.name}/${this.name}`;
  }

  /** The name of the Gateway that serves it: its own name, or that of its shared gateway. */
  get gatewayName(): string {
    return this.gateway?.name ?? this.name;
  }

  /** Its name outside the cluster, e.g. in a cloud account: `TOPOLOGY-EDGE`. */
  get id(): string {
    return `${this.topology.name}-${this.name}`;
  }

  /** The routes and redirects, in the order of their declaration. Which of them matches a request does not depend on it. */
  get rules(): readonly EdgeRule[] {
    return this.declared;
  }

  /** The routes, in the order of their declaration. */
  get routes(): readonly Route[] {
    return this.declared.filter(rule => rule instanceof Route);
  }

  /** The redirects, in the order of their declaration. */
  get redirects(): readonly Redirect[] {
    return this.declared.filter(rule => rule instanceof Redirect);
  }

  /** The connections that are forwarded as they are, in the order of their declaration. */
  get connections(): readonly ConnectionRoute[] {
    return this.forwarded;
  }

  /** The aggregated responses, each with its route. */
  get aggregates(): readonly Aggregate[] {
    return this.merged;
  }

  /** The service that composes them; undefined without aggregates. */
  get aggregator(): Service | undefined {
    return this.merger;
  }

  /** The limits of clients: the edge's own and those of its routes. */
  get perClientRateLimits(): readonly PerClientRateLimit[] {
    return [this.perClientRateLimit, ...this.routes.map(route => route.perClientRateLimit)].filter(
      limit => limit !== undefined,
    );
  }

  /**
   * The ConfigMap with the authority of the certificates that the gateway requires: those of clients, or behind a front
   * that of the front; undefined for none.
   */
  get gatewayClientCa(): string | undefined {
    return this.front ? this.front.clientCa : this.clientCa;
  }

  /** Whether a feature is left to the front, so that the gateway in the cluster does not enforce it. */
  isLeftToFront(capability: Capability): boolean {
    return this.front?.enforcesAlone(capability) ?? false;
  }

  /** The authorizers of its routes and redirects, each once. */
  get authorizers(): readonly ExternalAuthorizer[] {
    const all = this.rules.flatMap(({ authorizer }) => authorizer ?? []);
    return [...new Map(all.map(each => [each.key, each])).values()];
  }

  /**
   * The service ports that its gateway connects to, each once: those of its routes, its authorizers and its rate
   * limiter.
   */
  get destinations(): readonly Destination[] {
    const all: Destination[] = [
      ...this.routes,
      ...this.connections,
      ...this.authorizers.flatMap(({ service, port }) => (service && port ? [{ service, port }] : [])),
      ...(this.rateLimiter ? [{ service: this.rateLimiter, port: this.rateLimiter.firstPort(this.path) }] : []),
    ];
    return distinctDestinations(all);
  }

  /**
   * Routes an operation of the edge to a service.
   * @param operation a method and a path, e.g. `GET /product/{id}`, `ANY /static/{file+}`, or `GET /files/*` for
   * `/files` and all paths below it
   */
  route(operation: string, service: Service, props: RouteProps = {}): Route {
    this.topology.requireOpen(this.path);
    requireOwnService(this, operation, service);
    const route = new Route(DECLARING, this, operation, service, given(props));
    return this.declare(route);
  }

  /**
   * Redirects the requests of an operation. As with routes, the most specific operation matches.
   * @param operation a method and a path, e.g. `GET /old`, `ANY /old/*`
   */
  redirect(operation: string, props: RedirectProps): Redirect {
    this.topology.requireOpen(this.path);
    return this.declare(new Redirect(DECLARING, this, operation, given(props)));
  }

  /**
   * Forwards TLS connections with that server name (SNI) to port 443 of the gateway as they are: the service terminates
   * TLS. Nothing else of the edge applies to them: neither authentication nor limits. In the cluster: a TLSRoute.
   * @param host the server name, without a wildcard
   */
  passthrough(host: string, service: Service, props: ConnectionRouteProps = {}): ConnectionRoute {
    return this.forward(host, 443, service, props);
  }

  /**
   * Forwards all connections to a port of the gateway as they are. Nothing else of the edge applies to them: neither
   * authentication nor limits. In the cluster: a TCPRoute.
   * @param port the port of the gateway, none of those for requests
   */
  tcp(port: number, service: Service, props: ConnectionRouteProps = {}): ConnectionRoute {
    return this.forward(undefined, port, service, props);
  }

  /**
   * Responds with a JSON object composed of the responses of several services, a field for each. In the cluster:
   * KrakenD, a service of the topology named `EDGE-aggregator`, which calls them. A part that fails or times out is
   * left out: the header `x-krakend-completed` is then `false`, and `error_PART` has the reason.
   * @param operation a GET with its path, e.g. `GET /home`
   * @param parts the fields of the response, each with its source
   */
  aggregate(operation: string, parts: { readonly [field: string]: PartProps }, props: AggregateProps = {}): Aggregate {
    this.topology.requireOpen(this.path);
    Object.values(parts).forEach(({ service }) => requireOwnService(this, operation, service));
    const merger = this.merger ?? this.addService(`${this.name}-aggregator`, aggregator(this.namespace));
    const route = this.declare(new Route(DECLARING, this, operation, merger, given(props)));
    const aggregate = new Aggregate(
      DECLARING,
      route,
      given(parts),
      given(props),
      this.merged.map(each => each.route),
    );
    callParts(merger, aggregate);
    this.merger = merger;
    this.merged.push(aggregate);
    return aggregate;
  }

  private forward(
    host: string | undefined,
    port: number,
    service: Service,
    props: ConnectionRouteProps,
  ): ConnectionRoute {
    this.topology.requireOpen(this.path);
    requireOwnService(this, host ?? String(port), service);
    const route = new ConnectionRoute(DECLARING, this, host, port, service, given(props));
    requireForwardable(this, route);
    this.forwarded.push(route);
    return route;
  }

  private declare<Rule extends EdgeRule>(rule: Rule): Rule {
    if (rule.authorizer?.service) {
      requireOwnService(this, rule.operation.toString(), rule.authorizer.service);
    }
    const rivals = this.byRequests.get(rule.operation.requests) ?? [];
    rejectRivals(rule, rivals);
    rejectOtherTokens(rule, this.rules);
    this.byRequests.set(rule.operation.requests, [...rivals, rule]);
    this.declared.push(rule);
    return rule;
  }
}
