import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, JsonPatch } from 'cdk8s';
import {
  ClusterApp,
  GatewayService,
  Install,
  IstioInstallation,
  Mesh,
  type Target,
  type Topology,
  TopologyChart,
  Tracing,
} from '../lib';
import { ControlPlane } from './control-plane';
import { raiseInotifyLimit } from './inotify';
import { Istiod, type SyncStatus } from './istiod';
import { Kubelet } from './kubelet';
import { Namespaces } from './namespaces';
import { HOST, Network } from './network';
import { killLeftovers, Processes, requireNoOtherLab } from './processes';
import { Tools } from './tools';
import { awaitConfigSync } from './config-sync';
import { until } from './wait';
import { World } from './world';

/** The tracing backend of the proxies. It exists for claims that start it alone: without it no request must fail. */
export const TRACING = Tracing.openTelemetry({
  service: 'otel-collector',
  namespace: 'observability',
  samplingPercent: 100,
});

/** How a topology is deployed in the lab. */
export interface DeployProps {
  /** @default - Istio with sidecars, and gateways without a load balancer, since the lab has no controller for them */
  readonly mesh?: Target;
  /** Whether to keep the declared replicas; otherwise each version has one pod, which is enough for most claims. */
  readonly replicas?: boolean;
  /**
   * The names of the services whose pods run, one of each; all others are applied without pods.
   * @default - all services
   */
  readonly running?: readonly string[];
  /** Further manifests, applied before. */
  readonly before?: readonly object[];
}

