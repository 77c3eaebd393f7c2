import { ApiObject, JsonPatch, Size } from 'cdk8s';
import {
  type ContainerProps,
  type ContainerResources,
  Cpu,
  Deployment,
  EnvValue,
  HorizontalPodAutoscaler,
  ImagePullPolicy,
  k8s,
  LabelSelector,
  Metric,
  MetricTarget,
  Service as KubeService,
  ServiceAccount,
  Volume,
  type Workload,
} from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  constructIdOf,
  type IService,
  type Resources,
  type Service,
  type Version,
  type WorkloadProps,
} from '../topology';
import { grpcProbes, probes } from './probes';
import type { Labels } from './topology-chart';
import { WorkloadObject } from './workload-object';

/** What the mesh needs of pods: the labels that add them to it or exclude them, and annotations that it reads. */
export interface MeshMetadata {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Renders the workload of a service, and returns the objects that run its pods. */
export function renderWorkload(scope: Construct, service: Service, ofMesh: MeshMetadata): Map<Version, Workload> {
  if (!service.isForeign) {
    renderService(scope, 'service', service, service.name, service.selector);
  }
  if (service.exists) {
    return new Map();
  }
  const { name, namespace } = service;
  const account = new ServiceAccount(scope, 'service-account', {
    metadata: { name, namespace, labels: labelsOf(service) },
    automountToken: false,
  });
  renderHeadlessService(scope, service);
  renderDisruptionBudget(scope, service);
  const env = environmentOf(service);
  return new Map(
    [...service.versions.values()].map(version => [version, renderVersion(scope, version, account, env, ofMesh)]),
  );
}

/** A Service that selects the pods with these labels; nothing without a port. */
export function renderService(scope: Construct, id: string, service: Service, name: string, selector: Labels): void {
  if (service.ports.length === 0) {
    return;
  }
  const kube = new KubeService(scope, id, {
    metadata: { name, namespace: service.namespace, labels: labelsOf(service) },
    ports: service.ports.map(port => ({ name: port.name, port: port.number, targetPort: port.target })),
  });
  Object.entries(selector).forEach(([label, value]) => kube.selectLabel(label, value));
}

/** Resolves the name of each pod of a StatefulSet, also before it is ready: its pods may wait for each other. */
function renderHeadlessService(scope: Construct, service: Service): void {
  const { headlessService: name, namespace, ports, selector } = service;
  if (name === undefined) {
    return;
  }
  // Clients connect to the pod itself, so the port is that of the container.
  const ofPods = ports.filter((port, index) => ports.findIndex(({ target }) => target === port.target) === index);
  new k8s.KubeService(scope, 'headless-service', {
    metadata: { name, namespace, labels: labelsOf(service) },
    spec: {
      clusterIp: 'None',
      publishNotReadyAddresses: true,
      ports: ofPods.length > 0 ? ofPods.map(port => ({ name: port.name, port: port.target })) : undefined,
      selector,
    },
  });
}

function renderVersion(
  scope: Construct,
  version: Version,
  account: ServiceAccount,
  env: ContainerProps['envVariables'],
  ofMesh: MeshMetadata,
): Workload {
  const { service, workload } = version;
  const { workloadKind } = service;
  const selector = workloadKind.hasVersions ? { ...service.selector, version: version.name } : service.selector;
  const name = version.deploymentName;
  const props = {
    metadata: { name, namespace: service.namespace, labels: { ...labelsOf(service), version: version.name } },
    podMetadata: {
      labels: {
        ...labelsOf(service),
        ...service.selector,
        version: version.name,
        ...ofMesh.labels,
      },
      annotations: ofMesh.annotations,
    },
    serviceAccount: account,
    automountServiceAccountToken: false,
    replicas: workload.autoscaling ? undefined : version.replicas?.least,
    securityContext: { ensureNonRoot: true, user: workload.runAsUser },
    containers: [containerOf(scope, version, env)],
  };
  const id = constructIdOf(version.name);
  const object = workloadKind.hasVersions
    ? new Deployment(scope, id, { ...props, select: false })
    : new WorkloadObject(scope, id, { ...props, workloadKind, selector, serviceName: service.headlessService });
  if (object instanceof Deployment) {
    object.select(LabelSelector.of({ labels: selector }));
  }
  const pod = workloadKind.cronJob ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec';
  ApiObject.of(object).addJsonPatch(
    // A DaemonSet has a pod on each node, and the pods of a Job are not replicas of each other.
    ...(workloadKind.hasReplicas ? [JsonPatch.add(`${pod}/topologySpreadConstraints`, spread(selector))] : []),
    JsonPatch.add(`${pod}/securityContext/seccompProfile`, { type: 'RuntimeDefault' }),
    JsonPatch.add(`${pod}/containers/0/securityContext/capabilities`, { drop: ['ALL'] }),
    ...grpcProbes(version),
  );
  if (workload.autoscaling) {
    const { min, max, cpuPercent = 70 } = workload.autoscaling;
    new HorizontalPodAutoscaler(scope, `${version.name}-autoscaler`, {
      metadata: { name, namespace: service.namespace, labels: labelsOf(service) },
      target: object,
      minReplicas: min,
      maxReplicas: max,
      metrics: [Metric.resourceCpu(MetricTarget.averageUtilization(cpuPercent))],
    });
  }
  return object;
}

function containerOf(scope: Construct, version: Version, env: ContainerProps['envVariables']): ContainerProps {
  const { service, image = '' } = version;
  const declared = Object.assign(
    {},
    ...Object.values(IN_CONTAINER).map(part => part(version, scope)),
  ) as Partial<ContainerProps>;
  return {
    ...declared,
    name: service.name,
    image,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    envVariables: { ...declared.envVariables, ...env },
    ports: containerPorts(service),
  };
}

/**
 * The container field that each property of a workload is rendered to. A property without an entry does not compile.
 */
const IN_CONTAINER = {
  env: ({ workload: { env = {} } }) => ({
    envVariables: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, EnvValue.fromValue(value)])),
  }),
  command: ({ workload: { command } }) => ({ command }),
  args: ({ workload: { args } }) => ({ args }),
  replicas: ofDeployment,
  autoscaling: ofDeployment,
  health: probes,
  resources: ({ workload: { resources = {} } }) => ({ resources: resourcesOf(resources) }),
  runAsUser: ({ workload: { runAsUser } }) => ({
    securityContext: {
      ensureNonRoot: true,
      user: runAsUser,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    },
  }),
  writablePaths: ({ name, workload: { writablePaths = [] } }, scope) => ({
    volumeMounts: writablePaths.map((path, index) => ({
      path,
      volume: Volume.fromEmptyDir(scope, `${name}-writable-${index}`, `writable-${index}`),
    })),
  }),
} satisfies { readonly [K in keyof WorkloadProps]-?: (version: Version, scope: Construct) => Partial<ContainerProps> };

