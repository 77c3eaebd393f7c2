import type { Cluster } from '../../lib/manifests';
import { type Input, InputError, type InputValues, readInput } from './input';
import { withPath } from './revision';

/** Manifests before and after a change. */
export interface Pair {
  readonly was: Cluster;
  readonly is: Cluster;
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
  /** A text with the names that were given, in place of the paths that were read. */
  readonly named: (text: string) => string;
}

/** Reads the manifests before and after a change, and calls a function with them while their files exist. */
export function readPair(before: string, after: string, values: InputValues, use: (pair: Pair) => number): number {
  if (before === '-' && after === '-') {
    throw new InputError('The standard input is BEFORE or AFTER, not both.');
  }
  return withPath(before, old =>
    withPath(after, now => {
      const named = (text: string): string =>
        [
          [old, before],
          [now, after],
        ].reduce((all, [path = '', name = '']) => (path === name ? all : all.replaceAll(path, name)), text);
      const read = (path: string): Input => {
        try {
          return readInput([path], values);
        } catch (error) {
          throw error instanceof InputError ? new InputError(named(error.message)) : error;
        }
      };
      const [was, is] = [read(old), read(now)];
      const notes = [...new Set([...was.notes, ...is.notes])].map(named);
      return use({ was: was.cluster, is: is.cluster, notes, named });
    }),
  );
}
