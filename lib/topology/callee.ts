import { DECLARING, type Declaring, requireDeclaring } from './declaring';
import { given } from './given';
import type { Call } from './call';
import { CircuitBreaker } from './circuit-breaker';
import type { CircuitBreakerProps } from './circuit-breaker-props';
import { duplicate } from './duplicate';
import { type LoadBalancing, validateLoadBalancing } from './load-balancing';
import { ValidationError } from './validation-error';
import type { Port } from './port';
import type { ICallee, ITopology, Replicas } from './references';

/** A service that can be called: one of the topology, or an external one. */
export abstract class Callee implements ICallee {
  private readonly incoming: Call[] = [];
  private breaker?: CircuitBreaker;
  private balancing?: LoadBalancing;

  protected constructor(
    declaring: Declaring,
    /** The topology that it belongs to. */
    readonly topology: ITopology,
    /** Its name, unique in its namespace. */
    readonly name: string,
    /** The namespace of its objects in the cluster. */
    readonly namespace: string,
    /** The ports on which it can be called, the first one by default. */
    readonly ports: readonly Port[],
  ) {
    requireDeclaring(declaring, 'Callee', 'topology.addService(…)');
  }

  /** Its fully qualified host name. */
  abstract get host(): string;

  /** The host name that a caller in `namespace` would use. */
  abstract hostNameIn(namespace: string): string;

  /** Where it was declared, for messages: `TOPOLOGY/NAME`. */
  get path(): string {
    return `${this.topology.name}/${this.name}`;
  }

  /** The calls made to it, in the order of their declaration. */
  get incomingCalls(): readonly Call[] {
    return this.incoming;
  }

  /** The number of endpoints; undefined if they are declared elsewhere. */
  get replicas(): Replicas | undefined {
    return undefined;
  }

  /** The name of the headless Service that resolves the names of single pods; undefined without one. */
  get headlessService(): string | undefined {
    return undefined;
  }

  /** The limits of {@link addCircuitBreaker}; undefined without one. */
  get circuitBreaker(): CircuitBreaker | undefined {
    return this.breaker;
  }

  /** The settings of {@link addLoadBalancing}; undefined without them. */
  get loadBalancing(): LoadBalancing | undefined {
    return this.balancing;
  }

  /** The port of that number. Throws if there is none. */
  port(number: number, path = this.path): Port {
    const port = this.ports.find(candidate => candidate.number === number);
    if (!port) {
      throw new ValidationError({
        code: 'UnknownPort',
        path,
        summary: `${this.name} has no port ${number}.`,
        fix:
          this.ports.length > 0
            ? `It has ${this.ports.map(each => each.number).join(', ')}.`
            : 'It has no ports: declare one.',
      });
    }
    return port;
  }

  /** The port of calls that do not name one. Throws if there is none. */
  firstPort(path = this.path): Port {
    const [first] = this.ports;
    if (!first) {
      throw new ValidationError({
        code: 'NothingToCall',
        path,
        summary: `${this.name} has no port, so no service can call it.`,
        fix: `Declare a port of ${this.name}, e.g. \`port: Port.http(80)\`.`,
      });
    }
    return first;
  }

  /**
   * Ejects failing endpoints, at least one of the declared replicas, and limits connections. In the cluster:
   * `connectionPool` and `outlierDetection` of its DestinationRule.
   * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
   */
  addCircuitBreaker(props: CircuitBreakerProps): void {
    this.topology.requireOpen(this.path);
    if (this.breaker) {
      throw duplicate(this.path, 'It has a circuit breaker already.', 'Call addCircuitBreaker once, with all limits.');
    }
    this.breaker = new CircuitBreaker(DECLARING, this, given(props));
  }

  /**
   * Distributes requests over the endpoints: by an algorithm or a consistent hash, with a warm-up, by locality. In the
   * cluster: `loadBalancer` of its DestinationRule.
   * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
   */
  addLoadBalancing(props: LoadBalancing): void {
    this.topology.requireOpen(this.path);
    if (this.balancing) {
      throw duplicate(this.path, 'It has load balancing settings already.', 'Call addLoadBalancing once.');
    }
    const declared = given(props);
    validateLoadBalancing(this.path, this.ports, declared);
    this.balancing = declared;
  }

  /**
   * Adds a call to the incoming ones.
   * @internal
   */
  _admit(call: Call): void {
    this.incoming.push(call);
  }
}
