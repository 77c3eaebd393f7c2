import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Callee } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import { PolicyEnforcement } from '../network-policies';
import { Outside } from '../outside';
import { changeAtOnce, changeByPlan, type Means } from '../plans/carry-out';
import { keptCalls, random, recipeOf } from '../plans/recipe';
import { NAMESPACE, State } from '../plans/state';
import { World } from '../world';

const SEED = Number(process.env.CARDINAL_LAB_SEED ?? 20261126);
const PAIRS = Number(process.env.CARDINAL_LAB_PAIRS ?? 1);

/** The requests that were sent during changes, and those of them that failed. */
class Count {
  sent = 0;
  readonly lost: string[] = [];
}

claim('random changes by a plan lose no request that both states allow, in either direction', async lab => {
  const enforcement = await PolicyEnforcement.start(lab);
  try {
    const { planned, unplanned } = await changes({ lab, enforcement, next: random(SEED) });
    console.log(
      `      ${PAIRS} pairs: 0 of ${planned.sent} requests were lost with the plan, `
        + `${unplanned.lost.length} of ${unplanned.sent} without it`,
    );
    assert.ok(planned.sent >= PAIRS * 100, `${planned.sent} requests are too few to tell`);
    assert.ok(unplanned.lost.length > 0, 'without the plan, requests are lost');
  } finally {
    await enforcement.stop();
  }
  await lab.removeNamespaces([NAMESPACE]);
});

/** Changes each pair of topologies there and back by a plan, and there at once. Throws if the plan loses a request. */
async function changes(means: Means): Promise<{ readonly planned: Count; readonly unplanned: Count }> {
  const { lab, next } = means;
  const outside = await Outside.of(lab);
  const [planned, unplanned] = [new Count(), new Count()];
  let from = new State(recipeOf(next));
  await changeByPlan(means, undefined, from)();
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const [was, is] = [from, new State(recipeOf(next))];
    const during = async (count: Count, name: string, [a, b]: readonly [State, State], change: () => Promise<void>) => {
      const world = new World(lab, a.topology, join(lab.folder, 'none'));
      await world.isReady();
      const lost = await lostWhile(world, outside, a, b, change, count);
      count.lost.push(...lost.map(each => `pair ${pair}, ${name}: ${each}`));
    };
    await during(planned, 'there', [was, is], changeByPlan(means, was, is));
    await during(planned, 'back', [is, was], changeByPlan(means, is, was));
    await during(unplanned, 'at once', [was, is], () => changeAtOnce(means, was, is));
    assert.deepEqual(summaryOf(planned.lost), []);
    from = is;
  }
  return { planned, unplanned };
}

/** Sends requests on all calls that both states have, while `change` runs, and describes those that fail. */
async function lostWhile(
  world: World,
  outside: Outside,
  was: State,
  is: State,
  change: () => Promise<void>,
  count: Count,
): Promise<string[]> {
  const lost: string[] = [];
  const targets = keptCalls(was.recipe, is.recipe).map(({ from, to }) => [was.callers[from], was.callees[to]] as const);
  let run = change;
  for (const [caller, callee] of [...targets, [was.callers[0], was.outside] as const]) {
    assert.ok(caller && callee);
    const inner = run;
    const address = callee === was.outside ? outside.address : undefined;
    run = async () => {
      const replies = await world.sendWhile(caller, callee, inner, { path: '/kept', address });
      count.sent += replies.length;
      lost.push(...replies.filter(({ status }) => status !== 200).map(each => describe(caller, callee, each)));
    };
  }
  await run();
  return lost;
}

function describe(caller: Callee, callee: Callee, { status, text }: Reply): string {
  return `${caller.name} to ${callee.name}: ${status} ${text}`;
}

/** Each different text, with how often it is there. */
function summaryOf(lost: readonly string[]): string[] {
  return [...new Set(lost)].map(each => `${each} (${lost.filter(other => other === each).length} times)`);
}
