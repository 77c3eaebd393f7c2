import type { Duration } from 'cdk8s';
import { given } from './given';

/** The kind of the objects that run the pods of a service. */
export class WorkloadKind {
  /** A Deployment for each version, named `SERVICE-VERSION`: pods that are interchangeable. */
  static deployment(): WorkloadKind {
    return new WorkloadKind('Deployment');
  }

  /**
   * A StatefulSet, named like the service: pods with names (`SERVICE-0`), an order and volumes of their own. Beside the
   * Service, a headless Service `SERVICE-headless` resolves the names of single pods: see `service.podHostNameIn(…)`.
   * Callers, and the pods themselves if the service calls itself, reach both. One pod by default.
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
   */
  static statefulSet(props: StatefulSetProps = {}): WorkloadKind {
    return new WorkloadKind('StatefulSet', { statefulSet: given(props) });
  }

  /**
   * A DaemonSet, named like the service: one pod on each node.
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
   */
  static daemonSet(): WorkloadKind {
    return new WorkloadKind('DaemonSet');
  }

  /**
   * A Job, named like the service: pods that run to completion. Its pods are never called.
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
   */
  static job(props: JobProps = {}): WorkloadKind {
    return new WorkloadKind('Job', { job: given(props) });
  }

  /**
   * A CronJob, named like the service: a Job at each time of a schedule. Its pods are never called.
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
   */
  static cronJob(props: CronJobProps): WorkloadKind {
    const cronJob = given(props);
    return new WorkloadKind('CronJob', { job: cronJob, cronJob });
  }

  /** The settings of a StatefulSet; undefined for other kinds. */
  readonly statefulSet?: StatefulSetProps;
  /** The settings of a Job, or of the Jobs of a CronJob; undefined for other kinds. */
  readonly job?: JobProps;
  /** The settings of a CronJob; undefined for other kinds. */
  readonly cronJob?: CronJobProps;

  private constructor(
    /** The kind of the object: `Deployment`, `StatefulSet`, `DaemonSet`, `Job` or `CronJob`. */
    readonly name: string,
    { statefulSet, job, cronJob }: Pick<WorkloadKind, 'statefulSet' | 'job' | 'cronJob'> = {},
  ) {
    this.statefulSet = statefulSet;
    this.job = job;
    this.cronJob = cronJob;
  }

  /** Whether each version of a service is an object of its own. */
  get hasVersions(): boolean {
    return this.name === 'Deployment';
  }

  /** Whether the number of pods is declared. */
  get hasReplicas(): boolean {
    return this.name === 'Deployment' || this.name === 'StatefulSet';
  }

  /** Whether its pods run to completion. */
  get runsToCompletion(): boolean {
    return this.job !== undefined;
  }
}

/** Properties of a StatefulSet. */
export interface StatefulSetProps {
  /**
   * Volumes that each pod gets one of and keeps. Kubernetes rejects changes of them after the first apply.
   * @default - none
   */
  readonly volumeClaimTemplates?: VolumeClaimTemplate[];
  /** @default PodManagementPolicy.ORDERED_READY */
  readonly podManagementPolicy?: PodManagementPolicy;
}

/** A PersistentVolumeClaim that each pod of a StatefulSet gets: `NAME-POD`. */
export interface VolumeClaimTemplate {
  /** The first part of the name of the claims, and the name of the volume in the pod. */
  readonly name: string;
  /** The absolute path of the directory at which the container mounts the volume. */
  readonly mountPath: string;
  /** The requested size as a Kubernetes quantity: `10Gi`. */
  readonly storage: string;
  /**
   * The StorageClass.
   * @default - the default class of the cluster
   */
  readonly storageClassName?: string;
  /** @default [AccessMode.READ_WRITE_ONCE] */
  readonly accessModes?: AccessMode[];
}

/** How many nodes or pods can mount a volume, and how. */
export enum AccessMode {
  /** One node reads and writes. */
  READ_WRITE_ONCE = 'ReadWriteOnce',
  /** One pod reads and writes. */
  READ_WRITE_ONCE_POD = 'ReadWriteOncePod',
  /** Many nodes read. */
  READ_ONLY_MANY = 'ReadOnlyMany',
  /** Many nodes read and write. */
  READ_WRITE_MANY = 'ReadWriteMany',
}

/** The order in which the pods of a StatefulSet start and stop. */
export enum PodManagementPolicy {
  /** One after the other: each pod starts when those before it are ready. */
  ORDERED_READY = 'OrderedReady',
  /** All at once: for pods that are only ready once they have found each other. */
  PARALLEL = 'Parallel',
}

/** Properties of a Job. */
export interface JobProps {
  /**
   * The number of pods that must succeed.
   * @default 1
   */
  readonly completions?: number;
  /**
   * The number of pods that run at the same time.
   * @default 1
   */
  readonly parallelism?: number;
  /**
   * The number of retries before the Job fails.
   * @default - 6, Kubernetes' default
   */
  readonly backoffLimit?: number;
  /**
   * The time limit of the Job with its retries, in whole seconds: its pods are terminated then.
   * @default - none
   */
  readonly activeDeadline?: Duration;
  /**
   * The time after which a finished Job is deleted, in whole seconds.
   * @default - it is kept; a CronJob deletes all but the latest
   */
  readonly ttlAfterFinished?: Duration;
  /** @default JobRestartPolicy.NEVER */
  readonly restartPolicy?: JobRestartPolicy;
}

/** What follows a failure of a Job's container. */
export enum JobRestartPolicy {
  /** Another pod: the logs of the failed one are kept. */
  NEVER = 'Never',
  /** The container is restarted in its pod. */
  ON_FAILURE = 'OnFailure',
}

/** Properties of a CronJob, and of each of its Jobs. */
export interface CronJobProps extends JobProps {
  /** Minute, hour, day of the month, month and day of the week: `0 3 * * *`; or `@hourly`, `@daily`, `@every 90m`. */
  readonly schedule: string;
  /**
   * The time zone of the schedule: `Europe/Berlin`.
   * @default - that of the kube-controller-manager, usually UTC
   */
  readonly timeZone?: string;
  /** @default ConcurrencyPolicy.ALLOW */
  readonly concurrencyPolicy?: ConcurrencyPolicy;
  /**
   * How late a Job may start, in whole seconds, 10 at least; otherwise it counts as missed.
   * @default - no limit
   */
  readonly startingDeadline?: Duration;
  /**
   * Whether no further Jobs start.
   * @default false
   */
  readonly suspend?: boolean;
  /**
   * The number of successful Jobs that are kept.
   * @default - 3, Kubernetes' default
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * The number of failed Jobs that are kept.
   * @default - 1, Kubernetes' default
   */
  readonly failedJobsHistoryLimit?: number;
}

/** What happens at the time of a Job of which an earlier one still runs. */
export enum ConcurrencyPolicy {
  /** Both run. */
  ALLOW = 'Allow',
  /** The later one is skipped. */
  FORBID = 'Forbid',
  /** The earlier one is terminated. */
  REPLACE = 'Replace',
}
