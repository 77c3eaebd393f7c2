import { spawn } from 'node:child_process';
import { ApplyError, carryOut, type Executor } from '../../bin/commands/apply-steps';
import { planOf, planText } from '../../lib/analysis';
import type { KubernetesObject } from '../../lib/manifests';
import type { Lab } from '../lab';
import { processesIn } from '../network';
import type { PolicyEnforcement } from '../network-policies';
import { commandOf, type Pod } from '../pod';
import { NAMESPACE, type State } from './state';

/** What changes are carried out with. */
export interface Means {
  readonly lab: Lab;
  readonly enforcement: PolicyEnforcement;
  /** Random numbers, for the time at which each proxy receives its configuration. */
  readonly next: () => number;
}

const PROPS = { isDryRun: false, forceConflicts: true, timeout: 90 };
const APPLY = ['apply', '--server-side', '--field-manager=cdk8s-cardinal', '--force-conflicts', '-f', '-'];
const LATEST_MS = 500;

/** Makes the plan of a change, and returns the function that carries it out. */
export function changeByPlan(means: Means, from: State | undefined, to: State): () => Promise<void> {
  const before = to.cluster.withResources(from?.cluster.resources ?? []);
  const plan = planOf(before, to.cluster);
  if (plan.losses.length > 0) {
    throw new Error(`the plan loses requests:\n${planText(plan)}`);
  }
  return () => carryOut(plan, to.cluster.resources, PROPS, executorOf(means));
}

/** Changes what is applied without a plan: one `kubectl apply`, and the deletion of what is gone before or after it. */
export async function changeAtOnce(means: Means, from: State, to: State): Promise<void> {
  const { kubectl, proxiesHaveConfiguration } = executorOf(means);
  const idOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;
  const ids = new Set(to.objects.map(idOf));
  const gone = from.objects.filter(each => !ids.has(idOf(each)));
  const remove = () => (gone.length > 0 ? kubectl(['delete', '--ignore-not-found', '-f', '-'], list(gone)) : undefined);
  const isDeletedFirst = means.next() < 0.5;
  await (isDeletedFirst ? remove() : undefined);
  await kubectl(APPLY, list(to.objects));
  await (isDeletedFirst ? undefined : remove());
  await proxiesHaveConfiguration();
}

function list(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** Each proxy receives its configuration at a time of its own, as in clusters with many. */
function executorOf({ lab, enforcement, next }: Means): Executor {
  return {
    kubectl: (args, input = '') => {
      if (['apply', 'delete'].includes(args[0] ?? '')) {
        lab.kubelet.pods(NAMESPACE).forEach(pod => delayConfiguration(pod, next() * LATEST_MS));
      }
      return kubectlOf(lab, args, input);
    },
    proxiesHaveConfiguration: async () => {
      await Promise.all([lab.configSynced([NAMESPACE]), enforcement.synced()]);
    },
    tell: () => undefined,
  };
}

/** Holds back what a proxy receives from its control plane for this time. It serves requests meanwhile. */
export function delayConfiguration({ network }: Pod, ms: number): void {
  const agent = processesIn(network).find(pid => commandOf(pid) === 'pilot-agent');
  if (agent) {
    signal(agent, 'SIGSTOP');
    setTimeout(() => signal(agent, 'SIGCONT'), ms);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Its pod has ended meanwhile.
  }
}

function kubectlOf(lab: Lab, args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(lab.tools.path('kubectl'), ['--kubeconfig', lab.plane.kubeconfig, ...args]);
    let problem = '';
    child.stderr.on('data', (text: Buffer) => (problem += text.toString()));
    child.stdout.resume();
    child.on('close', code => (code === 0 ? resolve() : reject(new ApplyError(problem))));
    child.stdin.end(input);
  });
}
