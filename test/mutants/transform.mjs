import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import swcJest from '@swc/jest';

/** Compiles the files that have mutants from their texts with switches: `run.ts` writes these before jest starts. */
export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    const texts = new Map(Object.entries(JSON.parse(readFileSync(join(process.env.CARDINAL_MUTANTS, 'texts.json')))));
    const textOf = (text, path) => texts.get(path) ?? text;
    return {
      ...swc,
      process: (text, path, given) => swc.process(textOf(text, path), path, given),
      getCacheKey: (text, path, given) => swc.getCacheKey(textOf(text, path), path, given),
    };
  },
};
