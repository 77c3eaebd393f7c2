import { ApiObject } from 'cdk8s';
import {
  type Capability,
  type ContainerProps as KubeContainerProps,
  Deployment,
  EnvValue as KubeEnvValue,
  ImagePullPolicy as KubeImagePullPolicy,
  LabelSelector,
  ServiceAccount,
  type Workload,
} from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  type Env,
  ImagePullPolicy,
  type ProxyProps,
  type Service,
  type Version,
  type WorkloadProps,
} from '../topology';
import { refine } from './as-written';
import { DeclaredObject } from './declared-object';
import { DEPLOYMENT, SERVICE_ACCOUNT } from './generated';
import { labelsOf, labelsOfTopology, versionLabel } from './labels';
import type { Labels } from './topology-chart';
import { WorkloadObject } from './workload-object';
import { renderAutoscaler } from './workload/autoscaler';
import { renderClaims } from './workload/claims';
import { progressiveFields, rolloutFields } from './workload/deployment';
import { type RenderedProps, specOfDeployment } from './workload/deployment-spec';
import { renderDisruptionBudget } from './workload/disruption-budget';
import { merge } from './workload/merge';
import { podFields } from './workload/pod';
import { renderHeadlessService, renderService } from './workload/service';
import { isObject, type Json, podWithoutDefaults, withoutDefaults } from './workload/without-defaults';

/** What a mesh sets in pods. */
export interface MeshOfPods {
  /** The labels that add a service's pods to the mesh or exclude them. */
  podLabels(service: Service): Labels;
  /** The annotations of a service's pods that the mesh reads. */
  podAnnotations(service: Service): Labels;
  /** The annotations with the settings of a proxy. */
  proxyAnnotations(proxy: ProxyProps): Labels;
  /** What the controller of a progressive rollout changes to divide requests. */
  trafficRouting(service: Service): object | undefined;
}

/** Renders the workload of a service, and returns the objects that run its pods. */
export function renderWorkload(scope: Construct, service: Service, mesh: MeshOfPods): Map<Version, () => Workload> {
  if (!service.isForeign && !service.hasService) {
    renderService(scope, 'service', service, service.name, service.selector);
  }
  const { namespace, serviceAccount: name, objects } = service;
  if (service.exists && !objects.machines) {
    return new Map();
  }
  const metadata = {
    name,
    namespace,
    labels: objects.serviceAccount?.labels,
    annotations: objects.serviceAccount?.annotations,
  };
  const account = new DeclaredObject(scope, 'service-account', {
    gvk: SERVICE_ACCOUNT.GVK,
    metadata,
    create: () => new ServiceAccount(scope, 'service-account', { metadata, automountToken: false }),
    fields: () => ({ automountServiceAccountToken: false }),
  });
  renderHeadlessService(scope, service);
  if (service.progressiveRollout) {
    const { stableService, canaryService } = service.progressiveRollout;
    // The controller sets their selectors. One that is declared as well would be reset to all pods by each apply.
    [stableService, canaryService].forEach(name => {
      renderService(scope, `service:${name}`, service, name, {});
    });
  }
  renderDisruptionBudget(scope, service);
  return new Map(
    [...service.versions.values()].map(version => [version, renderVersion(scope, service, version, account, mesh)]),
  );
}

function renderVersion(
  scope: Construct,
  service: Service,
  version: Version,
  account: DeclaredObject<ServiceAccount>,
  mesh: MeshOfPods,
): () => Workload {
  const { workload } = version;
  const { progressiveRollout: rollout, workloadKind, namespace } = service;
  const selector = workloadKind.hasVersions ? { ...service.selector, version: version.name } : service.selector;
  const metadata = {
    name: version.deploymentName,
    namespace,
    labels: { ...versionLabel(version.image ?? ''), ...workload.metadata?.labels, ...labelsOfVersion(version) },
    annotations: { ...workload.metadata?.annotations, ...rootContainers(service, workload) },
  };
  const id = `version:${version.name}`;
  const isDeployment = workloadKind.hasVersions && !rollout;
  const specOf = () =>
    rollout
      ? progressiveFields(workload, rollout, service.name, mesh.trafficRouting(service))
      : rolloutFields(workload);
  const create = (): Deployment | WorkloadObject => {
    const env = environmentOf(service, version);
    const rendered = propsOf(service, version, mesh);
    const containers = rendered.containers.map(each => ({ ...each, envVariables: variablesOf(env) }));
    const props = { metadata, ...rendered, containers, serviceAccount: account.construct };
    const spec = specOf();
    const object = isDeployment
      ? new Deployment(scope, id, { ...props, select: false })
      : new WorkloadObject(scope, id, { ...props, workloadKind, selector, serviceName: service.headlessService });
    if (object instanceof Deployment) {
      object.select(LabelSelector.of({ labels: selector }));
    }
    refine(ApiObject.of(object), written => refined(written, version, env, selector, spec));
    addContainersAsDeclared(object);
    if (workload.autoscaling) {
      // Otherwise cdk8s-plus writes a number of replicas, which each apply would reset.
      object.markHasAutoscaler();
    }
    return object;
  };
  const fields = () => {
    const env = environmentOf(service, version);
    const pod = podFields(version, env, selector);
    return { spec: specOfDeployment(propsOf(service, version, mesh), selector, pod, specOf()) };
  };
  const object =
    isDeployment && !service.exists
      ? new DeclaredObject(scope, id, { gvk: DEPLOYMENT.GVK, metadata, create, fields })
      : { construct: create() };
  renderAutoscaler(scope, version, rollout !== undefined);
  renderClaims(scope, version);
  return () => object.construct;
}

