#!/usr/bin/env node
import { createRequire } from 'node:module';
import type * as program from './commands/program';
import { version } from './commands/version';

// A reader such as `head` closes the pipe early: that is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
}

const args = process.argv.slice(2);
if (args.length === 1 && ['-v', '--version'].includes(args[0] ?? '')) {
  process.stdout.write(`${version()}\n`);
} else {
  // Loaded here, since commands load the checks.
  const { execute } = createRequire(__filename)('./commands/program') as typeof program;
  void Promise.resolve(execute(args)).then(code => {
    process.exitCode = code;
  });
}
