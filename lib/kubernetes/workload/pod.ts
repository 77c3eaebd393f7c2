import {
  type ContainerProps,
  type DnsConfig,
  DnsPolicy,
  type Env,
  type IService,
  type PodProps,
  type PodSecurityContext,
  type Version,
  volumesOfPod,
  type WorkloadProps,
} from '../../topology';
import { fieldsBy } from '../rendering';
import type { Labels } from '../topology-chart';
import { containerFields, furtherContainer, initContainer, WRITABLE } from './container';
import { withReferencedAddresses } from './referenced-addresses';
import { schedulingOf } from './scheduling';
import type { Json } from './without-defaults';

/** Fields of a pod. */
export interface PodFields extends Json {
  /** That of the service first. */
  readonly containers: readonly Json[];
  readonly securityContext?: Json;
}

/**
 * The fields of a pod that cdk8s-plus does not render as they are declared.
 * @param env the variables of the service's container
 * @param selector the labels of the pods of this version
 */
export function podFields(version: Version, env: Env, selector: Labels): PodFields {
  const { service, workload } = version;
  const { scheduling = {} } = workload;
  const own = containerFields({ ...workload, env }, { writable: WRITABLE, firstPort: service.ports[0]?.target });
  const { env: declared = {} } = workload;
  // All others are the addresses of calls, which have no names of declared ones.
  const addresses = () => Object.fromEntries(Object.entries(env).filter(([name]) => !Object.hasOwn(declared, name)));
  const addressed = <Container extends ContainerProps>(containers: readonly Container[] = []) =>
    containers.map(each => withReferencedAddresses(each, addresses(), env));
  const initContainers = addressed(workload.initContainers);
  return {
    ...fieldsBy(IN_POD, { ...workload, initContainers }),
    ...schedulingOf(isSpread(service) ? scheduling : { topologySpreadConstraints: [], ...scheduling }, selector),
    containers: [{ name: service.name, ...own }, ...addressed(workload.containers).map(furtherContainer)],
    volumes: orNone(volumesOf(version)),
  };
}

/** A DaemonSet has a pod on each node, and the pods of a Job are not replicas of each other. */
function isSpread({ workloadKind }: IService): boolean {
  return workloadKind.hasReplicas;
}

/**
 * The fields of a pod that each property of a workload is rendered to, or where else it is rendered. A property without
 * an entry does not compile.
 */
const IN_POD = {
  replicas: 'Of the Deployment.',
  autoscaling: 'A HorizontalPodAutoscaler.',
  rollout: 'Of the Deployment.',
  metadata: 'Of the Deployment.',
  podMetadata: 'Rendered with cdk8s-plus.',
  pod: ({ pod = {} }) => fieldsBy(FIELDS, pod),
  scheduling: 'Below, with the default of the kind.',
  initContainers: ({ initContainers }) => ({
    initContainers: initContainers && orNone(initContainers.map(initContainer)),
  }),
  containers: 'Behind that of the service.',
  proxy: 'Annotations of the pod, by the target.',
} satisfies {
  readonly [K in Exclude<keyof WorkloadProps, keyof ContainerProps>]-?: ((workload: WorkloadProps) => Json) | string;
};

/** The field of a pod that each property is rendered to. A property without an entry does not compile. */
const FIELDS = {
  terminationGracePeriod: ({ terminationGracePeriod }) => ({
    terminationGracePeriodSeconds: terminationGracePeriod?.toSeconds(),
  }),
  securityContext: ({ securityContext = {} }) => ({ securityContext: securityOf(securityContext) }),
  imagePullSecrets: ({ imagePullSecrets }) => ({ imagePullSecrets: imagePullSecrets?.map(name => ({ name })) }),
  dnsPolicy: ({ dnsPolicy }) => ({ dnsPolicy: dnsPolicy === DnsPolicy.CLUSTER_FIRST ? undefined : dnsPolicy }),
  dnsConfig: ({ dnsConfig }) => ({ dnsConfig: dnsConfig && dnsOf(dnsConfig) }),
  hostAliases: ({ hostAliases }) => ({
    hostAliases: hostAliases?.map(({ ip, hostnames }) => ({ ip, hostnames })),
  }),
  enableServiceLinks: ({ enableServiceLinks }) => ({
    enableServiceLinks: enableServiceLinks === false ? false : undefined,
  }),
  shareProcessNamespace: ({ shareProcessNamespace }) => ({
    shareProcessNamespace: shareProcessNamespace ? true : undefined,
  }),
} satisfies { readonly [K in keyof PodProps]-?: (pod: PodProps) => Json };

function securityOf({ fsGroup, fsGroupChangeOnRootMismatch, supplementalGroups }: PodSecurityContext): Json {
  return {
    seccompProfile: { type: 'RuntimeDefault' },
    fsGroup,
    fsGroupChangePolicy: fsGroupChangeOnRootMismatch ? 'OnRootMismatch' : undefined,
    supplementalGroups,
  };
}

function dnsOf({ nameservers, searches, options }: DnsConfig): Json {
  return {
    nameservers,
    searches,
    options:
      options
      && Object.entries(options).map(([option, value]) => ({ name: option, value: value === '' ? undefined : value })),
  };
}

function volumesOf({ deploymentName, service, workload }: Version): Json[] {
  const { initContainers = [], containers = [] } = workload;
  return [
    ...writableVolumes(workload, WRITABLE),
    ...[...initContainers, ...containers].flatMap(each => writableVolumes(each, `${each.name}-${WRITABLE}`)),
    ...volumesOfPod(service.path, workload).map(({ name, source, ownClaim }) => ({
      name,
      ...(ownClaim ? { persistentVolumeClaim: { claimName: `${deploymentName}-${name}` } } : source),
    })),
  ];
}

function writableVolumes({ writablePaths = [] }: ContainerProps, prefix: string): Json[] {
  return writablePaths.map((_path, index) => ({ name: `${prefix}-${index}`, emptyDir: {} }));
}

function orNone<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
