import { ValidationError } from '../validation-error';
import { AccessMode } from '../workload-kind';
import type { ContainerProps } from './container';
import { requireDistinctContainers } from './further-containers';
import type { Volume } from './volume';
import { type VolumeMount, volumesOf } from './volume-mount';
import type { WorkloadProps } from './workload-props';

/** The workload whose pods are declared. */
export interface PodOwner {
  /** The name of the service, and of its container. */
  readonly service: string;
  /** The number of its pods at most. */
  readonly pods: number;
}

/** Rejects what contradicts itself across the containers of a pod. */
export function rejectContradictionsInPod(path: string, { service, pods }: PodOwner, props: WorkloadProps): void {
  const { initContainers = [], containers = [] } = props;
  requireDistinctContainers(path, [service, ...[...initContainers, ...containers].map(each => each.name)]);
  const volumes = volumesOf(path, mountsOf(props));
  const reserved = volumes.find(({ name }) => /^writable-|-writable-\d+$/.test(name));
  if (reserved) {
    throw new ValidationError({
      code: 'ReservedName',
      path,
      summary: `"${reserved.name}" is the name of a volume of \`writablePaths\`.`,
      fix: 'Use another name.',
    });
  }
  volumes.forEach(volume => {
    requireOnePodForClaim(path, volume, pods);
  });
  [props, ...initContainers, ...containers].forEach(container => {
    requireTimeForHook(path, container, props);
  });
}

/** The volumes that the containers of a pod mount, each once. */
export function volumesOfPod(path: string, props: WorkloadProps): Volume[] {
  return volumesOf(path, mountsOf(props));
}

function mountsOf(props: WorkloadProps): VolumeMount[] {
  const { initContainers = [], containers = [] } = props;
  return [props, ...initContainers, ...containers].flatMap(({ volumeMounts = [] }) => volumeMounts);
}

/** A volume that one node or pod can mount: pods elsewhere would never start. */
function requireOnePodForClaim(path: string, { name, ownClaim }: Volume, pods: number): void {
  const { accessMode = AccessMode.READ_WRITE_ONCE } = ownClaim ?? { accessMode: AccessMode.READ_WRITE_MANY };
  if ([AccessMode.READ_WRITE_ONCE, AccessMode.READ_WRITE_ONCE_POD].includes(accessMode) && pods > 1) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        `The claim of the volume "${name}" is ${accessMode}, and there are up to `
        + `${pods === Infinity ? 'as many pods as nodes' : `${pods} pods`}.`,
      fix:
        'Set `replicas: 1`, with `rollout: { strategy: RolloutStrategy.RECREATE }`, or an access mode for many nodes '
        + 'such as AccessMode.READ_WRITE_MANY.',
    });
  }
}

function requireTimeForHook(path: string, { lifecycle }: ContainerProps, { pod }: WorkloadProps): void {
  const seconds = lifecycle?.preStop?.action.seconds ?? 0;
  const grace = pod?.terminationGracePeriod?.toSeconds() ?? 30;
  if (seconds > grace) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The preStop hook waits for ${seconds} s, and the container is killed after ${grace} s.`,
      fix: 'Raise `pod.terminationGracePeriod`, or wait for less time.',
    });
  }
}
