import type { Lab } from '../lab';
import type { Pod } from '../pod';
import { podsAreReady } from '../readiness';

/** An object of the suite. */
export interface SuiteObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: object;
    readonly annotations?: object;
  };
  readonly spec?: Spec;
  readonly data?: Readonly<Record<string, string>>;
}

interface Spec {
  readonly replicas?: number;
  readonly selector?: Readonly<Record<string, string>>;
  readonly parentRefs?: readonly Reference[];
  readonly parentRef?: Reference;
  readonly rules?: readonly { readonly backendRefs?: readonly Reference[] }[];
  readonly template?: PodTemplate;
  readonly [field: string]: unknown;
}

interface Reference {
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly args?: readonly string[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
    readonly volumes?: readonly { readonly secret?: { readonly secretName: string } }[];
  };
}

/**
 * The kinds that are applied. The suite has GatewayClasses, which istiod creates, and Gateways that no request is for.
 */
const KINDS = [
  ...['Namespace', 'Secret', 'ConfigMap', 'Service', 'Deployment', 'Gateway', 'ListenerSet'],
  ...['ReferenceGrant', 'BackendTLSPolicy', 'HTTPRoute', 'GRPCRoute', 'TLSRoute'],
];

/**
 * The objects of the conformance suite in a lab. The pods of Services that routes refer to run, one for each
 * Deployment, with the lab's app, and the Gateways that routes are attached to.
 */
export class ConformanceCluster {
  private objects: readonly SuiteObject[] = [];
  /** The texts of what is applied, by kind and name. */
  private readonly applied = new Map<string, string>();
  /** The Deployments with a pod. */
  private readonly running = new Set<string>();
  /** The Gateways that routes are, or were, attached to. */
  private readonly served = new Set<string>();

  constructor(private readonly lab: Lab) {}

  /** Applies these objects in place of the current ones, and waits until proxies have them. */
  async apply(objects: readonly SuiteObject[]): Promise<void> {
    this.objects = objects;
    await this.synchronize();
  }

  /** The running pod of a Deployment, as `namespace/name`. */
  async podOf(workload: string): Promise<Pod> {
    const [namespace = '', name = ''] = workload.split('/');
    if (!this.running.has(workload)) {
      this.running.add(workload);
      await this.synchronize();
    }
    const [pod] = this.lab.kubelet.pods(namespace).filter(each => deploymentOf(each.name) === name);
    if (!pod) {
      throw new Error(`${workload} has no pod`);
    }
    return pod;
  }

  /** The Deployment of a pod, as `namespace/name`. */
  workloadOf(pod: string): string {
    const namespace = this.namespaces.find(each => this.lab.kubelet.pods(each).some(({ name }) => name === pod));
    return `${namespace ?? ''}/${deploymentOf(pod)}`;
  }

  /** The address of a Gateway, as `namespace/name`. */
  addressOf(gateway: string): string {
    const [namespace = '', name = ''] = gateway.split('/');
    const [pod] = this.lab.kubelet.pods(namespace, { 'gateway.networking.k8s.io/gateway-name': name });
    if (!pod) {
      throw new Error(`the Gateway ${gateway} has no pod`);
    }
    return pod.network.ip;
  }

  /** The address of a Service, by its name in a namespace or in full. */
  clusterIp(host: string, namespace: string): string {
    const [name = '', own = namespace] = host.split('.');
    return this.lab.kubelet.clusterIp(own, name);
  }

  async remove(): Promise<void> {
    await this.lab.removeNamespaces(this.namespaces);
  }

  private get namespaces(): string[] {
    return this.objects.filter(each => each.kind === 'Namespace').map(each => each.metadata.name);
  }

  private async synchronize(): Promise<void> {
    this.destinations().forEach(each => this.running.add(each));
    this.gateways().forEach(each => this.served.add(each));
    const wanted = this.objects
      .filter(each => KINDS.includes(each.kind) && (each.kind !== 'Gateway' || this.served.has(keyOf(each))))
      .map(each => (each.kind === 'Deployment' ? this.asDeployed(each) : each))
      .map(plain);
    const texts = new Map(wanted.map(each => [titleOf(each), JSON.stringify(each)]));
    const gone = [...this.applied.keys()].filter(each => !texts.has(each));
    const changed = wanted.filter(each => this.applied.get(titleOf(each)) !== texts.get(titleOf(each)));
    if (gone.length === 0 && changed.length === 0) {
      return;
    }
    gone.forEach(each => this.delete(each));
    if (changed.length > 0) {
      this.lab.applyObjects('conformance', changed.sort(inOrder));
    }
    changed.forEach(each => this.applied.set(titleOf(each), texts.get(titleOf(each)) ?? ''));
    for (const namespace of this.namespaces) {
      const gateways = wanted.filter(each => each.kind === 'Gateway' && each.metadata.namespace === namespace);
      const names = gateways.map(each => each.metadata.name);
      await podsAreReady(this.lab, namespace, names);
    }
    await this.lab.configSynced(this.namespaces);
  }

