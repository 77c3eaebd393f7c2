import { DECLARING, type Declaring, requireDeclaring } from './declaring';
import { requireImage } from './image';
import { requireLabel } from './names';
import type { IService, Replicas } from './references';
import { deploymentName, validateWorkload, type WorkloadProps } from './workload';
import { rejectContainerOfProxy } from './workload/further-containers';
import { ValidationError } from './validation-error';
import type { WorkloadKind } from './workload-kind';

/**
 * One version of a service: what differs from the service's own {@link WorkloadProps}; variables are added to the
 * service's.
 */
export interface VersionProps extends WorkloadProps {
  /**
   * The container image.
   * @default - the service's
   */
  readonly image?: string;
}

/**
 * A version of a service. In the cluster: a Deployment `SERVICE-VERSION`, or an object of the service's kind and name,
 * whose pods carry the label `version`.
 */
export class Version {
  /** The name of its Deployment: `SERVICE-VERSION`. An object of another kind is named like the service. */
  readonly deploymentName: string;

  constructor(
    declaring: Declaring,
    /** The service that it is a version of. */
    readonly service: IService,
    /** Its name: the label `version` of its pods. */
    readonly name: string,
    /** The container image; undefined for pods that exist already. */
    readonly image: string | undefined,
    /** How it runs: the service's properties, overridden by its own. */
    readonly workload: WorkloadProps,
  ) {
    requireDeclaring(declaring, 'Version', 'topology.addService(…, { versions: { … } })');
    const path = `${service.path}/${name}`;
    this.deploymentName = service.workloadKind.hasVersions ? deploymentName(path, service.name, name) : service.name;
    requireLabel(path, 'version', name);
    if (image !== undefined) {
      requireImage(path, image);
      rejectContainerOfProxy(path, service.name);
    }
    validateWorkload(path, { service: service.name, pods: podsOf(service.workloadKind, workload) }, workload);
  }

  /** The number of its pods; undefined if they are declared elsewhere, or if its kind declares none. */
  get replicas(): Replicas | undefined {
    return this.service.exists ? undefined : replicasOf(this.service.workloadKind, this.workload);
  }
}

/** The versions of a service: one, `v1`, if none is declared and its pods do not exist yet. */
export function versionsOf(
  service: IService,
  props: VersionProps & { readonly versions?: { readonly [name: string]: VersionProps } },
): Map<string, Version> {
  const { versions = service.exists ? {} : { v1: {} }, image } = props;
  return new Map(
    Object.entries(versions).map(([name, own]: [string, VersionProps]) => {
      const workload = { ...props, ...own, env: { ...props.env, ...own.env } };
      return [name, new Version(DECLARING, service, name, own.image ?? image, workload)];
    }),
  );
}

/** The version of that name. Throws if there is none. */
export function versionNamed(
  { path, name: service }: IService,
  versions: ReadonlyMap<string, Version>,
  name: string,
): Version {
  const version = versions.get(name);
  if (!version) {
    throw new ValidationError({
      code: 'UnknownVersion',
      path,
      summary: `${service} has no version "${name}".`,
      fix: versions.size > 0 ? `It has ${[...versions.keys()].join(', ')}.` : 'Declare its versions.',
    });
  }
  return version;
}

/** The number of pods that a version declares; undefined for kinds without one. */
function replicasOf(kind: WorkloadKind, workload: WorkloadProps): Replicas | undefined {
  const { autoscaling, replicas = kind.statefulSet ? 1 : 2 } = workload;
  return kind.hasReplicas ? { least: autoscaling?.min ?? replicas, most: autoscaling?.max ?? replicas } : undefined;
}

/** The number of pods at most: a DaemonSet has one on each node, a Job those that run at the same time. */
function podsOf(kind: WorkloadKind, workload: WorkloadProps): number {
  return replicasOf(kind, workload)?.most ?? (kind.runsToCompletion ? (kind.job?.parallelism ?? 1) : Infinity);
}

/** The number of pods of several versions; undefined if one does not declare it. */
export function sumOfReplicas(versions: readonly Version[]): Replicas | undefined {
  const all = versions.flatMap(({ replicas }) => replicas ?? []);
  return all.length === 0 || all.length < versions.length
    ? undefined
    : {
        least: all.reduce((sum, { least }) => sum + least, 0),
        most: all.reduce((sum, { most }) => sum + most, 0),
      };
}
