import { ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import {
  type IScalable,
  k8s,
  LabelSelector,
  RestartPolicy,
  type ScalingTarget,
  Workload,
  type WorkloadProps,
} from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { VolumeClaimTemplate, WorkloadKind } from '../topology';
import type { Labels } from './topology-chart';

/** Properties of a {@link WorkloadObject}. */
export interface WorkloadObjectProps extends WorkloadProps {
  readonly workloadKind: WorkloadKind;
  readonly metadata: ApiObjectMetadata;
  /** The headless Service of a StatefulSet. */
  readonly serviceName?: string;
  /** The labels by which its controller finds the pods. */
  readonly selector: Labels;
  readonly replicas?: number;
}

/**
 * A StatefulSet, DaemonSet, Job or CronJob, or a Rollout in place of a Deployment. The classes of cdk8s-plus-27 have no
 * volume claim templates and no parallelism, and defaults that Kubernetes does not have, such as a starting deadline of
 * 10 s.
 */
export class WorkloadObject extends Workload implements IScalable {
  readonly resourceType: string;
  hasAutoscaler = false;
  protected readonly apiObject: ApiObject;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WorkloadObjectProps,
  ) {
    const { workloadKind, metadata, selector } = props;
    super(scope, id, { ...props, select: false, restartPolicy: restartPolicyOf(workloadKind) });
    const Kind = workloadKind.statefulSet
      ? k8s.KubeStatefulSet
      : workloadKind.cronJob
        ? k8s.KubeCronJob
        : workloadKind.job
          ? k8s.KubeJob
          : k8s.KubeDaemonSet;
    this.resourceType = `${workloadKind.hasVersions ? 'rollout' : workloadKind.name.toLowerCase()}s`;
    this.apiObject = workloadKind.hasVersions
      ? new ApiObject(this, 'Resource', {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Rollout',
          metadata,
          spec: Lazy.any({ produce: () => this.rolloutSpec() }),
        })
      : new Kind(this, 'Resource', { metadata, spec: Lazy.any({ produce: () => this.spec() }) as never });
    // The controller of Jobs selects pods by a label of its own.
    if (!workloadKind.runsToCompletion) {
      this.select(LabelSelector.of({ labels: selector }));
    }
  }

  /** Called by an autoscaler, which then sets the number of pods. */
  markHasAutoscaler(): void {
    this.hasAutoscaler = true;
  }

  /** The object that an autoscaler scales. */
  toScalingTarget(): ScalingTarget {
    const { kind, apiVersion, name, containers } = this;
    return { kind, apiVersion, name, containers, replicas: this.props.replicas };
  }

  /** That of a Deployment, with the field names of the API. */
  private rolloutSpec(): unknown {
    const template: k8s.PodTemplateSpec = { metadata: this.podMetadata.toJson(), spec: this._toPodSpec() };
    const manifest = k8s.KubeDeployment.manifest({
      spec: { replicas: this.props.replicas, selector: this._toLabelSelector(), template },
    }) as { readonly spec: unknown };
    return manifest.spec;
  }

  private spec(): k8s.StatefulSetSpec | k8s.DaemonSetSpec | k8s.JobSpec | k8s.CronJobSpec {
    const { workloadKind, serviceName = '', replicas } = this.props;
    const { statefulSet, cronJob, runsToCompletion } = workloadKind;
    const template: k8s.PodTemplateSpec = { metadata: this.podMetadata.toJson(), spec: this._toPodSpec() };
    if (runsToCompletion) {
      return cronJob ? cronJobSpec(workloadKind, template) : jobSpec(workloadKind, template);
    }
    const selector = this._toLabelSelector();
    return statefulSet
      ? {
          replicas,
          serviceName,
          podManagementPolicy: statefulSet.podManagementPolicy,
          selector,
          template: withMounts(template, statefulSet.volumeClaimTemplates),
          volumeClaimTemplates: statefulSet.volumeClaimTemplates?.map(claimOf),
        }
      : { selector, template };
  }
}

function restartPolicyOf({ job }: WorkloadKind): RestartPolicy | undefined {
  return job && (job.restartPolicy === 'OnFailure' ? RestartPolicy.ON_FAILURE : RestartPolicy.NEVER);
}

function jobSpec({ job = {} }: WorkloadKind, template: k8s.PodTemplateSpec): k8s.JobSpec {
  return {
    completions: job.completions,
    parallelism: job.parallelism,
    backoffLimit: job.backoffLimit,
    activeDeadlineSeconds: job.activeDeadline?.toSeconds(),
    ttlSecondsAfterFinished: job.ttlAfterFinished?.toSeconds(),
    template,
  };
}

function cronJobSpec(kind: WorkloadKind, template: k8s.PodTemplateSpec): k8s.CronJobSpec {
  const { cronJob } = kind;
  return {
    schedule: cronJob?.schedule ?? '',
    timeZone: cronJob?.timeZone,
    concurrencyPolicy: cronJob?.concurrencyPolicy,
    startingDeadlineSeconds: cronJob?.startingDeadline?.toSeconds(),
    suspend: cronJob?.suspend,
    successfulJobsHistoryLimit: cronJob?.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: cronJob?.failedJobsHistoryLimit,
    jobTemplate: { spec: jobSpec(kind, template) },
  };
}

/** The first container, that of the service, mounts the claims. */
function withMounts(
  { metadata, spec }: k8s.PodTemplateSpec,
  claims: readonly VolumeClaimTemplate[] = [],
): k8s.PodTemplateSpec {
  const mounts = claims.map(({ name, mountPath }) => ({ name, mountPath }));
  return {
    metadata,
    spec: spec && {
      ...spec,
      containers: spec.containers.map((container, index) =>
        index === 0 && mounts.length > 0
          ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), ...mounts] }
          : container,
      ),
    },
  };
}

function claimOf({
  name,
  storage,
  storageClassName,
  accessModes = [],
}: VolumeClaimTemplate): k8s.KubePersistentVolumeClaimProps {
  return {
    metadata: { name },
    spec: {
      accessModes: accessModes.length > 0 ? [...accessModes] : ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: k8s.Quantity.fromString(storage) } },
    },
  };
}
