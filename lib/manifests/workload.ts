import { labelsOfPods } from './added-labels';
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
  [Kind.REPLICATION_CONTROLLER, ['spec', 'template']],
  [Kind.ROLLOUT, ['spec', 'template']],
  [Kind.JOB, ['spec', 'template']],
  [Kind.CRON_JOB, ['spec', 'jobTemplate', 'spec', 'template']],
]);

/**
 * The keys that the maker of an object can have: its controller, or, if that is a ReplicaSet, what the ReplicaSet is
 * of, which its name begins with.
 */
function makersOf({ metadata, namespace }: Resource): string[] {
  const hash = metadata.get('labels', 'pod-template-hash').text;
  return metadata
    .get('ownerReferences')
    .items.filter(owner => owner.get('controller').isTrue)
    .flatMap(owner => {
      const [kind, name] = [owner.get('kind').text, owner.get('name').text];
      const root = name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : name;
      return [`${kind} ${namespace}/${name}`, `Deployment ${namespace}/${root}`, `Rollout ${namespace}/${root}`];
    });
}

function keyOf({ kind, key }: Resource): string {
  return `${kind} ${key}`;
}

/** The object whose template a Rollout uses. */
function refersTo({ namespace, spec }: Resource): string {
  return `${spec.get('workloadRef', 'kind').text} ${namespace}/${spec.get('workloadRef', 'name').text}`;
}

/**
 * A Pod, or the Pods that a Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Rollout, Job or
 * CronJob creates.
 */
export class Workload {
  /**
   * The workload of an object by itself, if it is one, whether another workload has made it or not.
   */
  static of(resource: Resource): Workload | undefined {
    return Workload.withTemplate(resource, resource);
  }

  /**
   * The workloads of all objects; what one of them has made is a part of it. A Rollout that refers to a Deployment runs
   * Pods of its template, and scales the Deployment down.
   * @see https://argo-rollouts.readthedocs.io/en/stable/migrating/
   */
  static all(resources: readonly Resource[]): Workload[] {
    const referenced = new Map(
      resources
        .filter(({ type, spec }) => type === Kind.ROLLOUT && spec.get('workloadRef').exists)
        .map(rollout => [refersTo(rollout), rollout]),
    );
    const templates = new Map(
      (referenced.size > 0 ? resources : []).map(each => [referenced.get(keyOf(each)), each] as const),
    );
    const workloads = resources.filter(each => TEMPLATES.has(each.type));
    const keys = new Set(workloads.map(keyOf));
    return workloads
      .filter(each => !referenced.has(keyOf(each)) && !makersOf(each).some(maker => keys.has(maker)))
      .flatMap(each => Workload.withTemplate(each, templates.get(each) ?? each) ?? []);
  }

  private static withTemplate(resource: Resource, owner: Resource): Workload | undefined {
    const path = TEMPLATES.get(owner.type);
    return path && new Workload(resource, owner.root.get(...path));
  }

  /** The labels of its Pods. */
  readonly labels: Labels;

  private constructor(
    readonly resource: Resource,
    readonly template: Field,
  ) {
    this.labels = labelsOfPods(resource, template.get('metadata', 'labels').strings);
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