/** A real API server, a real istiod and real proxies. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'cardinal-lab-'));
  readonly logs = join(this.folder, 'logs');
  readonly processes: Processes;
  readonly plane: ControlPlane;
  readonly kubelet: Kubelet;
  private readonly namespaces: Namespaces;
  readonly istiods: Istiod[] = [];
  private readonly lowerInotifyLimit = raiseInotifyLimit();
  private deployments = 0;

  /** Installs missing tools and removes leftovers of an earlier lab. Starts no process. */
  static prepare(tell: (text: string) => void): Lab {
    requireNoOtherLab();
    const tools = Tools.prepare();
    killLeftovers();
    Network.remove();
    return new Lab(tools, tell);
  }

  private constructor(
    readonly tools: Tools,
    private readonly tell: (text: string) => void,
  ) {
    mkdirSync(this.logs);
    // Proxies and apps run as separate users.
    chmodSync(this.folder, 0o755);
    this.processes = new Processes(this.logs, name => {
      tell(`${name} died; logs are in ${this.logs}`);
      this.stop(true);
      process.exit(1);
    });
    const api = new ControlPlane(tools, this.processes, this.folder);
    this.plane = api;
    this.kubelet = new Kubelet(api.api, tools, this.processes, this.folder);
    this.namespaces = new Namespaces(api.api, this.kubelet);
  }

  async start(): Promise<void> {
    try {
      await this.boot();
    } catch (error) {
      this.tell(`the lab did not start; its logs are in ${this.logs}`);
      this.stop(true);
      throw error;
    }
  }

  /** The first istiod, of the default revision. */
  get istiod(): Istiod {
    const [first] = this.istiods;
    if (!first) {
      throw new Error('istiod does not run');
    }
    return first;
  }

  /** Stops all processes and removes networks, and the folder unless it is kept. */
  stop(keepFolder: boolean): void {
    this.plane.api.close();
    this.processes.stopAll();
    this.lowerInotifyLimit();
    Network.remove();
    if (!keepFolder) {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Synthesizes, applies, and waits until all pods run and every proxy has its configuration. */
  async deploy(topology: Topology, props: DeployProps = {}): Promise<World> {
    const outdir = join(this.folder, 'apps', `${++this.deployments}-${topology.name}`);
    const app = new ClusterApp({ outdir });
    const chart = new TopologyChart(app, topology.name, {
      topology,
      mesh: props.mesh ?? Mesh.istio({ tracing: TRACING, gatewayService: GatewayService.CLUSTER_IP }),
    });
    const objects = chart.node.findAll().filter(each => ApiObject.isApiObject(each));
    if (!props.replicas) {
      objects
        .filter(({ kind }) => kind === 'Deployment' || (kind === 'StatefulSet' && props.running))
        .forEach(each => {
          each.addJsonPatch(JsonPatch.add('/spec/replicas', isRunning(each, props) ? 1 : 0));
        });
    }
    objects
      .filter(each => ['Job', 'CronJob'].includes(each.kind) && !isRunning(each, props))
      .forEach(each => {
        each.addJsonPatch(JsonPatch.add('/spec/suspend', true));
      });
    app.synth();
    await this.namespaces.areNotEnding(topology.namespaces);
    if (props.before) {
      this.applyObjects(`${topology.name}-before`, props.before);
    }
    this.plane.apply('-f', outdir);
    const world = new World(this, topology, outdir);
    await world.isReady();
    return world;
  }

  /** Applies objects that no topology declares. */
  applyObjects(name: string, items: readonly object[]): void {
    const file = join(this.folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    this.plane.apply('-f', file);
  }

  /** Removes a topology, to free the resources of its processes. The API server may still have its namespaces. */
  async remove(world: World): Promise<void> {
    await this.namespaces.stop(world.topology.namespaces);
  }

  /** Stops all pods, and removes their namespaces. */
  async clear(): Promise<void> {
    await this.namespaces.stop(this.kubelet.namespaces());
  }

  /** Deletes namespaces, and waits until the API server has none of their objects. */
  async removeNamespaces(names: readonly string[]): Promise<void> {
    await this.namespaces.remove(names);
  }

  /** Waits until every proxy of these namespaces has the applied configuration. Throws if a proxy rejected it. */
  configSynced(namespaces: readonly string[], istiod = this.istiod): Promise<void> {
    return awaitConfigSync(this, namespaces, istiod);
  }

  /** The messages of `istioctl analyze` for a namespace. */
  analyze(namespace: string): string {
    const { stdout, stderr } = spawnSync(
      this.tools.path('istioctl'),
      ['analyze', '--kubeconfig', this.plane.kubeconfig, '--namespace', namespace],
      { encoding: 'utf8' },
    );
    return stdout + stderr;
  }

  /** The state of the proxies of some namespaces in istiod. */
  async proxies(namespaces: readonly string[], istiod = this.istiod): Promise<SyncStatus[]> {
    const all = await istiod.debug<SyncStatus[] | null>('syncz');
    return (all ?? []).filter(({ proxy }) => namespaces.includes(proxy.slice(proxy.lastIndexOf('.') + 1)));
  }

  /** Applies the standard channel of the Gateway API, also in place of the experimental one. */
  installGatewayApi(): void {
    this.plane.apply('-k', this.gatewayApi());
  }

  /** Applies the definitions of the objects that monitor a topology. */
  installPrometheusOperator(): void {
    const module = this.tools.module('github.com/prometheus-operator/prometheus-operator');
    for (const plural of ['prometheusrules', 'podmonitors']) {
      const file = join(module, `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`);
      this.plane.apply('-f', file);
      this.plane.kubectl('wait', '--for=condition=Established', '--timeout=60s', `crd/${plural}.monitoring.coreos.com`);
    }
  }

  /** Applies HTTPRoute with its experimental fields, which the standard channel removes from every route in silence. */
  async installExperimentalHttpRoutes(): Promise<void> {
    const guard = 'safe-upgrades.gateway.networking.k8s.io';
    this.plane.kubectl(
      'delete',
      '--ignore-not-found',
      `validatingadmissionpolicybinding/${guard}`,
      `validatingadmissionpolicy/${guard}`,
    );
    const file = join(this.gatewayApi(), 'experimental/gateway.networking.k8s.io_httproutes.yaml');
    await until('the API server allows the experimental channel', () => this.plane.apply('-f', file));
  }

  private gatewayApi(): string {
    return join(this.tools.module('sigs.k8s.io/gateway-api'), 'config/crd');
  }

  private async boot(): Promise<void> {
    this.kubelet.network.open();
    this.tell('starting the API server');
    await this.plane.start();
    this.installGatewayApi();
    await this.plane.api.post('/api/v1/namespaces', { metadata: { name: 'istio-system' } });
    this.tell('starting istiod');
    await this.addIstiod(HOST);
    await this.kubelet.start();
  }

  /** Stops a further control plane and removes its webhooks. */
  removeIstiod(istiod: Istiod): void {
    this.istiods.splice(this.istiods.indexOf(istiod), 1);
    istiod.remove();
  }

  /**
   * Installs a control plane as the library renders it: an IstioOperator is rendered to objects first, charts are
   * objects already.
   */
  async addIstiod(
    address: string,
    revision?: string,
    install = Install.istioctl(),
    revisionTags?: readonly string[],
  ): Promise<Istiod> {
    const outdir = join(this.folder, 'install', revision ?? 'default');
    const app = new ClusterApp({ outdir });
    new IstioInstallation(app, 'istio', { revision, revisionTags, install, tracing: TRACING });
    app.synth();
    const operator = join(outdir, 'istio/istio-operator.yaml');
    const manifests = existsSync(operator)
      ? Istiod.manifestsOf(this.tools, operator)
      : readdirSync(outdir)
          .sort()
          .map(file => readFileSync(join(outdir, file), 'utf8'))
          .join('---\n');
    const istiod = new Istiod(this.tools, this.plane, this.processes, this.folder, { manifests, address, revision });
    if (address !== HOST) {
      this.kubelet.network.addHostAddress(address);
    }
    this.kubelet.controlPlanes.set(istiod.service, address);
    await istiod.install();
    this.istiods.push(istiod);
    return istiod;
  }
}

function isRunning({ metadata }: ApiObject, { running }: DeployProps): boolean {
  const service = metadata.getLabel('app.kubernetes.io/name');
  return running === undefined || (service !== undefined && running.includes(service));
}
