import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';
import type { Lab } from '../lab';
import type { Named } from './configurations';
import type { TrialRequest } from './requests';
import { configurations, ENOUGH, FIRST, SEED, SHRINKING } from './settings';
import { shrink } from './shrink';
import type { Disagreement, Trials } from './trial';

const REQUESTS = 20;

/** Generated configurations, applied one after the other, and generated requests: each must end as simulated. */
export async function compareGenerated(
  lab: Lab,
  trials: Trials,
  configuration: Arbitrary<Named[]>,
  trialRequest: Arbitrary<TrialRequest>,
): Promise<void> {
  const generated = fc.sample(configuration, { seed: SEED, numRuns: configurations(40) });
  const found: { at: number; objects: Named[]; disagreement: Disagreement }[] = [];
  let [refused, invalid] = [0, 0];
  for (const [at, objects] of [...generated.entries()].slice(FIRST)) {
    if (!trials.isValid(objects)) {
      invalid++;
      continue;
    }
    const applied = await trials.apply(objects).then(
      () => true,
      (error: Error) => {
        if (!/: 4\d\d /.test(error.message)) {
          throw error;
        }
        process.stdout.write(`      ${at} refused: ${error.message.slice(0, 400)}\n`);
        return false;
      },
    );
    refused += applied ? 0 : 1;
    const traffic = trials.simulate(objects);
    for (const request of applied ? fc.sample(trialRequest, { seed: SEED + at, numRuns: REQUESTS }) : []) {
      const disagreement = await trials.compare(traffic, request);
      if (disagreement) {
        found.push({ at, objects, disagreement });
        writeFileSync(join(lab.logs, `disagreement-${at}.json`), JSON.stringify({ request, objects }, null, 1));
        process.stdout.write(`      ${at}: ${describe(disagreement)}\n`);
        break;
      }
    }
    if (found.length >= ENOUGH) {
      break;
    }
  }
  const [first] = found;
  if (first) {
    const { request } = first.disagreement;
    const smallest = await shrink(
      first.objects,
      async objects => {
        await trials.apply(objects);
        return (await trials.compare(trials.simulate(objects), request)) !== undefined;
      },
      SHRINKING,
    );
    assert.fail(
      `Configuration ${first.at} of seed ${SEED}: ${describe(first.disagreement)}\nIts smallest `
        + `form:\n${JSON.stringify(smallest, null, 1)}`,
    );
  }
  const { seen, expected, variance, trials: counted } = trials.shares;
  process.stdout.write(
    `      ${trials.compared} requests compared, ${trials.skipped} not simulated, ${invalid} `
      + `configurations left out as invalid; of ${counted} choices ${seen} went where ${expected.toFixed(1)} should\n`,
  );
  assert.ok(
    Math.abs(seen - expected) <= 3.3 * Math.sqrt(variance),
    `of ${counted} choices ${seen} went where ${expected.toFixed(1)} should`,
  );
  assert.equal(refused, 0, 'the checks find every object that the API server denies');
  assert.ok(trials.skipped < trials.compared / 4, `${trials.skipped} requests were not simulated`);
}

function describe({ request, problem, simulated, real }: Disagreement): string {
  return `${JSON.stringify(request)} ${problem}\n${simulated}\n  in fact: ${real}`;
}
