import { requireDistinctPorts } from './distinct-ports';
import { requireDnsLabel, requireLabel } from './names';
import type { Port } from './port';
import type { ICallee } from './references';
import { anyValue } from './rules';
import { ValidationError } from './validation-error';
import type { VersionProps } from './version';
import { WORKLOAD_PROPERTIES, type WorkloadProps } from './workload';
import type { WorkloadKind } from './workload-kind';
import { assertProbesHavePort, type ServiceObjects, validateObjectsOfService } from './workload/service-rules';

/** Pods that are deployed outside the topology, e.g. by a Helm chart. */
export interface ExistingWorkload {
  /** The labels that select the pods; the label `version` distinguishes their versions. */
  readonly labels: { readonly [label: string]: string };
  /** The ServiceAccount the pods run as: the identity that callees allow. */
  readonly serviceAccount: string;
  /**
   * The headless Service of its pods, if callers connect to single pods by name, as clients of Kafka do. It exists
   * already, with the container ports as its ports.
   * @default - single pods cannot be called
   */
  readonly headlessService?: string;
  /**
   * Whether their Service exists as well, with the name and the ports of this one, so that none is rendered. In a
   * namespace that the topology does not own it always must.
   * @default false
   */
  readonly hasService?: boolean;
}

/** Properties of a service. Workload properties given here apply to all its versions. */
export interface ServiceProps extends WorkloadProps, ServiceObjects {
  /**
   * The port on which it is called.
   * @default - none: it cannot be called
   */
  readonly port?: Port;
  /**
   * Further ports.
   * @default - none
   */
  readonly ports?: Port[];
  /**
   * The container image of versions without one of their own.
   * @default - each version declares its own
   */
  readonly image?: string;
  /**
   * The versions by name.
   * @default - one, `v1`
   */
  readonly versions?: { readonly [name: string]: VersionProps };
  /**
   * The namespace it runs in. One that the topology does not own must exist, and policies are rendered for this
   * service's pods only.
   * @default - the topology's
   */
  readonly namespace?: string;
  /**
   * The kind of the objects that run its pods, e.g. `WorkloadKind.statefulSet({ … })`.
   * @default WorkloadKind.deployment()
   */
  readonly workload?: WorkloadKind;
  /**
   * Pods that exist already. In a namespace that the topology owns, only its Service, traffic rules and policies are
   * rendered; elsewhere none of these: the owner of the pods declares them, and allows the callers.
   * @default - its workload is rendered
   */
  readonly existingWorkload?: ExistingWorkload;
  /**
   * Whether its pods get a proxy. Without one it has no identity, and only NetworkPolicies protect it.
   * @default true
   */
  readonly inMesh?: boolean;
}

/**
 * The labels of the pods that the topology deploys. In a namespace that it does not own, the topology is one of them:
 * no policy selects unrelated pods with the same `app`.
 */
export function labelsOfPods({ name, topology, namespace }: ICallee): { readonly [label: string]: string } {
  return topology.owns(namespace) ? { app: name } : { app: name, 'app.kubernetes.io/part-of': topology.name };
}

/** Rejects properties that contradict each other. */
export function validateService(path: string, ports: readonly Port[], props: ServiceProps): void {
  requireDistinctPorts(path, ports);
  Object.values(RULES).forEach(validate => {
    validate(path, props);
  });
  if (ports.length === 0) {
    assertProbesHavePort(path, [props, ...Object.values(props.versions ?? {})]);
  }
  validateObjectsOfService(path, ports, props);
}

/** The rule for each property besides those of the workload. A property without an entry does not compile. */
const RULES = {
  // All ports are validated together.
  port: anyValue,
  ports: anyValue,
  image: requireImages,
  versions: requireVersions,
  existingWorkload: (path, props) => {
    if (props.existingWorkload) {
      assertNoWorkload(path, props);
    }
  },
  // The service validates it: policies of a namespace that exists may differ.
  namespace: anyValue,
  // Validated with the ports and the versions.
  workload: anyValue,
  inMesh: anyValue,
  // Validated together, with the number of pods.
  serviceAccount: anyValue,
  serviceMetadata: anyValue,
  disruptionBudget: anyValue,
  outboundTraffic: anyValue,
  authorizationDryRun: anyValue,
  portsWithoutMutualTls: anyValue,
  headless: anyValue,
  serviceType: anyValue,
  trafficDistribution: anyValue,
  deniedOperations: anyValue,
  telemetry: anyValue,
  proxyExtensions: anyValue,
  slo: anyValue,
  machines: (path, props) => {
    if (props.machines) {
      rejectWorkloadProperties(path, props, 'Machines run it', 'machines');
    }
  },
} satisfies {
  readonly [K in Exclude<keyof ServiceProps, keyof WorkloadProps>]-?: (path: string, props: ServiceProps) => void;
};

function requireImages(path: string, { versions, image, existingWorkload, machines }: ServiceProps): void {
  const imageless = Object.entries(versions ?? { v1: {} }).filter(
    ([, version]) => (version.image ?? image) === undefined,
  );
  if (!existingWorkload && !machines && imageless.length > 0) {
    throw new ValidationError({
      code: 'NoImage',
      path,
      summary: `Version ${imageless.map(([name]) => name).join(', ')} has no container image.`,
      fix:
        'Give `image` on the version or on the service, or `existingWorkload` if its pods are deployed '
        + 'outside the topology.',
    });
  }
}

function requireVersions(path: string, { versions }: ServiceProps): void {
  if (versions && Object.keys(versions).length === 0) {
    throw new ValidationError({
      code: 'NoVersion',
      path,
      summary: 'It has no versions.',
      fix: 'Declare at least one, or leave `versions` out.',
    });
  }
}

function rejectWorkloadProperties(path: string, props: ServiceProps, because: string, property: string): void {
  const given = [
    ...([props, ...Object.values(props.versions ?? {})].some(each => each.image !== undefined) ? ['image'] : []),
    ...WORKLOAD_PROPERTIES.filter(name =>
      [props, ...Object.values(props.versions ?? {})].some(each => each[name] !== undefined),
    ),
  ];
  if (given.length > 0) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${because}, so ${given.join(', ')} would have no effect.`,
      fix: `Leave these out, or leave out \`${property}\` to have the workload rendered.`,
    });
  }
}

function assertNoWorkload(path: string, props: ServiceProps): void {
  rejectWorkloadProperties(path, props, 'Its pods exist already', 'existingWorkload');
  const { headlessService } = props.existingWorkload ?? {};
  if (headlessService !== undefined) {
    requireDnsLabel(path, 'a Service', headlessService);
  }
  Object.entries(props.existingWorkload?.labels ?? {}).forEach(([label, value]) => {
    requireLabel(path, label, value);
  });
  if (Object.keys(props.existingWorkload?.labels ?? {}).length === 0) {
    throw new ValidationError({
      code: 'NoLabels',
      path,
      summary: 'Without labels it would select every pod of the namespace.',
      fix: 'Give the labels of its pods.',
    });
  }
}
