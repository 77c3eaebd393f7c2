import { isDeepStrictEqual } from 'node:util';
import { type Cluster, inOrder } from '../../manifests';
import { objectChanges } from '../diff/objects';
import type { Difference, Picture, PictureCall, PictureNode, PictureObject } from './model';

/** One picture of what exists before or after a change, with what differs. */
export function comparedPicture(was: Picture, is: Picture, before: Cluster, after: Cluster): Picture {
  const changes = new Map(objectChanges(before, after).map(each => [`${each.kind} ${each.key}`, each.change]));
  return {
    nodes: merged(
      was.nodes,
      is.nodes,
      each => each.id,
      (old, now) => comparedNode(old, now, changes),
    ).sort((a, b) => inOrder(a.namespace, b.namespace) || inOrder(a.label, b.label)),
    calls: merged(was.calls, is.calls, each => `${each.from} → ${each.to}`, comparedCall).sort(
      (a, b) => inOrder(a.from, b.from) || inOrder(a.to, b.to),
    ),
  };
}

function merged<T extends { readonly difference: Difference }>(
  was: readonly T[],
  is: readonly T[],
  keyOf: (each: T) => string,
  compared: (was: T, is: T) => T,
): T[] {
  const old = new Map(was.map(each => [keyOf(each), each]));
  const now = new Map(is.map(each => [keyOf(each), each]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key): T[] => {
    const [before, after] = [old.get(key), now.get(key)];
    return before && after
      ? [compared(before, after)]
      : [
          before && { ...before, difference: 'removed' as const },
          after && { ...after, difference: 'added' as const },
        ].flatMap(each => each ?? []);
  });
}

function comparedNode(was: PictureNode, is: PictureNode, changes: ReadonlyMap<string, Difference>): PictureNode {
  const objects = merged(
    was.objects,
    is.objects,
    each => each.title,
    (_old, now): PictureObject => ({
      ...now,
      difference: changes.get(now.title) ?? 'same',
    }),
  );
  const isSame = isDeepStrictEqual(was.versions, is.versions) && objects.every(each => each.difference === 'same');
  return { ...is, objects, difference: isSame ? 'same' : 'changed' };
}

function comparedCall(was: PictureCall, is: PictureCall): PictureCall {
  return isDeepStrictEqual(was.terms, is.terms) ? is : { ...is, difference: 'changed', before: was.terms };
}
