import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load, loadAll } from 'js-yaml';
import type { KubeObject } from './api';
import type { ControlPlane } from './control-plane';
import type { Tools } from './tools';
import type { Processes } from './processes';
import { until } from './wait';

interface DeploymentObject extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

/** Without it the Gateways of waypoints have no class. Proxies have HBONE by a setting of their own. */
const AMBIENT = { PILOT_ENABLE_AMBIENT: 'true' };

/** The differences from a cluster: Envoy is the upstream build, without Istio's filters. */
const PLAIN_ENVOY = {
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  ENABLE_NATIVE_SIDECARS: 'false',
};

/**
 * Disables the endpoint cache: it returns the endpoints of a proxy whose Sidecar restricts a Service to some ports,
 * which has none for the other ports, to all proxies.
 */
const UNCACHED = { PILOT_ENABLE_XDS_CACHE: 'false' };

/** The source of an istiod. */
export interface IstiodProps {
  /** The manifests of the installation, as `istioctl manifest generate` or helm renders them. */
  readonly manifests: string;
  /** The address of the host on which it listens. */
  readonly address: string;
  /** @default - the default revision */
  readonly revision?: string;
}

/** The state of a proxy in istiod. */
export interface SyncStatus {
  readonly proxy: string;
  readonly resources?: Readonly<
    Record<string, { readonly sent?: string; readonly acked?: string; readonly lastError?: string }>
  >;
}

/** A real istiod, started from the installation's Deployment and ConfigMap. */
export class Istiod {
  readonly service: string;
  private readonly folder: string;
  private process?: ChildProcess;
  private tokenPromise?: Promise<string>;

  constructor(
    private readonly tools: Tools,
    private readonly plane: ControlPlane,
    private readonly processes: Processes,
    folder: string,
    readonly props: IstiodProps,
  ) {
    this.service = props.revision ? `istiod-${props.revision}` : 'istiod';
    this.folder = join(folder, this.service);
    mkdirSync(this.folder, { recursive: true });
  }

