import type { Field, Resource } from './resource';
import { Kind } from './kinds';
import type { Labels } from './selector';

/** The path of the Pod in the objects that create Pods. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  [Kind.POD, []],
  [Kind.DEPLOYMENT, ['spec', 'template']],
  [Kind.STATEFUL_SET, ['spec', 'template']],
  [Kind.DAEMON_SET, ['spec', 'template']],
  [Kind.REPLICA_SET, ['spec', 'template']],
  [Kind.ROLLOUT, ['spec', 'template']],
  [Kind.JOB, ['spec', 'template']],
  [Kind.CRON_JOB, ['spec', 'jobTemplate', 'spec', 'template']],
]);

/** A Pod, or the Pods that a Deployment, StatefulSet, DaemonSet, ReplicaSet, Rollout, Job or CronJob creates. */
export class Workload {
  /**
   * The workload of an object, if it is one. An object with a controller is not counted again: its controller is the
   * workload.
   */
  static of(resource: Resource): Workload | undefined {
    const path = TEMPLATES.get(resource.type);
    const isMade = resource.metadata.get('ownerReferences').items.some(owner => owner.get('controller').isTrue);
    return path && !isMade ? new Workload(resource, resource.root.get(...path)) : undefined;
  }

  /** The labels of its Pods. */
  readonly labels: Labels;

  private constructor(
    readonly resource: Resource,
    readonly template: Field,
  ) {
    this.labels = template.get('metadata', 'labels').strings;
  }

  get name(): string {
    return this.resource.name;
  }

  get namespace(): string {
    return this.resource.namespace;
  }

  /** The annotations of its Pods. */
  get annotations(): Labels {
    return this.template.get('metadata', 'annotations').strings;
  }

  /** The spec of its Pods. */
  get pod(): Field {
    return this.template.get('spec');
  }

  /** Its containers, including init containers. */
  get containers(): Field[] {
    return [...this.pod.get('containers').items, ...this.pod.get('initContainers').items];
  }

  get serviceAccount(): string {
    return this.pod.get('serviceAccountName').text || this.pod.get('serviceAccount').text || 'default';
  }

  /** The number of Pods that it declares; 1 if it does not declare one. */
  get replicas(): number {
    return this.resource.spec.get('replicas').number ?? 1;
  }
}
