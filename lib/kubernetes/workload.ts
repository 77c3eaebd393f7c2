import { ApiObject } from 'cdk8s';
import {
  type ContainerProps as KubeContainerProps,
  Deployment,
  EnvValue as KubeEnvValue,
  ImagePullPolicy as KubeImagePullPolicy,
  LabelSelector,
  Service as KubeService,
  ServiceAccount,
} from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  constructIdOf,
  type Env,
  ImagePullPolicy,
  type IService,
  type ProxyProps,
  type Service,
  type Version,
  type WorkloadProps,
} from '../topology';
import { refine } from './as-written';
import type { Labels } from './topology-chart';
import { renderAutoscaler } from './workload/autoscaler';
import { renderClaims } from './workload/claims';
import { rolloutFields } from './workload/deployment';
import { renderDisruptionBudget } from './workload/disruption-budget';
import { merge } from './workload/merge';
import { podFields } from './workload/pod';
import { isObject, podWithoutDefaults, withoutDefaults } from './workload/without-defaults';

/** What a mesh sets in pods. */
export interface MeshOfPods {
  /** The labels that add a service's pods to the mesh or exclude them. */
  podLabels(service: Service): Labels;
  /** The annotations with the settings of a proxy. */
  proxyAnnotations(proxy: ProxyProps): Labels;
}

/** Renders the workload of a service, and returns its Deployments. */
export function renderWorkload(scope: Construct, service: Service, mesh: MeshOfPods): Map<Version, Deployment> {
  if (!service.isForeign) {
    renderService(scope, 'service', service, service.name, service.selector);
  }
  if (service.exists) {
    return new Map();
  }
  const { namespace, serviceAccount: name, objects } = service;
  const account = new ServiceAccount(scope, 'service-account', {
    metadata: {
      name,
      namespace,
      labels: { ...objects.serviceAccount?.labels, ...labelsOf(service) },
      annotations: objects.serviceAccount?.annotations,
    },
    automountToken: false,
  });
  renderDisruptionBudget(scope, service, labelsOf(service));
  return new Map(
    [...service.versions.values()].map(version => [version, renderDeployment(scope, service, version, account, mesh)]),
  );
}

/** A Service that selects the pods with these labels; nothing without a port. */
export function renderService(scope: Construct, id: string, service: Service, name: string, selector: Labels): void {
  if (service.ports.length === 0) {
    return;
  }
  const { labels, annotations } = service.objects.serviceMetadata ?? {};
  const kube = new KubeService(scope, id, {
    metadata: { name, namespace: service.namespace, labels: { ...labels, ...labelsOf(service) }, annotations },
    ports: service.ports.map(port => ({ name: port.name, port: port.number, targetPort: port.target })),
  });
  Object.entries(selector).forEach(([label, value]) => kube.selectLabel(label, value));
  refine(ApiObject.of(kube), withoutDefaults);
}

function renderDeployment(
  scope: Construct,
  service: Service,
  version: Version,
  account: ServiceAccount,
  mesh: MeshOfPods,
): Deployment {
  const { workload } = version;
  const { metadata = {}, podMetadata = {} } = workload;
  const selector = { ...service.selector, version: version.name };
  const deployment = new Deployment(scope, constructIdOf(version.name), {
    metadata: {
      name: version.deploymentName,
      namespace: service.namespace,
      labels: { ...metadata.labels, ...labelsOf(service), version: version.name },
      annotations: { ...metadata.annotations, ...rootContainers(service, workload) },
    },
    podMetadata: {
      labels: { ...podMetadata.labels, ...labelsOf(service), ...selector, ...mesh.podLabels(service) },
      annotations: { ...podMetadata.annotations, ...(workload.proxy && mesh.proxyAnnotations(workload.proxy)) },
    },
    select: false,
    serviceAccount: account,
    automountServiceAccountToken: service.objects.serviceAccount?.automountToken ?? false,
    replicas: workload.autoscaling ? undefined : (workload.replicas ?? 2),
    securityContext: { ensureNonRoot: true, user: workload.runAsUser },
    containers: [containerOf(service, version)],
  });
  deployment.select(LabelSelector.of({ labels: selector }));
  refine(ApiObject.of(deployment), written => {
    const { spec, ...rest } = withoutDefaults(written);
    const { template, ...others } = isObject(spec) ? spec : {};
    const pod = podWithoutDefaults(isObject(template) ? template : {});
    const declared = { spec: podFields(version, environmentOf(service, version), selector) };
    return merge(
      service.path,
      { ...rest, spec: { ...others, template: merge(service.path, pod, declared) } },
      { spec: rolloutFields(workload) },
    );
  });
  if (workload.autoscaling) {
    // Otherwise cdk8s-plus writes a number of replicas, which each apply would reset.
    deployment.markHasAutoscaler();
  }
  renderAutoscaler(scope, version, labelsOf(service));
  renderClaims(scope, version, labelsOf(service));
  return deployment;
}

/** The fields of the service's container that cdk8s-plus renders as they are declared. */
function containerOf(service: Service, version: Version): KubeContainerProps {
  const { image = '', workload } = version;
  const { runAsRoot, runAsGroup, readOnlyRootFilesystem = true } = workload.securityContext ?? {};
  return {
    name: service.name,
    image,
    command: workload.command,
    args: workload.args,
    workingDir: workload.workingDir,
    imagePullPolicy: PULL_POLICIES[workload.imagePullPolicy ?? ImagePullPolicy.IF_NOT_PRESENT],
    envVariables: Object.fromEntries(
      Object.entries(environmentOf(service, version)).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, KubeEnvValue.fromValue(value)]] : [],
      ),
    ),
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

const PULL_POLICIES: Readonly<Record<ImagePullPolicy, KubeImagePullPolicy>> = {
  [ImagePullPolicy.ALWAYS]: KubeImagePullPolicy.ALWAYS,
  [ImagePullPolicy.IF_NOT_PRESENT]: KubeImagePullPolicy.IF_NOT_PRESENT,
  [ImagePullPolicy.NEVER]: KubeImagePullPolicy.NEVER,
};

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
  const reasons = [{ ...workload, name: service.name }, ...initContainers, ...containers].flatMap(
    ({ name, securityContext }) =>
      securityContext?.runAsRoot === undefined ? [] : [`${name}: ${securityContext.runAsRoot}`],
  );
  return reasons.length > 0 ? { 'cdk8s-cardinal/runs-as-root': reasons.join('\n') } : {};
}

function labelsOf(service: IService): Labels {
  return { 'app.kubernetes.io/name': service.name };
}
