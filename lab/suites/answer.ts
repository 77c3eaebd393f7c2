import { createInterface } from 'node:readline';
import { type Question, Simulation } from './question';

/** Answers the questions of a suite with the traffic simulator: a line of JSON for each line of JSON. */
function main(): void {
  const simulation = new Simulation();
  createInterface({ input: process.stdin }).on('line', line => {
    process.stdout.write(`${JSON.stringify(simulation.answer(JSON.parse(line) as Question))}\n`);
  });
}

main();
