import { requireDnsLabel } from './names';
import { requireInteger } from './numbers';
import { namesIn } from './property-table';
import { ValidationError } from './validation-error';
import { type Autoscaling, OF_AUTOSCALING, utilizationOf } from './workload/autoscaling';
import { OF_CONTAINER } from './workload/container';
import { validateContainers, validateInitContainers } from './workload/further-containers';
import { OF_METADATA } from './workload/metadata';
import { OF_POD } from './workload/pod';
import { type PodOwner, rejectContradictionsInPod } from './workload/pod-rules';
import { OF_PROXY } from './workload/proxy';
import { OF_ROLLOUT } from './workload/rollout';
import { OF_SCHEDULING } from './workload/scheduling';
import { nested, validateAll, type Validations } from './workload/validations';
import type { WorkloadProps } from './workload/workload-props';

export type { WorkloadProps } from './workload/workload-props';

/** The validation of each property. A property without an entry does not compile. */
const PROPERTIES: Validations<WorkloadProps> = {
  ...OF_CONTAINER,
  replicas: (path, replicas) => {
    requireInteger(path, 'The number of replicas', replicas, 0);
  },
  autoscaling: validateAutoscaling,
  rollout: nested(OF_ROLLOUT),
  metadata: nested(OF_METADATA),
  podMetadata: nested(OF_METADATA),
  pod: nested(OF_POD),
  scheduling: nested(OF_SCHEDULING),
  initContainers: validateInitContainers,
  containers: validateContainers,
  proxy: nested(OF_PROXY),
};

/** The names of all properties of a workload. */
export const WORKLOAD_PROPERTIES = namesIn(PROPERTIES);

/** Rejects what Kubernetes would reject, and what would have no effect. */
export function validateWorkload(path: string, owner: PodOwner, props: WorkloadProps): void {
  validateAll<WorkloadProps>(PROPERTIES, path, props);
  rejectContradictionsInPod(path, owner, props);
}

/** The name of a Deployment: `SERVICE-VERSION`. */
export function deploymentName(path: string, service: string, version: string): string {
  if (version.includes('.')) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${version}" cannot be the name of a version: subsets of a DestinationRule are DNS labels, without dots.`,
      fix: `Write it as "${version.replace(/\./g, '-')}".`,
    });
  }
  const name = `${service}-${version}`;
  requireDnsLabel(path, 'a Deployment', name);
  return name;
}

function validateAutoscaling(path: string, autoscaling: Autoscaling, { replicas, resources }: WorkloadProps): void {
  validateAll(OF_AUTOSCALING, path, autoscaling);
  if (replicas !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `It has ${replicas} replicas and an autoscaler that would change them.`,
      fix: 'Give either replicas or autoscaling.',
    });
  }
  const { cpu, memory } = utilizationOf(autoscaling);
  requireRequest(path, 'CPU', 'cpu', '"100m"', cpu !== undefined, resources?.cpu);
  requireRequest(path, 'memory', 'memory', '"128Mi"', memory !== undefined, resources?.memory);
}

function requireRequest(
  path: string,
  what: string,
  property: string,
  example: string,
  isNeeded: boolean,
  request: string | undefined,
): void {
  if (isNeeded && request === undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `Autoscaling uses the utilization of the ${what} request, and there is no ${what} request.`,
      fix: `Give resources.${property}, e.g. ${example}.`,
    });
  }
}