/** A property of the Deployment, not of its containers. */
function ofDeployment(): Partial<ContainerProps> {
  return {};
}

/** A container port has the name of the first service port that targets it. */
function containerPorts(service: IService): ContainerProps['ports'] {
  const { ports } = service;
  return ports
    .filter((port, index) => ports.findIndex(other => other.target === port.target) === index)
    .map(port => ({ name: port.name, number: port.target }));
}

/** The address of each callee in the environment variable that the call declares. */
function environmentOf(service: Service): ContainerProps['envVariables'] {
  return Object.fromEntries(
    service.outgoingCalls.flatMap(call =>
      call.addressEnvVar ? [[call.addressEnvVar, EnvValue.fromValue(call.calleeAddress)]] : [],
    ),
  );
}

/**
 * A drain evicts one pod at a time. A service with a single pod has no budget: it could only block the drain. A
 * DaemonSet and a Job have none: drains ignore pods of the one, and those of the other are not replicas.
 */
function renderDisruptionBudget(scope: Construct, service: Service): void {
  if ((service.replicas?.least ?? 0) < 2) {
    return;
  }
  new k8s.KubePodDisruptionBudget(scope, 'disruption-budget', {
    metadata: { name: service.name, namespace: service.namespace, labels: labelsOf(service) },
    // A pod that is not ready must not block a drain.
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: service.selector },
    },
  });
}

function labelsOf(service: IService): Labels {
  return { 'app.kubernetes.io/name': service.name };
}

function spread(labels: Labels): object[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(topologyKey => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  }));
}

function resourcesOf({ cpu, cpuLimit, memory, memoryLimit }: Resources): ContainerResources {
  return {
    cpu: (cpu ?? cpuLimit) ? { request: toCpu(cpu), limit: toCpu(cpuLimit) } : undefined,
    memory: (memory ?? memoryLimit) ? { request: toSize(memory), limit: toSize(memoryLimit) } : undefined,
  };
}

function toCpu(quantity: string | undefined): Cpu | undefined {
  if (quantity === undefined) {
    return undefined;
  }
  return Cpu.millis(quantity.endsWith('m') ? parseInt(quantity, 10) : Math.round(parseFloat(quantity) * 1000));
}

function toSize(quantity: string | undefined): Size | undefined {
  if (quantity === undefined) {
    return undefined;
  }
  return quantity.endsWith('Gi') ? Size.gibibytes(parseInt(quantity, 10)) : Size.mebibytes(parseInt(quantity, 10));
}