  private delete(title: string): void {
    const [kind = '', key = ''] = title.split(' ');
    const [name = '', namespace = 'default'] = key.split('/').reverse();
    const resource = kind === 'Gateway' ? 'gateways.gateway.networking.k8s.io' : kind.toLowerCase();
    this.lab.plane.kubectl('delete', '--ignore-not-found', '--namespace', namespace, resource, name);
    this.applied.delete(title);
  }

  /** The Deployments behind the Services that routes refer to. */
  private destinations(): string[] {
    const named = new Set(
      this.objects.flatMap(({ metadata: { namespace = '' }, spec }) =>
        [
          ...(spec?.rules ?? []).flatMap(each => each.backendRefs ?? []),
          ...(spec?.parentRefs ?? []).filter(each => each.kind === 'Service'),
        ].map(each => `${each.namespace ?? namespace}/${each.name}`),
      ),
    );
    return this.objects
      .filter(each => each.kind === 'Service' && named.has(keyOf(each)))
      .flatMap(service =>
        this.objects.filter(
          each =>
            each.kind === 'Deployment'
            && each.metadata.namespace === service.metadata.namespace
            && Object.entries(service.spec?.selector ?? {}).every(
              ([name, value]) => each.spec?.template?.metadata.labels[name] === value,
            ),
        ),
      )
      .map(keyOf);
  }

  /** The Gateways that routes are attached to, also by a ListenerSet. */
  private gateways(): Set<string> {
    const parentsOf = ({ metadata: { namespace = '' }, spec }: SuiteObject) =>
      [...(spec?.parentRefs ?? []), ...(spec?.parentRef ? [spec.parentRef] : [])].map(
        each => `${each.kind ?? 'Gateway'} ${each.namespace ?? namespace}/${each.name}`,
      );
    const parents = new Set(this.objects.filter(each => each.kind.endsWith('Route')).flatMap(parentsOf));
    const sets = this.objects.filter(each => parents.has(`ListenerSet ${keyOf(each)}`));
    return new Set(
      [...parents, ...sets.flatMap(parentsOf)]
        .filter(each => each.startsWith('Gateway '))
        .map(each => each.slice('Gateway '.length)),
    );
  }

  /** A Deployment with one pod, if it is to run, whose app listens where the one of the suite does. */
  private asDeployed(deployment: SuiteObject): SuiteObject {
    const { spec = {} } = deployment;
    const { template } = spec;
    if (!template || !this.running.has(keyOf(deployment))) {
      return { ...deployment, spec: { ...spec, replicas: 0 } };
    }
    const [secret] = template.spec.volumes?.flatMap(each => each.secret?.secretName ?? []) ?? [];
    const [key, cert] = ['tls.key', 'tls.crt'].map(each => this.secret(deployment.metadata.namespace, secret, each));
    const env = key === undefined || cert === undefined ? {} : { TLS_KEY: key, TLS_CERT: cert };
    const pod = {
      // The lab's API server does not set the default.
      serviceAccountName: 'default',
      containers: template.spec.containers.map(each => ({
        name: each.name,
        image: 'app',
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        ports: portsOf(each),
      })),
    };
    return { ...deployment, spec: { ...spec, replicas: 1, template: { ...template, spec: pod } } };
  }

  private secret(namespace = '', name = '', key = ''): string | undefined {
    const secret = this.objects.find(each => each.kind === 'Secret' && keyOf(each) === `${namespace}/${name}`);
    const text = secret?.data?.[key];
    return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
  }
}

/** The ports of the suite's apps, which their manifests do not have, by names that tell the protocol. */
function portsOf({ args = [], env = [] }: PodTemplate['spec']['containers'][number]): object[] {
  const has = (name: string) => env.some(each => each.name === name);
  if (args.length > 0) {
    return [
      { name: 'http', containerPort: 8080 },
      { name: 'grpc', containerPort: 7070 },
      { name: 'tcp', containerPort: 9090 },
    ];
  }
  if (has('TLS_SERVER_CERT')) {
    return [{ name: has('TCP_ECHO_SERVER') ? 'tcp' : 'http', containerPort: has('TCP_ECHO_SERVER') ? 3000 : 8443 }];
  }
  return has('GRPC_ECHO_SERVER')
    ? [{ name: 'grpc', containerPort: 3000 }]
    : [
        { name: 'http', containerPort: 3000 },
        { name: 'http2', containerPort: 3001 },
      ];
}

function titleOf(object: SuiteObject): string {
  return `${object.kind} ${keyOf(object)}`;
}

function keyOf({ metadata: { name, namespace } }: SuiteObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Without what an API server adds. */
function plain({ metadata: { name, namespace, labels, annotations }, ...rest }: SuiteObject): SuiteObject {
  return { ...rest, metadata: { name, namespace, labels, annotations } };
}

function inOrder(one: SuiteObject, other: SuiteObject): number {
  return KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind);
}

function deploymentOf(pod: string): string {
  return pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '');
}
