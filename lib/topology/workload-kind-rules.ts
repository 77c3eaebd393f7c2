import type { Duration } from 'cdk8s';
import type { Replicas } from './references';
import { requireSchedule, requireTimeZone } from './cron-schedule';
import { requireDnsLabel, requireDnsSubdomain } from './names';
import { requireDuration, requireInteger } from './numbers';
import type { ServiceProps } from './service-props';
import { ValidationError } from './validation-error';
import type { WorkloadKind } from './workload-kind';
import { type CronJobProps, type JobProps, type StatefulSetProps } from './workload-kind';

/** Rejects settings of a kind that Kubernetes would reject, and what a service of that kind cannot have. */
export function validateWorkloadKind(path: string, service: string, props: ServiceProps): void {
  const { workload: kind } = props;
  if (kind === undefined) {
    return;
  }
  if (props.existingWorkload) {
    throw contradiction(
      path,
      `Its pods exist already, so there is no ${kind.name} to render.`,
      'Leave out `workload`, or `existingWorkload`.',
    );
  }
  if (!kind.hasVersions) {
    rejectRollout(path, kind, props);
    requireOneObject(path, service, kind, props);
  }
  if (!kind.hasReplicas) {
    rejectReplicas(path, kind, props);
  }
  if (kind.runsToCompletion && (props.port ?? props.ports?.length)) {
    throw contradiction(
      path,
      `The pods of a ${kind.name} run to completion, so no service can rely on calling them.`,
      'Leave out the port, or declare another workload, e.g. WorkloadKind.deployment().',
    );
  }
  validateStatefulSet(path, kind.statefulSet ?? {}, props);
  validateJob(path, kind.job ?? {});
  if (kind.cronJob) {
    validateCronJob(path, kind.cronJob);
  }
}

/** What the rules read of a service. */
interface Declared {
  readonly path: string;
  readonly name: string;
  readonly workloadKind: WorkloadKind;
  readonly replicas: Replicas | undefined;
  readonly headlessService: string | undefined;
}

/** Rejects traffic rules among versions for a kind that has one. */
export function requireVersions(
  { path, name, workloadKind }: Pick<Declared, 'path' | 'name' | 'workloadKind'>,
  what: string,
): void {
  if (!workloadKind.hasVersions) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `A ${workloadKind.name} has one version, so ${what} has nothing to choose from.`,
      fix: `Leave it out, or run ${name} as WorkloadKind.deployment().`,
    });
  }
}

/** The name of a pod of a StatefulSet. Throws for other kinds, and for a pod beyond the declared replicas. */
export function podNameOf(service: Declared, ordinal: number): string {
  const { path, name, workloadKind, replicas, headlessService } = service;
  if (headlessService !== undefined && !workloadKind.statefulSet) {
    throw new ValidationError({
      code: 'NoPodNames',
      path,
      summary: `The pods of ${name} are declared elsewhere, so this topology does not have their names.`,
      fix: `Write the name of the pod before that of its headless Service: \`POD.${headlessService}.NAMESPACE\`.`,
    });
  }
  if (!workloadKind.statefulSet) {
    throw new ValidationError({
      code: 'NoPodNames',
      path,
      summary: `The pods of ${name} have no host names of their own: only those of a StatefulSet have.`,
      fix: 'Declare `workload: WorkloadKind.statefulSet()`, or use `hostNameIn` of the service.',
    });
  }
  requireInteger(path, 'The ordinal of the pod', ordinal, 0, Math.max(0, (replicas?.most ?? 1) - 1));
  return `${name}-${ordinal}`;
}

/** The name of its object is that of the service, so there is one; controllers append to it. */
function requireOneObject(path: string, service: string, kind: WorkloadKind, { versions = {} }: ServiceProps): void {
  const names = Object.keys(versions);
  if (names.length > 1) {
    throw contradiction(
      path,
      `A ${kind.name} has one version, and ${names.length} are declared: ${names.join(', ')}.`,
      'Declare one version, a service for each, or WorkloadKind.deployment().',
    );
  }
  // A Job of a CronJob has 11 characters more, and so has the label controller-revision-hash of a StatefulSet's pods.
  if ((kind.statefulSet ?? kind.cronJob) && service.length > 52) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${service}" has ${service.length} characters, and the name of a ${kind.name} has at most 52.`,
      fix: 'Shorten the name: its controller appends 11 characters to it.',
    });
  }
}

