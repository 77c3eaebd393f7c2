import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Api, KubeObject } from './api';
import { HOST, Network, NODE, POD_CIDR } from './network';
import { Pod } from './pod';
import { PLAIN_ENVOY_SOCKET } from './pod-processes';
import type { PodObject } from './pod-object';
import { Prober } from './prober';
import type { Processes } from './processes';
import type { Tools } from './tools';
import { transpile } from './transpile';
import { Hopeless } from './wait';

interface ServiceObject extends KubeObject {
  readonly spec: { readonly clusterIP?: string };
}

/** The parts of the machine that a pod uses. */
export interface Machine {
  readonly api: Api;
  readonly tools: Tools;
  readonly processes: Processes;
  readonly network: Network;
  readonly prober: Prober;
  readonly folder: string;
  readonly node: string;
  /** The app's code. */
  readonly appFile: string;
  /** The template of a proxy's bootstrap configuration. */
  readonly bootstrapFile: string;
  /** The same for a waypoint: see plain-envoy-xds. */
  readonly waypointBootstrapFile: string;
  /** Called when a pod's proxy exits on its own. */
  onProxyEnd(pod: Pod): void;
  /** Called when all containers of a pod have ended that are not restarted. */
  onPodEnd(pod: Pod, phase: 'Succeeded' | 'Failed'): void;
}

/** Namespaces whose pods are processes of the host, if they run at all. */
const NOT_OURS = ['istio-system', 'kube-system'];

/** Schedules every pod to this machine, runs it and reports its status to the API server. */
export class Kubelet implements Machine {
  readonly node = 'lab';
  readonly network = new Network();
  readonly prober: Prober;
  readonly appFile: string;
  readonly bootstrapFile: string;
  readonly waypointBootstrapFile: string;
  private readonly running = new Map<string, Pod>();
  private readonly services = new Map<string, ServiceObject>();
  private readonly failures = new Map<string, Error>();
  private readonly ended = new Set<string>();
  /** The namespaces that claims have removed: their pods need not end as they would in a cluster. */
  readonly removed = new Set<string>();
  /** What a pod waits for after its probes, as for a readiness gate. */
  readinessGate: () => Promise<void> = () => Promise.resolve();
  /** The pods that were deleted, as `name.namespace`: istiod has their proxies until its connections to them time out. */
  readonly deleted = new Set<string>();

  constructor(
    readonly api: Api,
    readonly tools: Tools,
    readonly processes: Processes,
    readonly folder: string,
  ) {
    transpile('app-grpc', folder);
    this.appFile = transpile('app', folder);
    this.prober = new Prober(processes, folder);
    const bootstrap = readFileSync(
      join(tools.module('istio.io/istio'), 'tools/packaging/common/envoy_bootstrap.json'),
      'utf8',
    );
    this.bootstrapFile = join(folder, 'bootstrap.json');
    writeFileSync(this.bootstrapFile, bootstrap, { mode: 0o644 });
    this.waypointBootstrapFile = join(folder, 'waypoint-bootstrap.json');
    writeFileSync(this.waypointBootstrapFile, forPlainEnvoy(bootstrap), { mode: 0o644 });
  }

  async start(): Promise<void> {
    this.prober.start();
    await this.api.post('/api/v1/nodes', { metadata: { name: this.node }, spec: { podCIDR: POD_CIDR } });
    await this.api.patch(`/api/v1/nodes/${this.node}/status`, {
      status: { addresses: [{ type: 'InternalIP', address: NODE.ip }] },
    });
    // The node controller removes the taint of a new node, with which no DaemonSet runs on it.
    await this.api.patch(`/api/v1/nodes/${this.node}`, { spec: { taints: null } });
    this.api.watch<ServiceObject>('/api/v1/services', (type, service) => this.onService(type, service));
    this.api.watch<PodObject>('/api/v1/pods', (type, pod) => this.onPod(type, pod));
  }

  /** The running pods with these labels. */
  pods(namespace: string, labels: Readonly<Record<string, string>> = {}): Pod[] {
    return [...this.running.values()].filter(
      pod => pod.namespace === namespace && Object.entries(labels).every(([name, value]) => pod.labels[name] === value),
    );
  }

  /** The namespaces with running pods. */
  namespaces(): string[] {
    return [...new Set([...this.running.values()].map(pod => pod.namespace))];
  }

  /** Throws if a pod of the namespace failed to start. */
  requireNoFailure(namespace: string): void {
    const [failure] = [...this.failures].filter(([key]) => key.startsWith(`${namespace}/`));
    if (failure) {
      throw new Hopeless(`pod ${failure[0]} did not start: ${failure[1].message}`);
    }
  }

  clusterIp(namespace: string, service: string): string {
    const ip = this.services.get(`${namespace}/${service}`)?.spec.clusterIP;
    if (!ip) {
      throw new Error(`no such Service: ${namespace}/${service}`);
    }
    return ip;
  }

  /** Restarts a proxy that exited; its pod is not ready until the new one is. */
  onProxyEnd(pod: Pod): void {
    pod.restarts++;
    const restart = async () => {
      await this.report(pod, false);
      pod.startProxy();
      await pod.isReady();
      await this.report(pod, true);
    };
    restart().catch((error: Error) => this.failures.set(`${pod.namespace}/${pod.name}`, error));
  }