  /** Renders an IstioOperator offline. */
  static manifestsOf(tools: Tools, operatorFile: string): string {
    return execFileSync(tools.path('istioctl'), ['manifest', 'generate', '-f', operatorFile], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
  }

  /** Applies the installation, starts istiod, and waits until its webhooks serve. */
  async install(): Promise<void> {
    const { manifests } = this.props;
    const objects = loadAll(manifests).filter(each => each !== null) as KubeObject[];
    const definitions = objects.filter(each => each.kind === 'CustomResourceDefinition');
    const rest = objects.filter(each => each.kind !== 'CustomResourceDefinition' && each.kind !== 'Namespace');
    this.applyObjects('definitions', definitions);
    this.plane.kubectl('wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all');
    this.applyObjects('rest', rest);
    await this.publishAddress();
    await this.start();
    await this.serves();
  }

  async start(): Promise<void> {
    const { address } = this.props;
    const deployment = await this.plane.api.get<DeploymentObject>(
      `/apis/apps/v1/namespaces/istio-system/deployments/${this.service}`,
    );
    const [container] = deployment.spec.template.spec.containers;
    const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value ?? '']));
    this.process = this.processes.start(
      this.service,
      this.tools.path('pilot-discovery'),
      [
        ...(container?.args ?? []),
        '--kubeconfig',
        this.plane.kubeconfig,
        '--meshConfig',
        await this.meshConfig(),
        '--httpAddr',
        `${address}:8080`,
        '--grpcAddr',
        `${address}:15010`,
        '--secureGRPCAddr',
        `${address}:15012`,
        '--httpsAddr',
        `${address}:15017`,
        '--monitoringAddr',
        `${address}:15014`,
      ],
      {
        cwd: this.folder,
        env: {
          ...env,
          ...AMBIENT,
          ...PLAIN_ENVOY,
          ...UNCACHED,
          POD_NAME: `${this.service}-lab`,
          POD_NAMESPACE: 'istio-system',
          SERVICE_ACCOUNT: 'istiod',
        },
      },
    );
    await until(`${this.service} is ready`, async () => (await fetch(`http://${address}:8080/ready`)).ok);
  }

  /** The revision that its proxies are labelled with. */
  get revision(): string {
    return this.props.revision ?? 'default';
  }

  private get configMap(): string {
    return this.props.revision ? `istio-${this.props.revision}` : 'istio';
  }

  stop(): void {
    if (this.process) {
      this.processes.stop(this.process);
    }
  }

  /** Stops it for good and removes its webhooks: a webhook without a server would block every pod. */
  remove(): void {
    this.stop();
    const label = `istio.io/rev=${this.props.revision ?? 'default'}`;
    this.plane.kubectl('delete', 'mutatingwebhookconfigurations,validatingwebhookconfigurations', '--selector', label);
  }

  /** A page of its debug interface. */
  async debug<T>(page: string): Promise<T> {
    return JSON.parse(await this.text(page)) as T;
  }

  async text(page: string): Promise<string> {
    const response = await fetch(`http://${this.props.address}:8080/debug/${page}`, {
      headers: { authorization: `Bearer ${await this.token()}` },
    });
    if (!response.ok) {
      throw new Error(`${this.service} answers ${response.status} to /debug/${page}`);
    }
    return response.text();
  }

  /** The sums of its metric for these labels, since it started. */
  async total(metric: string, label = ''): Promise<number> {
    const text = await (await fetch(`http://${this.props.address}:15014/metrics`)).text();
    return text
      .split('\n')
      .filter(line => line.startsWith(`${metric}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** The debug interface accepts only identities of its own namespace. */
  private token(): Promise<string> {
    this.tokenPromise ??= this.plane.api
      .post<{ status: { token: string } }>('/api/v1/namespaces/istio-system/serviceaccounts/default/token', {
        spec: { audiences: ['istio-ca'], expirationSeconds: 43200 },
      })
      .then(({ status }) => status.token);
    return this.tokenPromise;
  }

  /** Adds to the mesh configuration, and waits until it is active. */
  async addExtensionProviders(providers: readonly { readonly name: string }[]): Promise<void> {
    const path = `/api/v1/namespaces/istio-system/configmaps/${this.configMap}`;
    const { data } = await this.plane.api.get<{ data: { mesh: string } }>(path);
    const mesh = load(data.mesh) as { readonly extensionProviders?: readonly { readonly name: string }[] };
    const others = (mesh.extensionProviders ?? []).filter(each => !providers.some(({ name }) => name === each.name));
    await this.plane.api.patch(path, {
      data: { mesh: dump({ ...mesh, extensionProviders: [...others, ...providers] }) },
    });
    await this.meshConfig();
    await until(`${this.service} has the extension providers`, async () => {
      const text = await this.text('mesh');
      return providers.every(({ name }) => text.includes(`"${name}"`));
    });
  }

  /** The mesh configuration of the installation, without the metrics filter, which upstream Envoy does not have. */
  private async meshConfig(): Promise<string> {
    const { data } = await this.plane.api.get<{ data: { mesh: string } }>(
      `/api/v1/namespaces/istio-system/configmaps/${this.configMap}`,
    );
    const mesh = { ...(load(data.mesh) as object), defaultProviders: undefined };
    const file = join(this.folder, 'mesh.yaml');
    writeFileSync(file, dump(mesh, { skipInvalid: true }));
    return file;
  }

  private applyObjects(name: string, objects: readonly KubeObject[]): void {
    const file = join(this.folder, `${name}.yaml`);
    writeFileSync(file, objects.map(each => dump(each)).join('---\n'));
    this.plane.apply('-f', file);
  }

  /** The Service's endpoints: no Pod, but a process of the host. */
  private async publishAddress(): Promise<void> {
    const { address } = this.props;
    await this.plane.api.post('/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices', {
      metadata: { name: `${this.service}-lab`, labels: { 'kubernetes.io/service-name': this.service } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [
        { name: 'grpc-xds', port: 15010 },
        { name: 'https-dns', port: 15012 },
        { name: 'https-webhook', port: 15017 },
        { name: 'http-monitoring', port: 15014 },
      ],
    });
  }

  /** Its webhooks have a certificate, and the validating one has verified that it can reject objects. */
  private async serves(): Promise<void> {
    const { api } = this.plane;
    const path = '/apis/admissionregistration.k8s.io/v1';
    const revision = this.props.revision ?? 'default';
    interface Webhooks extends KubeObject {
      readonly webhooks: readonly {
        readonly failurePolicy?: string;
        readonly clientConfig: { readonly caBundle?: string };
      }[];
    }
    await until(`${this.service} injects`, async () =>
      (await api.list<Webhooks>(`${path}/mutatingwebhookconfigurations`))
        .filter(each => each.metadata.labels?.['istio.io/rev'] === revision)
        .flatMap(each => each.webhooks)
        .some(each => each.clientConfig.caBundle),
    );
    await until(`${this.service} validates`, async () =>
      (await api.list<Webhooks>(`${path}/validatingwebhookconfigurations`))
        .filter(each => each.metadata.labels?.['istio.io/rev'] === revision)
        .flatMap(each => each.webhooks)
        .some(each => each.clientConfig.caBundle && each.failurePolicy === 'Fail'),
    );
  }
}