function rejectRollout(path: string, kind: WorkloadKind, props: ServiceProps): void {
  if ([props, ...Object.values(props.versions ?? {})].some(({ rollout }) => rollout !== undefined)) {
    throw contradiction(
      path,
      `A ${kind.name} replaces its pods one by one, or not at all, so \`rollout\` would have no effect.`,
      'Leave it out, or declare WorkloadKind.deployment().',
    );
  }
}

function rejectReplicas(path: string, kind: WorkloadKind, props: ServiceProps): void {
  const declared = [props, ...Object.values(props.versions ?? {})];
  const given = (['replicas', 'autoscaling'] as const).filter(name => declared.some(each => each[name] !== undefined));
  if (given.length > 0) {
    throw contradiction(
      path,
      `A ${kind.name} has no replicas, so ${given.join(' and ')} would have no effect.`,
      kind.runsToCompletion
        ? 'Set `parallelism` and `completions` of the Job.'
        : 'Leave it out: a DaemonSet runs one pod on each node.',
    );
  }
}

const STORAGE = /^\d+(\.\d+)?([kMGTPE]|[KMGTPE]i)$/;

function validateStatefulSet(path: string, { volumeClaimTemplates = [] }: StatefulSetProps, props: ServiceProps): void {
  const paths = [props, ...Object.values(props.versions ?? {})].flatMap(each => each.writablePaths ?? []);
  volumeClaimTemplates.forEach(({ name, mountPath, storage, storageClassName, accessModes }, index) => {
    const earlier = volumeClaimTemplates.slice(0, index);
    requireDnsLabel(path, 'a volume claim template', name);
    if (storageClassName !== undefined) {
      requireDnsSubdomain(path, 'a StorageClass', storageClassName);
    }
    if (!STORAGE.test(storage) || parseFloat(storage) === 0) {
      throw new ValidationError({
        code: 'InvalidQuantity',
        path,
        summary: `The storage of the volume claim template "${name}" is "${storage}".`,
        fix: 'Write a quantity such as 10Gi.',
      });
    }
    if (!mountPath.startsWith('/') || mountPath.length < 2 || mountPath.includes(':')) {
      throw new ValidationError({
        code: 'InvalidPath',
        path,
        summary: `"${mountPath}" is not an absolute path of a directory.`,
        fix: 'Give an absolute path, e.g. "/data".',
      });
    }
    if (accessModes?.length === 0) {
      throw contradiction(
        path,
        `The volume claim template "${name}" has no access mode.`,
        'Give one, or leave it out.',
      );
    }
    const twin = earlier.find(each => each.name === name || each.mountPath === mountPath);
    if (twin ?? paths.includes(mountPath)) {
      throw contradiction(
        path,
        twin?.name === name
          ? `Two volume claim templates are named "${name}".`
          : `Two volumes are mounted at "${mountPath}".`,
        'Give each volume a name and a directory of its own.',
      );
    }
  });
}

function validateJob(path: string, job: JobProps): void {
  for (const [name, least] of [
    ['completions', 1],
    ['parallelism', 0],
    ['backoffLimit', 0],
  ] as const) {
    const value = job[name];
    if (value !== undefined) {
      requireInteger(path, name, value, least, 2 ** 31 - 1);
    }
  }
  requireSeconds(path, 'activeDeadline', job.activeDeadline, 1);
  requireSeconds(path, 'ttlAfterFinished', job.ttlAfterFinished, 0);
}

function validateCronJob(path: string, cronJob: CronJobProps): void {
  requireSchedule(path, cronJob.schedule);
  if (cronJob.timeZone !== undefined) {
    requireTimeZone(path, cronJob.timeZone);
  }
  // The controller looks every 10 s.
  requireSeconds(path, 'startingDeadline', cronJob.startingDeadline, 10);
  for (const name of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const) {
    const value = cronJob[name];
    if (value !== undefined) {
      requireInteger(path, name, value, 0, 2 ** 31 - 1);
    }
  }
}

function requireSeconds(path: string, what: string, value: Duration | undefined, least: number): void {
  requireDuration(path, what, value);
  if (value) {
    requireInteger(path, `${what} in seconds`, value.toMilliseconds() / 1000, least, 2 ** 31 - 1);
  }
}

function contradiction(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'Contradiction', path, summary, fix });
}
