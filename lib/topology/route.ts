import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import type { Edge } from './edge';
import type { Throttle } from './limit';
import { Mistake } from './mistake';
import { requirePositive } from './numbers';
import { Operation } from './operation';
import type { Port } from './port';
import type { Service } from './service';

/** The terms of a {@link Route}. */
export interface RouteProps {
  /**
   * What a request must prove.
   * @default - what the edge says
   */
  readonly auth?: Auth;
  /**
   * The requests that are let through on this route.
   * @default - the edge's throttle alone
   */
  readonly throttle?: Throttle;
  /**
   * The time a request has.
   * @default - the edge's
   */
  readonly timeout?: Duration;
  /**
   * The number of the service's port.
   * @default - its first
   */
  readonly port?: number;
}

/** What the outside may ask of an edge, and which service answers. Nothing else is reachable. */
export class Route {
  readonly operation: Operation;
  readonly port: Port;
  readonly auth: Auth;
  readonly throttle?: Throttle;
  readonly timeout: Duration;

  constructor(readonly edge: Edge, operation: string, readonly service: Service, props: RouteProps) {
    const where = `${edge.path}/${operation}`;
    this.operation = Operation.parse(where, operation);
    this.port = props.port === undefined ? service.firstPort(where) : service.port(props.port, where);
    this.auth = props.auth ?? edge.auth;
    this.throttle = props.throttle;
    this.timeout = props.timeout ?? edge.timeout;
    requirePositive(where, 'The timeout', props.timeout);
    if (!this.port.carriesRequests) {
      throw new Mistake({
        code: 'NoRequests',
        where,
        problem: `Port ${this.port.number} of ${service.name} speaks ${this.port.protocol}, and an edge routes requests.`,
        remedy: 'Route to a port declared as http, http2 or grpc.',
      });
    }
  }
}
