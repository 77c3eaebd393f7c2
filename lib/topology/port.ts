import { given } from './given';
import { requireInteger } from './numbers';
import { requireDnsLabel } from './names';
import { Mistake } from './mistake';
import type { ProtoDescriptor } from './proto-descriptor';

/** What a port speaks: it decides the name of the Service port and so how a mesh treats the traffic. */
export enum Protocol {
  /** HTTP/1.1, upgraded to HTTP/2 between proxies where both can. */
  HTTP = 'http',
  /** HTTP/2 without TLS of its own. */
  HTTP2 = 'http2',
  /** gRPC over HTTP/2. */
  GRPC = 'grpc',
  /** Bytes: no requests, so no timeouts, retries, methods or paths. */
  TCP = 'tcp',
  /** TLS ended by the workload itself: passed through, routed by SNI. */
  TLS = 'tls',
}

/** Options of a {@link Port}. */
export interface PortOptions {
  /**
   * The container port behind the Service port.
   * @default - the same number
   */
  readonly target?: number;
  /**
   * A suffix for the Service port's name: `redis` makes `tcp-redis`. Needed where a service has two ports of one protocol.
   * @default - the protocol alone
   */
  readonly name?: string;
}

/** Options of a gRPC {@link Port}. */
export interface GrpcPortOptions extends PortOptions {
  /**
   * The full name of the gRPC service behind the port, e.g. `hipstershop.PaymentService`.
   * @default - methods are named in full, as `package.Service/Method`
   */
  readonly service?: string;
  /**
   * The methods of that service. With them a method that does not exist cannot be named.
   * @default - those that the descriptor has; without one any method may be named
   */
  readonly methods?: string[];
  /**
   * What the messages of that service look like, so that an edge can translate REST requests to it.
   * @default - an edge passes on gRPC alone
   */
  readonly descriptor?: ProtoDescriptor;
}

/**
 * A port of a service. In the cluster: a port of its Service, named `PROTOCOL` or `PROTOCOL-NAME` as Istio's protocol
 * selection reads it.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export class Port {
  /**
   * A port for HTTP/1.1: a Service port named `http`. Throws for a number outside 1 to 65535 and for a name of more
   * than 15 characters.
   */
  static http(number: number, options: PortOptions = {}): Port {
    return new Port(Protocol.HTTP, number, options);
  }

  /** A port for HTTP/2 without TLS: a Service port named `http2`. */
  static http2(number: number, options: PortOptions = {}): Port {
    return new Port(Protocol.HTTP2, number, options);
  }

  /** A port for gRPC: a Service port named `grpc`. Throws where the descriptor does not have the service. */
  static grpc(number: number, options: GrpcPortOptions = {}): Port {
    return new Port(Protocol.GRPC, number, options, options.service, given(options.methods) ?? describedMethods(number, options), options.descriptor);
  }

  /** A port for bytes of any kind: a Service port named `tcp`. Calls of it have no timeout, retries or operations. */
  static tcp(number: number, options: PortOptions = {}): Port {
    return new Port(Protocol.TCP, number, options);
  }

  /** A port for TLS that the workload itself ends: a Service port named `tls`. */
  static tls(number: number, options: PortOptions = {}): Port {
    return new Port(Protocol.TLS, number, options);
  }

  /** The container port. */
  readonly target: number;
  /** The name of the Service port. */
  readonly name: string;

  private constructor(
    /** What callers speak on the port. */
    readonly protocol: Protocol,
    /** The number of the Service port. */
    readonly number: number,
    options: PortOptions,
    /** The full name of the gRPC service; undefined if it is not declared. */
    readonly grpcService?: string,
    /** The methods of that service; undefined if they are not known. */
    readonly grpcMethods?: string[],
    /** The messages and methods of that service, for translation from REST; undefined for none. */
    readonly descriptor?: ProtoDescriptor,
  ) {
    const where = `port ${number}`;
    this.target = options.target ?? number;
    this.name = options.name ? `${protocol}-${options.name}` : protocol;
    requireInteger(where, 'The port', number, 1, 65535);
    requireInteger(where, 'The target port', this.target, 1, 65535);
    requireDnsLabel(where, 'a port', this.name);
    if (this.name.length > 15) {
      throw new Mistake({
        code: 'InvalidName',
        where,
        problem: `"${this.name}" has ${this.name.length} characters, and a port name holds 15.`,
        remedy: `Shorten the name to ${15 - protocol.length - 1} characters.`,
      });
    }
    if (grpcMethods && !grpcService) {
      throw new Mistake({
        code: 'MissingGrpcService',
        where,
        problem: 'The port names gRPC methods without the gRPC service that they belong to.',
        remedy: 'Give `service` as well, e.g. "hipstershop.PaymentService".',
      });
    }
  }

  /** Whether the port carries requests, so that timeouts, retries, methods and paths mean something. */
  get carriesRequests(): boolean {
    return this.protocol === Protocol.HTTP || this.protocol === Protocol.HTTP2 || this.protocol === Protocol.GRPC;
  }
}

function describedMethods(number: number, { service, descriptor }: GrpcPortOptions): string[] | undefined {
  if (!service || !descriptor) {
    return undefined;
  }
  const methods = descriptor.methodsOf(service);
  if (!methods) {
    throw new Mistake({
      code: 'InvalidDescriptor',
      where: `port ${number}`,
      problem: `${descriptor.path} does not describe ${service}.`,
      remedy: 'Give the descriptor set of the service that is behind the port.',
    });
  }
  return methods;
}