/**
 * Gives containers that are added with cdk8s-plus the defaults of declared ones. Its own are 1 CPU and 512 MiB, a pull
 * of the image at each start, and the capabilities of the container runtime.
 */
function addContainersAsDeclared(workload: Workload): void {
  for (const method of ['addContainer', 'addInitContainer'] as const) {
    const add = workload[method].bind(workload);
    workload[method] = container =>
      add({
        ...container,
        resources: container.resources ?? {},
        imagePullPolicy: container.imagePullPolicy ?? KubeImagePullPolicy.IF_NOT_PRESENT,
        securityContext: {
          ...container.securityContext,
          capabilities: { drop: [ALL_CAPABILITIES], ...container.securityContext?.capabilities },
        },
      });
  }
}

/** The value of the Kubernetes API, which cdk8s-plus has no member for. */
const ALL_CAPABILITIES = 'ALL' as Capability;

function labelsOfVersion({ service, name }: Version): Labels {
  return { ...labelsOf(service), version: name };
}

/** What cdk8s-plus renders of a Deployment and its pods. */
function propsOf(service: Service, version: Version, mesh: MeshOfPods): RenderedProps {
  const { workload } = version;
  const { podMetadata = {}, proxy } = workload;
  return {
    serviceAccountName: service.serviceAccount,
    podMetadata: {
      labels: {
        ...labelsOfTopology(service.topology),
        ...podMetadata.labels,
        ...labelsOfVersion(version),
        ...service.selector,
        ...mesh.podLabels(service),
      },
      annotations: {
        ...podMetadata.annotations,
        ...mesh.podAnnotations(service),
        ...(proxy && mesh.proxyAnnotations(proxy)),
      },
    },
    automountServiceAccountToken: service.objects.serviceAccount?.automountToken ?? false,
    replicas: workload.autoscaling ? undefined : version.replicas?.least,
    securityContext: { ensureNonRoot: true, user: workload.runAsUser },
    containers: [containerOf(service, version)],
  };
}

/** The object as it is written, with the declared fields that cdk8s-plus does not render. */
function refined(written: Json, version: Version, env: Env, selector: Labels, spec: Json): Json {
  const { service } = version;
  const { cronJob } = service.workloadKind;
  const path = cronJob ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
  const declared = { spec: podFields(version, env, selector) };
  const withPods = changed(withoutDefaults(written), path, template =>
    merge(service.path, podWithoutDefaults(template), declared),
  );
  return merge(service.path, withPods, { spec });
}

function changed(object: Json, [field, ...rest]: readonly string[], change: (value: Json) => Json): Json {
  const inner = field === undefined ? undefined : object[field];
  return field === undefined
    ? change(object)
    : isObject(inner)
      ? { ...object, [field]: changed(inner, rest, change) }
      : object;
}

/** The fields of the service's container that cdk8s-plus renders as they are declared, but for its variables. */
function containerOf(service: Service, version: Version): KubeContainerProps {
  const { image = '', workload } = version;
  const { runAsRoot, runAsGroup, readOnlyRootFilesystem = true } = workload.securityContext ?? {};
  return {
    name: service.name,
    image,
    command: workload.command,
    args: workload.args,
    workingDir: workload.workingDir,
    // Both enums have the values of the API.
    imagePullPolicy: (workload.imagePullPolicy ?? ImagePullPolicy.IF_NOT_PRESENT) as string as KubeImagePullPolicy,
    ports: containerPorts(service),
    resources: {},
    securityContext: {
      ensureNonRoot: runAsRoot === undefined,
      user: runAsRoot === undefined ? workload.runAsUser : 0,
      group: runAsGroup,
      readOnlyRootFilesystem,
      allowPrivilegeEscalation: false,
    },
  };
}

function variablesOf(env: Env): KubeContainerProps['envVariables'] {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, KubeEnvValue.fromValue(value)]] : [],
    ),
  );
}

/** A container port has the name of the first service port that targets it. */
function containerPorts({ ports }: Service): KubeContainerProps['ports'] {
  return ports
    .filter((port, index) => ports.findIndex(other => other.target === port.target) === index)
    .map(port => ({ name: port.name, number: port.target }));
}

/** The declared variables, and those with the addresses of callees. */
function environmentOf(service: Service, { workload: { env = {} } }: Version): Env {
  return Object.assign({}, env, ...service.outgoingCalls.map(call => call.addressVariables)) as Env;
}

/** The reasons why containers run as root, as an annotation of the workload. */
function rootContainers(service: Service, workload: WorkloadProps): Labels {
  const { initContainers = [], containers = [] } = workload;
  const own = { name: service.name, securityContext: workload.securityContext };
  const reasons = [own, ...initContainers, ...containers].flatMap(({ name, securityContext }) =>
    securityContext?.runAsRoot === undefined ? [] : [`${name}: ${securityContext.runAsRoot}`],
  );
  return reasons.length > 0 ? { 'cdk8s-cardinal/runs-as-root': reasons.join('\n') } : {};
}
