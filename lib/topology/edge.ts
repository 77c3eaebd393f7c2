import { Duration } from 'cdk8s';
import { Auth } from './auth';
import type { Throttle } from './limit';
import { Mistake } from './mistake';
import { requireDnsLabel, requireHostName, requireNamespace } from './names';
import { requirePositive } from './numbers';
import { Route, type RouteProps } from './route';
import type { Service } from './service';
import type { Topology } from './topology';

/** How an edge presents itself. */
export interface EdgeProps {
  /** The host name that clients ask for, e.g. `shop.example`. */
  readonly host: string;
  /**
   * The Secret of type `kubernetes.io/tls` with the certificate, in the edge's namespace. With it, HTTP is redirected to HTTPS.
   * @default - plain HTTP
   */
  readonly tlsSecret?: string;
  /**
   * What requests must prove on routes that say nothing else.
   * @default Auth.none()
   */
  readonly auth?: Auth;
  /**
   * The requests that each pod of the gateway lets through in all. A managed API takes it for the default of each route.
   * @default - no limit
   */
  readonly throttle?: Throttle;
  /**
   * The time a request has on routes that say nothing else.
   * @default 29 seconds, the most that a managed API gateway grants
   */
  readonly timeout?: Duration;
  /**
   * The namespace of the gateway's own pods.
   * @default - the topology's
   */
  readonly namespace?: string;
}

/**
 * A way in from outside. In the cluster: a Gateway with its HTTPRoute, token check and policies. On AWS: a managed API before it.
 * Only what has a route is reachable.
 */
export class Edge {
  readonly host: string;
  readonly tlsSecret?: string;
  readonly auth: Auth;
  readonly throttle?: Throttle;
  readonly timeout: Duration;
  readonly namespace: string;
  private readonly declared: Route[] = [];
  private readonly byRequests = new Map<string, Route>();

  constructor(readonly topology: Topology, readonly name: string, props: EdgeProps) {
    this.host = props.host;
    this.tlsSecret = props.tlsSecret;
    this.auth = props.auth ?? Auth.none();
    this.throttle = props.throttle;
    this.timeout = props.timeout ?? Duration.seconds(29);
    this.namespace = props.namespace ?? topology.namespace;
    requireDnsLabel(this.path, 'an edge', name);
    requireNamespace(this.path, this.namespace);
    requireHostName(this.path, props.host);
    requirePositive(this.path, 'The timeout', props.timeout);
  }

  /** Where it was declared, for messages. */
  get path(): string {
    return `${this.topology.name}/${this.name}`;
  }

  /** Its name outside of the cluster, e.g. in a cloud account: `TOPOLOGY-EDGE`. */
  get id(): string {
    return `${this.topology.name}-${this.name}`;
  }

  /** The routes, in the order of their declaration. */
  get routes(): readonly Route[] {
    return this.declared;
  }

  /**
   * Lets the outside ask an operation of a service.
   * @param operation a method and a path, e.g. `GET /product/{id}`, `ANY /static/{file+}`
   */
  route(operation: string, service: Service, props: RouteProps = {}): Route {
    this.topology.requireOpen(this.path);
    if (service.topology !== this.topology) {
      throw new Mistake({
        code: 'ForeignService',
        where: `${this.path}/${operation}`,
        problem: `${service.name} belongs to the topology "${service.topology.name}".`,
        remedy: 'Declare the edge in the topology of its services.',
      });
    }
    const route = new Route(this, operation, service, props);
    const twin = this.byRequests.get(route.operation.requests);
    if (twin) {
      throw new Mistake({
        code: 'Duplicate',
        where: this.path,
        problem: `"${operation}" has a route already${twin.operation.toString() === operation ? '' : `, "${twin.operation}"`}.`,
        remedy: 'Keep one of the two.',
      });
    }
    this.byRequests.set(route.operation.requests, route);
    this.declared.push(route);
    return route;
  }
}
