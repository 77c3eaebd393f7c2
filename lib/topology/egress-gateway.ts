import { type Declaring, requireDeclaring } from './declaring';
import type { Callee } from './callee';
import { requireDnsLabel, requireFreeName, requireOwnableNamespace } from './names';
import { requireInteger } from './numbers';
import { type Port, Protocol } from './port';
import type { ITopology } from './references';
import { ValidationError } from './validation-error';

/** Properties of an {@link EgressGateway}. */
export interface EgressGatewayProps {
  /**
   * The namespace of its pods, which the topology owns.
   * @default - the topology's
   */
  readonly namespace?: string;
  /**
   * The number of its pods.
   * @default 2
   */
  readonly replicas?: number;
}

/** A port of an external service as its egress gateway has it. */
export interface EgressListener {
  /** The external service. */
  readonly external: Callee;
  /** The port of the external service. */
  readonly port: Port;
  /** The port of the gateway's Service and pods, for mutual TLS with the server name of the external host. */
  readonly number: number;
  /** The protocol inside mutual TLS. */
  readonly protocol: EgressProtocol;
}

/** The protocol of a port of an egress gateway, by which its Service names it. */
export type EgressProtocol = 'http' | 'http2' | 'tcp';

/**
 * A gateway for connections to external services, the only pods that can connect to them. In the cluster: a Deployment of
 * Istio's proxy with a ServiceAccount and a Service, a Gateway with a server for each host that requires mutual TLS, and
 * policies that allow each caller its declared hosts.
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export class EgressGateway {
  /** The namespace of its pods. */
  readonly namespace: string;
  /** The number of its pods. */
  readonly replicas: number;
  private readonly behind: Callee[] = [];

  constructor(
    declaring: Declaring,
    /** The topology that it belongs to. */
    readonly topology: ITopology,
    /** Its name: that of its Deployment, Service and ServiceAccount. */
    readonly name: string,
    props: EgressGatewayProps,
  ) {
    requireDeclaring(declaring, 'EgressGateway', 'topology.addEgressGateway(…)');
    this.namespace = props.namespace ?? topology.namespace;
    this.replicas = props.replicas ?? 2;
    requireDnsLabel(this.path, 'an egress gateway', name);
    requireFreeName(this.path, this.namespace, name);
    requireOwnableNamespace(this.path, this.namespace);
    requireInteger(this.path, 'The number of replicas', this.replicas, 1);
  }

  /** Where it was declared, for messages: `TOPOLOGY/NAME`. */
  get path(): string {
    return `${this.topology.name}/${this.name}`;
  }

  /** The host name of its Service. */
  get host(): string {
    return `${this.name}.${this.namespace}.svc.${this.topology.clusterDomain}`;
  }

  /** The labels by which its pods are found. */
  get selector(): { readonly [label: string]: string } {
    return { app: this.name };
  }

  /** The external services that are called through it, in the order of their declaration. */
  get externals(): readonly Callee[] {
    return this.behind;
  }

  /** The ports of external services that have callers: one server of the Gateway each. */
  get listeners(): readonly EgressListener[] {
    return this.allListeners.filter(({ external, port }) => external.incomingCalls.some(call => call.port === port));
  }

  /** The server for a port of an external service. */
  listener(external: Callee, port: Port): EgressListener | undefined {
    return this.allListeners.find(each => each.external === external && each.port === port);
  }

  /**
   * Adds an external service that is called through it.
   * @internal
   */
  _add(external: Callee): void {
    this.behind.push(external);
  }

  /** Hosts share the port of the gateway if they have the same one and protocol: mutual TLS names the host. */
  private get allListeners(): EgressListener[] {
    const all = this.behind.flatMap(external => external.ports.map(port => ({ external, port })));
    const keyOf = (port: Port) => `${protocolAt(port)} ${port.number}`;
    const keys = [...new Set(all.map(({ port }) => keyOf(port)))];
    return all.map(({ external, port }) => ({
      external,
      port,
      number: FIRST_PORT + keys.indexOf(keyOf(port)),
      protocol: protocolAt(port),
    }));
  }
}

/** Rejects an external service that a gateway cannot forward connections to. */
export function requireForwardable(
  path: string,
  topology: ITopology,
  gateway: EgressGateway,
  { host, addresses }: { readonly host?: string; readonly addresses?: readonly string[] },
): void {
  if (gateway.topology !== topology) {
    throw new ValidationError({
      code: 'ForeignService',
      path,
      summary: `The egress gateway ${gateway.name} belongs to the topology "${gateway.topology.name}".`,
      fix: 'Use an egress gateway of this topology.',
    });
  }
  if (addresses !== undefined || host === undefined || host.startsWith('*.')) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        'An egress gateway connects to the address that DNS has for one host, and this is a wildcard or a list of '
        + 'addresses, of which the caller dials one.',
      fix: 'Declare each host by its name, or leave `egressGateway` out.',
    });
  }
}

/** Above the ports that need privileges and those of Istio's proxy, below those of outgoing connections. */
const FIRST_PORT = 16000;

function protocolAt({ protocol }: Port): EgressProtocol {
  switch (protocol) {
    case Protocol.HTTP:
      return 'http';
    case Protocol.HTTP2:
    case Protocol.GRPC:
      return 'http2';
    default:
      return 'tcp';
  }
}
