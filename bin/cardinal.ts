#!/usr/bin/env node
import { synth } from './commands/synth';

const USAGE = `cardinal: one declared topology, for cluster and cloud

  cardinal synth    run the apps of cdk8s.yaml and cdk.json, and say what they wrote
`;

async function main([command]: string[]): Promise<number> {
  if (command === 'synth') {
    return synth(process.cwd());
  }
  process.stderr.write(USAGE);
  return 2;
}

void main(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
