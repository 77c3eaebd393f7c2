#!/usr/bin/env node
import { check } from './commands/check';
import { synth } from './commands/synth';

const USAGE = `cdk8s-cardinal: one declared topology, for cluster and cloud

  cdk8s-cardinal synth    run the apps of cdk8s.yaml and cdk.json, and summarize their output
  cdk8s-cardinal check    check their output, or any manifests: errors in mesh, policies, gateways and call graph
`;

async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'synth':
      return synth(process.cwd());
    case 'check':
      return check(args);
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

// A reader such as `head` closes the pipe early: that is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
}

void main(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
