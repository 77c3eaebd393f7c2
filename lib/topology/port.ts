import { given } from './given';
import { requireInteger } from './numbers';
import { requireDnsLabel } from './names';
import { ValidationError } from './validation-error';
import type { ProtoDescriptor } from './proto-descriptor';

/** The protocol of a port: it determines the name of the Service port, and so how a mesh handles the traffic. */
export enum Protocol {
  /** HTTP/1.1, upgraded to HTTP/2 between proxies where both support it. */
  HTTP = 'http',
  /** HTTP/2 without TLS of its own. */
  HTTP2 = 'http2',
  /** gRPC over HTTP/2. */
  GRPC = 'grpc',
  /** Connections without requests, so without timeouts, retries, methods and paths. */
  TCP = 'tcp',
  /** TLS terminated by the workload itself: passed through, routed by SNI. */
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
   * A suffix for the Service port's name: `redis` makes `tcp-redis`. Required if a service has two ports of one
   * protocol.
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
   * The methods of that service. With them, a method that does not exist is an error.
   * @default - those of the descriptor; without a descriptor, any method is accepted
   */
  readonly methods?: string[];
  /**
   * The descriptor of that service's messages, by which an edge transcodes REST requests to gRPC.
   * @default - an edge forwards gRPC requests only
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

  /** A port for gRPC: a Service port named `grpc`. Throws if the descriptor does not have the service. */
  static grpc(number: number, options: GrpcPortOptions = {}): Port {
    return new Port(
      Protocol.GRPC,
      number,
      options,
      options.service,
      given(options.methods) ?? describedMethods(number, options),
      options.descriptor,
    );
  }

  /** A port for any TCP protocol: a Service port named `tcp`. Calls to it have no timeout, retries or operations. */
  static tcp(number: number, options: PortOptions = {}): Port {
    return new Port(Protocol.TCP, number, options);
  }

  /** A port for TLS that the workload itself terminates: a Service port named `tls`. */
  static tls(number: number, options: PortOptions = {}): Port {
    return new Port(Protocol.TLS, number, options);
  }

  /** The container port. */
  readonly target: number;
  /** The name of the Service port. */
  readonly name: string;

  private constructor(
    /** The protocol that callers use on the port. */
    readonly protocol: Protocol,
    /** The number of the Service port. */
    readonly number: number,
    options: PortOptions,
    /** The full name of the gRPC service; undefined if it is not declared. */
    readonly grpcService?: string,
    /** The methods of that service; undefined if they are not declared. */
    readonly grpcMethods?: string[],
    /** The messages and methods of that service, for transcoding from REST; undefined for none. */
    readonly descriptor?: ProtoDescriptor,
  ) {
    const path = `port ${number}`;
    this.target = options.target ?? number;
    this.name = options.name ? `${protocol}-${options.name}` : protocol;
    requireInteger(path, 'The port', number, 1, 65535);
    requireInteger(path, 'The target port', this.target, 1, 65535);
    requireDnsLabel(path, 'a port', this.name);
    if (this.name.length > 15) {
      throw new ValidationError({
        code: 'InvalidName',
        path,
        summary: `"${this.name}" has ${this.name.length} characters, and a port name has at most 15.`,
        fix: `Shorten the name to ${15 - protocol.length - 1} characters.`,
      });
    }
    if (grpcMethods && !grpcService) {
      throw new ValidationError({
        code: 'MissingGrpcService',
        path,
        summary: 'The port names gRPC methods without the gRPC service that they belong to.',
        fix: 'Give `service` as well, e.g. "hipstershop.PaymentService".',
      });
    }
  }

  /** Whether the port carries requests, so that timeouts, retries, methods and paths apply. */
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
    throw new ValidationError({
      code: 'InvalidDescriptor',
      path: `port ${number}`,
      summary: `${descriptor.path} does not describe ${service}.`,
      fix: 'Give the descriptor set of the service behind the port.',
    });
  }
  return methods;
}