  /** Stops the native sidecar of a pod whose containers have ended, and reports its phase. */
  onPodEnd(pod: Pod, phase: 'Succeeded' | 'Failed'): void {
    const { uid } = pod.object.metadata;
    this.ended.add(uid);
    this.running.delete(uid);
    pod.stop();
    this.report(pod, false, phase).catch((error: Error) => this.failures.set(`${pod.namespace}/${pod.name}`, error));
  }

  private onService(type: string, service: ServiceObject): void {
    const key = `${service.metadata.namespace}/${service.metadata.name}`;
    if (type === 'DELETED') {
      this.services.delete(key);
    } else {
      this.services.set(key, service);
      this.setHosts(this.pods(service.metadata.namespace));
    }
  }

  private setHosts(pods: Iterable<Pod>): void {
    for (const pod of pods) {
      this.network.setHosts(pod.network, this.hosts(pod.namespace));
    }
  }

  private onPod(type: string, object: PodObject): void {
    const { uid, namespace, deletionTimestamp } = object.metadata;
    if (NOT_OURS.includes(namespace)) {
      return;
    }
    const pod = this.running.get(uid);
    if (type === 'DELETED' || deletionTimestamp) {
      this.failures.delete(`${namespace}/${object.metadata.name}`);
      const name = `${object.metadata.name}.${namespace}`;
      if (this.deleted.has(name)) {
        return;
      }
      if (pod) {
        this.running.delete(uid);
        this.deleted.add(name);
      }
      this.end(object, pod, type === 'DELETED').catch((error: Error) =>
        this.failures.set(`${namespace}/${object.metadata.name}`, error),
      );
    } else if (!pod && !this.ended.has(uid)) {
      this.run(object).catch((error: Error) => this.failures.set(`${namespace}/${object.metadata.name}`, error));
    }
  }

  /** Ends a pod, in a namespace that is removed at once. */
  private async end(object: PodObject, pod: Pod | undefined, isGone: boolean): Promise<void> {
    if (isGone || this.removed.has(object.metadata.namespace)) {
      pod?.stop();
    } else {
      await pod?.terminate();
    }
    if (!isGone) {
      await this.api.delete(pathOf(object), { gracePeriodSeconds: 0 }).catch(() => undefined);
    }
  }

  private async run(object: PodObject): Promise<void> {
    const pod = new Pod(this, object, this.network.add());
    this.running.set(object.metadata.uid, pod);
    this.deleted.delete(`${pod.name}.${pod.namespace}`);
    this.setHosts(object.spec.subdomain ? this.running.values() : [pod]);
    if (!object.spec.nodeName) {
      await this.api.post(`${pathOf(object)}/binding`, {
        metadata: { name: object.metadata.name },
        target: { kind: 'Node', name: this.node },
      });
    }
    await this.report(pod, false);
    await pod.start();
    await this.readinessGate();
    await this.report(pod, true);
  }

  private async report({ object, network, restarts }: Pod, ready: boolean, phase = 'Running'): Promise<void> {
    const status = ready ? 'True' : 'False';
    await this.api.patch(`${pathOf(object)}/status`, {
      status: {
        phase,
        hostIP: NODE.ip,
        hostIPs: [{ ip: NODE.ip }],
        podIP: network.ip,
        podIPs: [{ ip: network.ip }],
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(type => ({
          type,
          status: type === 'PodScheduled' ? 'True' : status,
        })),
        containerStatuses: object.spec.containers.map(({ name }) => ({
          name,
          ready,
          started: ready,
          restartCount: name === 'istio-proxy' ? restarts : 0,
          image: name,
          imageID: name,
          state: phase === 'Running' ? { running: {} } : { terminated: { exitCode: phase === 'Succeeded' ? 0 : 1 } },
        })),
      },
    });
  }

  /**
   * The DNS names of Services, and of pods of StatefulSets, in a namespace. Control planes are processes of the host:
   * their names resolve to its addresses.
   */
  hosts(namespace: string): string[] {
    const services = [...this.services.values()]
      .filter(({ spec: { clusterIP = 'None' } }) => clusterIP !== 'None')
      .map(({ metadata, spec }) => {
        const names = [
          `${metadata.name}.${metadata.namespace}`,
          `${metadata.name}.${metadata.namespace}.svc.cluster.local`,
        ];
        return [spec.clusterIP, ...(metadata.namespace === namespace ? [metadata.name] : []), ...names].join(' ');
      });
    const pods = [...this.running.values()].flatMap(({ object: { spec }, network, namespace: other }) => {
      const name = spec.hostname && spec.subdomain && `${spec.hostname}.${spec.subdomain}`;
      const names = [...(other === namespace ? [name] : []), `${name}.${other}`, `${name}.${other}.svc.cluster.local`];
      return name ? [`${network.ip} ${names.join(' ')}`] : [];
    });
    return [
      ...pods,
      ...[...this.controlPlanes].map(([service, address]) => `${address} ${service}.istio-system.svc`),
      ...services,
    ];
  }

  readonly controlPlanes = new Map([['istiod', HOST]]);
}

function pathOf({ metadata: { namespace, name } }: PodObject): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** Without the discovery of workloads, which upstream Envoy lacks, and with plain-envoy-xds before pilot-agent. */
function forPlainEnvoy(bootstrap: string): string {
  return bootstrap
    .replaceAll('{{- if .metadata_discovery }}', '{{- if false }}')
    .replace('{{ .config.ConfigPath }}/XDS', `{{ .config.ConfigPath }}/${PLAIN_ENVOY_SOCKET}`);
}
