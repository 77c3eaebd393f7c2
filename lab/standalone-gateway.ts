import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import { dump } from 'js-yaml';
import { ClusterApp, type Edge, Mesh, type Service, type Topology, TopologyChart, type Tracing } from '../lib';
import { EnvoyGateway } from '../lib/gateway';
import type { Reply } from './app-protocol';
import { type GatewayRequest, requestEdge } from './gateway-client';
import type { Lab } from './lab';
import { inside, type PodNetwork } from './network';
import { limiterSettings } from './limiter-settings';
import { Pod } from './pod';
import { until } from './wait';

/** The Envoy version that Envoy Gateway is configured with; it is the Envoy of the lab. */
const ENVOY_VERSION = '1.40.0';

const ENVOY_GATEWAY = 'gateway.envoyproxy.io';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
}

/** The kinds that refer to backends. */
const ROUTES = ['HTTPRoute', 'TLSRoute', 'TCPRoute'];

/** The kinds that Envoy Gateway reads; the rest of a topology is for the cluster. */
const POLICIES = ['SecurityPolicy', 'BackendTrafficPolicy', 'ClientTrafficPolicy', 'EnvoyPatchPolicy', 'EnvoyProxy'];
const READ = ['Gateway', ...ROUTES, 'ReferenceGrant', ...POLICIES, 'Service'];

/** How a topology is deployed behind Envoy Gateway. */
export interface StandaloneProps {
  readonly failClosed?: boolean;
  readonly tracing?: Tracing;
  /** Secrets and ConfigMaps. */
  readonly before?: readonly object[];
}

/**
 * Envoy Gateway without a cluster, for a topology with one edge: it reads the synthesized manifests from files, and
 * runs Envoy as a local process. Three things differ from a cluster: proxies run on the host, their certificates have
 * other paths, and each Service is a Backend with the address of its pod.
 */
export class StandaloneGateway {
  private readonly services = new Map<Service, Pod>();
  private readonly folder: string;
  readonly network: PodNetwork;
  private stopRedis?: () => void;

  static async start(lab: Lab, topology: Topology, props: StandaloneProps = {}): Promise<StandaloneGateway> {
    const gateway = new StandaloneGateway(lab, topology);
    for (const service of topology.services) {
      await gateway.startService(service);
    }
    gateway.startCounting();
    gateway.run(props);
    return gateway;
  }

  private constructor(
    private readonly lab: Lab,
    private readonly topology: Topology,
  ) {
    this.network = lab.kubelet.network.add();
    this.folder = join(lab.folder, 'envoy-gateway', topology.name);
    mkdirSync(join(this.folder, 'manifests'), { recursive: true });
    lab.kubelet.network.setHosts(this.network, ['127.0.0.1 envoy-ratelimit.envoy-gateway-system.svc.cluster.local']);
  }

  pod(service: Service): Pod {
    const pod = this.services.get(service);
    if (!pod) {
      throw new Error(`${service.name} does not run`);
    }
    return pod;
  }

  /** The address of the proxy. */
  get address(): string {
    return this.network.ip;
  }

  /** Sends a request from outside. */
  requestGateway(edge: Edge, request: GatewayRequest): Promise<Reply> {
    return requestEdge(edge, { address: this.network.ip, http: 80, https: 443 }, request);
  }

  /** Waits until the gateway answers the request with the status. */
  async answers(edge: Edge, request: GatewayRequest, status: number): Promise<void> {
    await until(
      `Envoy Gateway answers ${request.path} with ${status}`,
      async () => (await this.requestGateway(edge, request)).status === status,
      30,
    );
  }

  /** The latest status of each object that Envoy Gateway has read, by kind, namespace and name. */
  statuses(): Map<string, string> {
    const log = readFileSync(join(this.lab.logs, `${this.topology.name}.envoy-gateway.log`), 'utf8');
    const updates = log.matchAll(/Got new status for (\w+)\n([\s\S]*?)\n\t\{.*"key": "([^"]+)"\}/g);
    return new Map([...updates].map(([, kind = '', status = '', key = '']) => [`${kind} ${key}`, status]));
  }

