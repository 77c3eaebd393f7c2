import { type Callee, type Edge, ExternalService, Protocol, Service, type Topology } from '../lib';
import type { Reply, RequestSpec } from './app-protocol';
import { type GatewayRequest, requestEdge } from './gateway-client';
import type { Lab } from './lab';
import type { Pod } from './pod';
import { podsAreReady } from './readiness';

/** A request of a claim. */
export interface CallRequest {
  /** @default - the callee's first */
  readonly port?: number;
  /** @default GET, POST for gRPC */
  readonly method?: string;
  /** @default / */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default 1 */
  readonly count?: number;
  /** @default 1 */
  readonly concurrency?: number;
  /** Connects to this address instead of the callee's own. */
  readonly address?: string;
}

/** A topology that is deployed in the lab. */
export class World {
  constructor(
    readonly lab: Lab,
    readonly topology: Topology,
    readonly outdir: string,
  ) {}

  /** Waits until all pods and gateways run, and every proxy has its configuration. */
  async isReady(): Promise<void> {
    for (const namespace of this.topology.namespaces) {
      await podsAreReady(this.lab, namespace, [
        ...new Set(this.topology.edges.filter(each => each.namespace === namespace).map(each => each.gatewayName)),
      ]);
    }
    await this.configSynced();
  }

  configSynced(): Promise<void> {
    return this.lab.configSynced(this.topology.namespaces);
  }

  pods(service: Service, version?: string): Pod[] {
    return this.lab.kubelet.pods(service.namespace, { ...service.selector, ...(version ? { version } : {}) });
  }

  pod(service: Service, version?: string): Pod {
    const [pod] = this.pods(service, version);
    if (!pod) {
      throw new Error(`no pod of ${service.name} ${version ?? ''} runs`);
    }
    return pod;
  }

  /** Sends requests from a pod of the caller to the callee, as the caller would. */
  async send(caller: Service, callee: Callee, ask: CallRequest = {}): Promise<Reply[]> {
    return this.pod(caller).send(this.specOf(caller.namespace, callee, ask), ask.count ?? 1, ask.concurrency ?? 1);
  }

  /** Sends one request and returns its response. */
  sendOnce(caller: Service, callee: Callee, ask: CallRequest = {}): Promise<Reply> {
    return this.sendFrom(this.pod(caller), callee, ask);
  }

  /** Sends one request from that pod. */
  async sendFrom(pod: Pod, callee: Callee, ask: CallRequest = {}): Promise<Reply> {
    const [reply] = await pod.send(this.specOf(pod.namespace, callee, ask));
    if (!reply) {
      throw new Error('the app returned no response');
    }
    return reply;
  }

  /** Sends a request from the caller to the callee every 10 ms while `during` runs, and returns the result of each. */
  sendWhile(caller: Service, callee: Callee, during: () => Promise<void>, ask: CallRequest = {}): Promise<Reply[]> {
    return this.pod(caller).sendWhile(this.specOf(caller.namespace, callee, ask), 10, during);
  }

  /** Sends a request from outside the cluster to the gateway of an edge. */
  requestGateway(edge: Edge, request: GatewayRequest): Promise<Reply> {
    return requestEdge(edge, { address: this.addressOfGateway(edge), http: 80, https: 443 }, request);
  }

  addressOfGateway(edge: Edge): string {
    const [gateway] = this.lab.kubelet.pods(edge.namespace, {
      'gateway.networking.k8s.io/gateway-name': edge.gatewayName,
    });
    if (!gateway) {
      throw new Error(`no gateway of ${edge.name} runs`);
    }
    return gateway.network.ip;
  }

  private specOf(
    namespace: string,
    callee: Callee,
    { port: number, method, path = '/', headers = {}, address }: CallRequest,
  ): RequestSpec {
    const port = number === undefined ? callee.firstPort() : callee.port(number);
    const grpc = port.protocol === Protocol.GRPC;
    return {
      protocol: PROTOCOLS[port.protocol],
      address: address ?? this.addressOf(callee),
      port: port.number,
      host: `${callee.hostNameIn(namespace)}:${port.number}`,
      method: method ?? (grpc ? 'POST' : 'GET'),
      path,
      headers,
      grpc,
    };
  }

  private addressOf(callee: Callee): string {
    if (callee instanceof ExternalService || !(callee instanceof Service)) {
      throw new Error(`the address of ${callee.name} is required`);
    }
    return this.lab.kubelet.clusterIp(callee.namespace, callee.name);
  }
}

/** The protocol of a client's requests to a port. */
const PROTOCOLS = {
  [Protocol.HTTP]: 'http',
  [Protocol.HTTP2]: 'http2',
  [Protocol.GRPC]: 'http2',
  [Protocol.TCP]: 'tcp',
  [Protocol.TLS]: 'https',
} as const;
