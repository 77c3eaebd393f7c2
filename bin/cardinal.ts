#!/usr/bin/env node
import { execute } from './commands/program';

// A reader such as `head` closes the pipe early: that is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
}

void Promise.resolve(execute(process.argv.slice(2))).then(code => {
  process.exitCode = code;
});