  /** A page of Envoy's admin interface: `config_dump` is the configuration that it has accepted. */
  admin(page: 'config_dump' | 'stats/prometheus'): string {
    const [run = ''] = readdirSync(join(this.folder, 'runtimeDir'));
    const address = readFileSync(join(this.folder, 'runtimeDir', run, 'admin-address.txt'), 'utf8');
    const read = `fetch('http://${address}/${page}').then(async each => process.stdout.write(await each.text()))`;
    return execFileSync('ip', inside(this.network, process.execPath, '-e', read), {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
  }

  /** Applies objects in place of those of the topology, whose Services are their backends. */
  replace(objects: readonly object[]): void {
    const [namespace] = this.topology.namespaces;
    const metadata = { name: 'proxy', namespace };
    const services = this.topology.services.map(({ name, namespace, ports }) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports: ports.map(each => ({ port: each.number })) },
    }));
    this.write('manifests/all.yaml', [
      ...this.surroundings({ apiVersion: `${ENVOY_GATEWAY}/v1alpha1`, kind: 'EnvoyProxy', metadata }),
      ...[...services, ...(objects as Manifest[])].map(each => this.adapted(each)),
    ]);
  }

  /** Stops Redis, so that no request can be counted. */
  loseRedis(): void {
    this.stopRedis?.();
  }

  private async startService(service: Service): Promise<void> {
    const { name, namespace, ports } = service;
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `standalone-${this.topology.name}-${name}`,
        namespace,
        uid: name,
        resourceVersion: '1',
        labels: { version: 'v1' },
      },
      spec: { containers: [{ name, ports: ports.map(port => ({ name: port.name, containerPort: port.number })) }] },
    };
    const pod = new Pod(this.lab.kubelet, object, this.lab.kubelet.network.add());
    await pod.start();
    this.services.set(service, pod);
  }

  private run({ failClosed = false, tracing, before = [] }: StandaloneProps): void {
    const homes = ['configHome', 'dataHome', 'stateHome', 'runtimeDir'].map(home => [home, join(this.folder, home)]);
    const envoyHome = join(this.folder, 'dataHome/envoy-versions', ENVOY_VERSION, 'bin');
    mkdirSync(envoyHome, { recursive: true });
    symlinkSync(this.lab.tools.path('envoy'), join(envoyHome, 'envoy'));
    this.write('manifests/all.yaml', this.manifests(before, new EnvoyGateway({ failClosed, tracing })));
    this.write('config.yaml', [
      {
        apiVersion: 'gateway.envoyproxy.io/v1alpha1',
        kind: 'EnvoyGateway',
        gateway: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
        provider: {
          type: 'Custom',
          custom: {
            resource: { type: 'File', file: { paths: [join(this.folder, 'manifests')] } },
            infrastructure: { type: 'Host', host: Object.fromEntries(homes) as object },
          },
        },
        extensionApis: { enableEnvoyPatchPolicy: true, enableBackend: true },
        rateLimit: { backend: { type: 'Redis', redis: { url: 'localhost:6379' } }, failClosed },
      },
    ]);
    execFileSync(
      this.lab.tools.path('envoy-gateway'),
      ['certgen', '--local', '--config-home', join(this.folder, 'configHome')],
      { stdio: 'pipe' },
    );
    const config = join(this.folder, 'config.yaml');
    this.start('envoy-gateway', [this.lab.tools.path('envoy-gateway'), 'server', '--config-path', config]);
    this.startLimiter();
  }

  private startCounting(): void {
    const redis = this.start('redis', [this.lab.tools.path('redis-server'), '--port', '6379', '--save', '']);
    this.stopRedis = () => this.lab.processes.stop(redis);
  }

  /** The limiter as Envoy Gateway runs it in a cluster. */
  private startLimiter(): void {
    this.start('ratelimit', [this.lab.tools.path('ratelimit')], limiterSettings(this.folder));
  }

  private start(name: string, command: readonly string[], env: Record<string, string> = {}) {
    return this.lab.processes.start(`${this.topology.name}.${name}`, 'ip', inside(this.network, ...command), {
      cwd: this.folder,
      env,
    });
  }

  private manifests(before: readonly object[], gateway: EnvoyGateway): object[] {
    const chart = new TopologyChart(new ClusterApp(), this.topology.name, {
      topology: this.topology,
      mesh: Mesh.none({ gateway }),
    });
    const objects = (Testing.synth(chart) as Manifest[])
      .filter(({ kind }) => READ.includes(kind))
      .map(object => this.adapted(object));
    return [...this.surroundings(), this.certificatesOfLimiter(), ...before, ...objects];
  }

  private surroundings(parameters?: Manifest): object[] {
    const parametersRef = parameters && { group: ENVOY_GATEWAY, kind: parameters.kind, ...parameters.metadata };
    const spec = { controllerName: `${ENVOY_GATEWAY}/gatewayclass-controller`, parametersRef };
    return [
      { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'eg' }, spec },
      ...this.topology.namespaces.map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ...(parameters ? [this.adapted(parameters)] : []),
    ];
  }

  /** In a cluster the proxies have these mounted at `/certs`. */
  private certificatesOfLimiter(): object {
    const tls = '/transport_socket/typed_config/common_tls_context';
    const files = { [`${tls}/validation_context/trusted_ca`]: 'ca.crt' };
    const [edge] = this.topology.edges;
    return {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'EnvoyPatchPolicy',
      metadata: { name: 'certificates-of-limiter', namespace: edge?.namespace },
      spec: {
        type: 'JSONPatch',
        targetRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge?.gatewayName },
        jsonPatches: Object.entries(files).map(([path, file]) => ({
          type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
          name: 'ratelimit_cluster',
          operation: {
            op: 'replace',
            path: `${path}/filename`,
            value: join(this.folder, 'configHome/certs/envoy', file),
          },
        })),
      },
    };
  }

  private adapted(object: Manifest): object {
    if (object.kind === 'EnvoyProxy') {
      const provider = { type: 'Host', host: { envoyVersion: ENVOY_VERSION } };
      return toBackends({ ...object, spec: { ...object.spec, provider } });
    }
    if ([...ROUTES, 'SecurityPolicy'].includes(object.kind)) {
      return toBackends(object);
    }
    return object.kind === 'Service' ? this.backendOf(object) : object;
  }

  private backendOf({ metadata, spec }: Manifest): object {
    const service = this.topology.services.find(({ name }) => name === metadata.name);
    const [port] = (spec as { ports: { port: number; appProtocol?: string }[] }).ports;
    if (!service || !port) {
      throw new Error(`the Service ${metadata.name} has no port, or no pod`);
    }
    return {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'Backend',
      metadata,
      spec: {
        endpoints: [{ ip: { address: this.pod(service).network.ip, port: port.port } }],
        appProtocols: port.appProtocol === 'kubernetes.io/h2c' ? ['gateway.envoyproxy.io/h2c'] : undefined,
      },
    };
  }

  /** A file that Envoy Gateway finds empty, while it is written, would delete the Gateway, and restart Envoy. */
  private write(file: string, documents: readonly object[]): void {
    const draft = join(this.folder, 'draft.yaml');
    writeFileSync(draft, documents.map(each => dump(each)).join('---\n'));
    renameSync(draft, join(this.folder, file));
  }
}

function toBackends(object: object): object {
  return JSON.parse(JSON.stringify(object), (key, value: Record<string, unknown>[]) =>
    key === 'backendRefs'
      ? value.map(each => ({ ...each, group: ENVOY_GATEWAY, kind: 'Backend', port: undefined }))
      : value,
  ) as object;
}
