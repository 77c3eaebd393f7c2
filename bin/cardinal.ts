#!/usr/bin/env node
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import type * as program from './commands/program';
import { version } from './commands/version';

/**
 * The checks are thousands of functions of which few run for long: with the defaults of these versions of Node, about a
 * tenth of these numbers, up to two fifths of the time went into optimizing them. Later versions have a faster compiler
 * before that one, and others have no such flags.
 */
const OPTIMIZE_LATER: Readonly<Record<string, string>> = {
  20: '--interrupt-budget=600000',
  22: '--invocation-count-for-turbofan=30000',
};
const flag = OPTIMIZE_LATER[process.versions.node.split('.')[0] ?? ''];
if (flag !== undefined) {
  setFlagsFromString(flag);
}

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
