import type { Cluster } from '../../lib/manifests';
import { type InputValues, readInput } from './input';
import { InputError } from './input-error';

/** Manifests before and after a change. */
export interface Pair {
  readonly was: Cluster;
  readonly is: Cluster;
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

/** Reads the manifests before and after a change. Throws for what cannot be read. */
export function readPair(before: string, after: string, values: InputValues): Pair {
  if (before === '-' && after === '-') {
    throw new InputError('The standard input is BEFORE or AFTER, not both.');
  }
  const [was, is] = [readInput([before], values), readInput([after], values)];
  return { was: was.cluster, is: is.cluster, notes: [...new Set([...was.notes, ...is.notes])] };
}

/** The same, for what needs all objects: throws also for files that may have objects and are not read. */
export function readWholePair(before: string, after: string, values: InputValues): Pair {
  const pair = readPair(before, after, values);
  const unread = [pair.was, pair.is].flatMap(each => each.unread);
  if (unread.length > 0) {
    throw new InputError(`A plan has all objects, and these are not read: ${unread.join(', ')}. Pass --build.`);
  }
  return pair;
}
