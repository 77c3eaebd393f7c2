import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Plan, planOf, planText } from '../../lib/analysis';
import { isMap, type Resource } from '../../lib/manifests';
import type { ApplyValues } from './apply-options';
import { ApplyError, carryOut, type Executor } from './apply-steps';
import { printNotes, withInputErrors } from './input';
import { readWholePair } from './pair';

/** Carries out the steps of a change of manifests in a cluster, and returns the exit code. */
export function apply(before: string, after: string, values: ApplyValues): number | Promise<number> {
  let found: Change | undefined;
  const code = withInputErrors(() => {
    const { was, is, notes } = readWholePair(before, after, values);
    printNotes(notes);
    const plan = planOf(was, is);
    if (plan.losses.length > 0) {
      process.stdout.write(planText(plan));
      return 1;
    }
    const isOfIstio = [was, is].some(({ resources }) => resources.some(({ type }) => /\.istio\.io$/.test(type)));
    found = { plan, resources: is.resources, isOfIstio };
    return 0;
  });
  return found ? applied(found, values) : code;
}

async function applied(change: Change, values: ApplyValues): Promise<number> {
  try {
    await carriedOut(change, values);
    process.stdout.write(values.dryRun ? 'Dry run: nothing has changed.\n' : 'All steps are complete.\n');
    return 0;
  } catch (error) {
    if (error instanceof ApplyError) {
      printNotes(error.message.split('\n'));
      return 1;
    }
    throw error;
  }
}

interface Change {
  readonly plan: Plan;
  readonly resources: readonly Resource[];
  /** Whether proxies of Istio are to be waited for. */
  readonly isOfIstio: boolean;
}

function carriedOut({ plan, resources, isOfIstio }: Change, values: ApplyValues): Promise<void> {
  const { context, dryRun, forceConflicts, applySet } = values;
  const [timeout, settle] = [values.timeout, values.settle].map(Number);
  const options = context === undefined ? [] : [`--context=${context}`];
  const executor: Executor = {
    kubectl: async (args, input) => {
      process.stdout.write(await run('kubectl', [...options, ...args], input));
    },
    proxiesHaveConfiguration: () =>
      isOfIstio ? synchronized(options, timeout ?? 300, settle ?? 10) : Promise.resolve(),
    tell: text => {
      process.stdout.write(`${text}\n`);
    },
  };
  return carryOut(plan, resources, { applySet, isDryRun: dryRun, forceConflicts, timeout: timeout ?? 300 }, executor);
}

/** Runs a program, and returns what it prints. */
function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, KUBECTL_APPLYSET: 'true' } });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        printed[stream] += text;
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? `${program} is not installed.` : `${program}: ${error.message}`;
      reject(new ApplyError(reason));
    });
    child.on('close', status => {
      if (status === 0) {
        resolve(printed.stdout);
      } else {
        reject(new ApplyError(`${program} ${args.find(each => !each.startsWith('-'))}: ${printed.stderr.trim()}`));
      }
    });
    // A program that ends early does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/**
 * istiod collects changes for up to 10 seconds before it sends them; then no proxy may have an older configuration, in
 * two looks.
 * @see https://istio.io/latest/docs/reference/commands/pilot-discovery/ (PILOT_DEBOUNCE_MAX)
 */
async function synchronized(options: readonly string[], timeout: number, settle: number): Promise<void> {
  await sleep(settle * 1000);
  const end = Date.now() + timeout * 1000;
  for (let looks = 0; looks < 2;) {
    const states = statesIn(await run('istioctl', ['proxy-status', '--output', 'json', ...options]));
    if (states.includes('ERROR')) {
      throw new ApplyError('A proxy has rejected the configuration: istioctl proxy-status shows which.');
    }
    looks = states.includes('STALE') ? 0 : looks + 1;
    if (looks < 2 && Date.now() > end) {
      throw new ApplyError(`After ${timeout} seconds, proxies have an older configuration.`);
    }
    await sleep(looks < 2 ? Math.min(1000, settle * 1000) : 0);
  }
}

/** The states of configuration in the output of `istioctl proxy-status`, of which there may be a document for each istiod. */
function statesIn(output: string): string[] {
  const states = [...output.matchAll(/"configStatus"\s*:\s*"(\w+)"/g)].map(([, state = '']) => state);
  if (states.length === 0 && !isMap(jsonOf(output))) {
    throw new ApplyError('istioctl proxy-status: its output is not JSON.');
  }
  return states;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
