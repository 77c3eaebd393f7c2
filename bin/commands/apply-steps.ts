import type { KubernetesObject, Resource } from '../../lib/manifests';
import { isMap } from '../../lib/manifests';
import type { Plan } from '../../lib/analysis';

/** What the steps of a plan are carried out with. */
export interface Executor {
  /** Runs kubectl with this standard input. Throws an {@link ApplyError} if it fails. */
  kubectl(args: readonly string[], input?: string): Promise<void>;
  /** Waits until all proxies have the configuration that is applied. Throws an {@link ApplyError} if one rejects it. */
  proxiesHaveConfiguration(): Promise<void>;
  /** Prints a line. */
  tell(text: string): void;
}

/** How the steps are carried out. */
export interface ApplyProps {
  /** The name of an ApplySet of each namespace, which deletes what is no longer declared; undefined for none. */
  readonly applySet?: string;
  readonly isDryRun: boolean;
  readonly forceConflicts: boolean;
  /** The time limit of each wait, in seconds. */
  readonly timeout: number;
}

/** A step that failed: nothing after it is carried out. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError';
}

type Step = Plan['steps'][number];

/** Carries out the steps of a plan, one after the other; each waits until it has taken effect. */
export async function carryOut(
  { steps }: Plan,
  after: readonly Resource[],
  props: ApplyProps,
  executor: Executor,
): Promise<void> {
  // The API server validates nothing in a namespace that does not exist yet.
  const missing = steps.flatMap(({ stage, apply }) =>
    props.isDryRun && stage === 'types' ? apply.map(({ resource }) => resource.name) : [],
  );
  const isThere = ({ namespace }: Resource) => !missing.includes(namespace);
  for (const [index, step] of steps.entries()) {
    executor.tell(`${index + 1}. ${step.title}`);
    await stepped(step, after, isThere, props, executor).catch((error: unknown) => {
      throw error instanceof ApplyError
        ? new ApplyError(
            `Step ${index + 1} of ${steps.length} failed: ${error.message} `
              + `${index === 0 ? 'No step is' : index === 1 ? 'Step 1 is' : `Steps 1 to ${index} are`} complete, and none after it has begun.`,
          )
        : error;
    });
  }
  if (props.applySet !== undefined) {
    await pruned(props.applySet, after.filter(isThere), props, executor);
  }
}

async function stepped(
  step: Step,
  after: readonly Resource[],
  isThere: (resource: Resource) => boolean,
  props: ApplyProps,
  executor: Executor,
): Promise<void> {
  const [apply, remove] = [step.apply, step.remove].map(all =>
    all.filter(({ resource }) => isThere(resource)).map(({ resource }) => objectOf(resource)),
  );
  if (apply && apply.length > 0) {
    await executor.kubectl([...applyArgs(props), '-f', '-'], listOf(apply));
  }
  if (remove && remove.length > 0) {
    const dryRun = props.isDryRun ? ['--dry-run=server'] : [];
    const limit = `--timeout=${props.timeout}s`;
    await executor.kubectl(['delete', '--ignore-not-found', limit, ...dryRun, '-f', '-'], listOf(remove));
  }
  if (!props.isDryRun) {
    await waited(step, after, props, executor);
  }
}

function applyArgs({ isDryRun, forceConflicts }: ApplyProps): string[] {
  return [
    'apply',
    '--server-side',
    '--field-manager=cdk8s-cardinal',
    ...(forceConflicts ? ['--force-conflicts'] : []),
    ...(isDryRun ? ['--dry-run=server'] : []),
  ];
}

async function waited(
  { stage, apply }: Step,
  after: readonly Resource[],
  { timeout }: ApplyProps,
  { kubectl, proxiesHaveConfiguration }: Executor,
): Promise<void> {
  const limit = `--timeout=${timeout}s`;
  const applied = apply.map(({ resource }) => resource);
  const namespaced = ({ namespace }: Resource) => (namespace === '' ? [] : ['--namespace', namespace]);
  for (const each of applied) {
    const condition = CONDITIONS[each.type];
    if (condition !== undefined) {
      await kubectl(['wait', limit, `--for=condition=${condition}`, titleOf(each), ...namespaced(each)]);
    }
  }
  if (stage === 'labels') {
    const namespaces = new Set(applied.filter(changesProxies).map(each => each.name));
    for (const each of after.filter(({ namespace, type }) => namespaces.has(namespace) && ROLLOUTS.has(type))) {
      await kubectl(['rollout', 'restart', titleOf(each), ...namespaced(each)]);
      await kubectl(['rollout', 'status', limit, titleOf(each), ...namespaced(each)]);
    }
  }
  for (const each of applied.filter(({ type }) => ROLLOUTS.has(type))) {
    await kubectl(['rollout', 'status', limit, titleOf(each), ...namespaced(each)]);
  }
  await proxiesHaveConfiguration();
}

/** The conditions of objects that others need. */
const CONDITIONS: Readonly<Record<string, string>> = {
  'CustomResourceDefinition.apiextensions.k8s.io': 'Established',
  'Gateway.gateway.networking.k8s.io': 'Programmed',
};
const ROLLOUTS: ReadonlySet<string> = new Set(['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps']);

/** Labels of a namespace from which the proxies of new Pods follow. */
function changesProxies({ labels }: Resource): boolean {
  return ['istio-injection', 'istio.io/rev'].some(each => labels[each] !== undefined);
}

/** The kind with its group, and the name, as kubectl reads them. */
function titleOf({ type, name }: Resource): string {
  return `${type.toLowerCase()}/${name}`;
}

/**
 * All objects of each namespace as an ApplySet, which deletes those that an earlier apply had and this one has not. Its
 * parent is a ConfigMap in the namespace. Objects of the whole cluster are in none, so that none of them is deleted.
 */
async function pruned(
  applySet: string,
  after: readonly Resource[],
  props: ApplyProps,
  { kubectl, tell }: Executor,
): Promise<void> {
  for (const namespace of [...new Set(after.map(each => each.namespace))].filter(each => each !== '').sort()) {
    tell(`ApplySet ${namespace}/${applySet}`);
    const own = after.filter(each => each.namespace === namespace).map(objectOf);
    await kubectl(
      [...applyArgs(props), '--namespace', namespace, `--applyset=configmaps/${applySet}`, '--prune', '-f', '-'],
      listOf(own),
    );
  }
}

function listOf(items: readonly KubernetesObject[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function objectOf({ object, namespace }: Resource): KubernetesObject {
  const own = Object.fromEntries(Object.entries(object).filter(([field]) => field !== 'status'));
  const metadata = isMap(object.metadata) ? object.metadata : {};
  return {
    ...own,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: namespace === '' ? metadata : { ...metadata, namespace },
  };
}
