import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { acceptedEdge, compareWithEngine, tables } from '../aggregate-tables';
import { claim } from '../claims';

claim('KrakenD responds with the aggregate that the gateway matches, for generated tables of aggregates', async lab => {
  const folder = join(lab.folder, 'aggregates');
  mkdirSync(folder);
  const numRuns = Number(process.env.CARDINAL_LAB_CONFIGURATIONS ?? 40);
  const seed = Number(process.env.CARDINAL_LAB_SEED ?? 20261123);
  for (const rows of fc.sample(tables, { numRuns, seed })) {
    await compareWithEngine(acceptedEdge(rows), folder, configuration =>
      lab.processes.start('krakend', lab.tools.path('lura'), ['run', '--config', configuration], { mayEnd: true }),
    );
  }
});
