import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ApplyError, carryOut, type Executor } from '../../bin/commands/apply-steps';
import { ClusterApp, Mesh, Operation, Port, type Service, Topology, TopologyChart } from '../../lib';
import { planOf } from '../../lib/analysis';
import { Cluster } from '../../lib/manifests';
import { Manifests } from '../../lib/testing';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { World } from '../world';

const NAMESPACE = 'plans';
const SEED = Number(process.env.CARDINAL_LAB_SEED ?? 20261126);
const PAIRS = process.env.CARDINAL_NIGHTLY ? 100 : 3;
const CALLERS = [0, 1, 2];
const CALLEES = [0, 1, 2];

/** A topology that a random number determines: who calls whom, which operations, the versions and their shares. */
interface Recipe {
  readonly calls: readonly { readonly from: number; readonly to: number; readonly isNarrow: boolean }[];
  readonly shares: readonly number[];
}

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function recipeOf(next: () => number): Recipe {
  return {
    calls: CALLERS.flatMap(from => CALLEES.flatMap(to => (next() < 0.7 ? [{ from, to, isNarrow: next() < 0.5 }] : []))),
    shares: CALLEES.map(() => [0, 50, 100][Math.floor(next() * 3)] ?? 0),
  };
}

class State {
  readonly topology = new Topology(NAMESPACE);
  readonly callers = CALLERS.map(each => this.topology.addService(`caller-${each}`, { image: 'caller', replicas: 1 }));
  readonly callees: readonly Service[];
  readonly manifests: Manifests;

  constructor({ calls, shares }: Recipe) {
    this.callees = shares.map((share, index) => {
      const callee = this.topology.addService(`callee-${index}`, {
        image: 'callee',
        replicas: 1,
        port: Port.http(80, { target: 8080 }),
        versions: { v1: {}, v2: {} },
      });
      callee.split({ v1: share, v2: 100 - share });
      return callee;
    });
    for (const { from, to, isNarrow } of calls) {
      const [caller, callee] = [this.callers[from], this.callees[to]];
      assert.ok(caller && callee);
      caller.calls(callee, isNarrow ? { allowedOperations: [Operation.http('GET /kept')] } : {});
    }
    const app = new ClusterApp();
    new TopologyChart(app, NAMESPACE, { topology: this.topology, mesh: Mesh.istio() });
    this.manifests = Manifests.ofApp(app);
  }

  get cluster(): Cluster {
    return new Cluster(this.manifests.resources);
  }
}

function executorOf(lab: Lab): Executor {
  return {
    kubectl: (args, input = '') =>
      new Promise((resolve, reject) => {
        const child = spawn(lab.tools.path('kubectl'), ['--kubeconfig', lab.plane.kubeconfig, ...args]);
        let problem = '';
        child.stderr.on('data', (text: Buffer) => (problem += text.toString()));
        child.stdout.resume();
        child.on('close', code => (code === 0 ? resolve() : reject(new ApplyError(problem))));
        child.stdin.end(input);
      }),
    proxiesHaveConfiguration: () => lab.configSynced([NAMESPACE]),
    tell: () => undefined,
  };
}

const PROPS = { isDryRun: false, forceConflicts: true, timeout: 90 };

async function changed(lab: Lab, before: Cluster, after: State): Promise<void> {
  const plan = planOf(before, after.cluster);
  assert.deepEqual(plan.losses, []);
  await carryOut(plan, after.cluster.resources, PROPS, executorOf(lab));
}

/** Sends requests of each caller to a callee that both states allow, while `during` runs, and returns those that fail. */
async function lostWhile(
  lab: Lab,
  [before, after]: readonly [Recipe, Recipe],
  state: State,
  during: () => Promise<void>,
): Promise<{ readonly lost: readonly Reply[]; readonly sent: number }> {
  const world = new World(lab, state.topology, join(lab.folder, 'none'));
  const kept = CALLERS.flatMap(from => {
    const call = before.calls.find(
      each => each.from === from && after.calls.some(other => other.from === from && other.to === each.to),
    );
    return call ? [call] : [];
  });
  const replies: Reply[] = [];
  const run = kept.reduce<() => Promise<void>>(
    (inner, { from, to }) =>
      async () => {
        const [caller, callee] = [state.callers[from], state.callees[to]];
        assert.ok(caller && callee);
        replies.push(...(await world.sendWhile(caller, callee, inner, { path: '/kept' })));
      },
    during,
  );
  await run();
  return { lost: replies.filter(each => each.status !== 200), sent: replies.length };
}

claim('random changes by a plan lose no request that both states allow', async lab => {
  const next = random(SEED);
  let [recipe, state] = [recipeOf(next), new State({ calls: [], shares: CALLEES.map(() => 50) })];
  state = new State(recipe);
  await changed(lab, new Cluster([]), state);
  await new World(lab, state.topology, join(lab.folder, 'none')).isReady();
  const counts = { pairs: 0, sent: 0, without: 0, sentWithout: 0 };
  while (counts.pairs < PAIRS) {
    const wanted = recipeOf(next);
    const target = new State(wanted);
    const [from, to] = [state, target];
    const { lost, sent } = await lostWhile(lab, [recipe, wanted], from, () => changed(lab, from.cluster, to));
    assert.deepEqual(
      lost.map(({ status, text }) => `pair ${counts.pairs}: ${status} ${text}`),
      [],
    );
    // Back without the plan: all objects at once, after those that are gone are deleted.
    const back = await lostWhile(lab, [wanted, recipe], to, async () => {
      await changedAtOnce(lab, to, from);
    });
    counts.pairs += 1;
    counts.sent += sent;
    counts.without += back.lost.length;
    counts.sentWithout += back.sent;
    await changed(lab, from.cluster, target);
    [recipe, state] = [wanted, target];
  }
  console.log(
    `      ${counts.pairs} pairs: 0 of ${counts.sent} requests were lost with the plan, `
      + `${counts.without} of ${counts.sentWithout} without it`,
  );
  assert.ok(counts.sent >= counts.pairs * 20, `${counts.sent} requests are too few to tell`);
  await lab.removeNamespaces([NAMESPACE]);
});

async function changedAtOnce(lab: Lab, from: State, to: State): Promise<void> {
  const { kubectl, proxiesHaveConfiguration } = executorOf(lab);
  const keys = new Set(to.cluster.resources.map(each => `${each.type} ${each.key}`));
  const gone = from.cluster.resources.filter(each => !keys.has(`${each.type} ${each.key}`)).map(each => each.object);
  const list = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  if (gone.length > 0) {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], list(gone));
  }
  const apply = ['apply', '--server-side', '--field-manager=cdk8s-cardinal', '--force-conflicts', '-f', '-'];
  await kubectl(apply, list(to.manifests.objects));
  await proxiesHaveConfiguration();
}
