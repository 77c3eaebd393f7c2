import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

const [[pattern, [, options]]] = Object.entries(base.transform);

/** The suite, compiled with mutants. */
export default {
  ...base,
  // `repeat` is loaded by each file.
  runtime: undefined,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  transform: { [pattern]: [fileURLToPath(new URL('transform.mjs', import.meta.url)), options] },
  // It tests the stack of an error, in which the repetition of tests appears.
  testPathIgnorePatterns: ['/node_modules/', '/validation-error\\.test\\.ts$'],
  setupFilesAfterEnv: [fileURLToPath(new URL('repeat.ts', import.meta.url))],
};
