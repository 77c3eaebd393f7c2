import { addTo } from '../../manifests';
import type { Picture, PictureCall, PictureNode } from './model';

/** Calls of several services that all call the same ones on the same terms: a line of text stands for their arrows. */
export interface Bundle {
  /** The namespaces. */
  readonly from: string;
  readonly to: string;
  /** Who calls whom, on which terms. */
  readonly text: string;
  readonly calls: readonly PictureCall[];
}

/** Fewer arrows can be followed one by one. */
const FEWEST_CALLS = 20;

/** The bundles of a picture, by namespaces. */
export function bundlesOf({ nodes, calls }: Picture): Bundle[] {
  const inside = nodes.filter(each => each.kind === 'service' || each.kind === 'workload');
  const namespaces = new Map(inside.map(each => [each.id, each.namespace]));
  const alike = new Map<string, PictureCall[]>();
  for (const call of calls.filter(each => each.difference === 'same')) {
    const [from, to] = [namespaces.get(call.from), namespaces.get(call.to)];
    if (from !== undefined && to !== undefined) {
      addTo(alike, JSON.stringify([from, to, call.terms, call.isUnconditional]), call);
    }
  }
  return [...alike.values()]
    .filter(each => each.length >= FEWEST_CALLS)
    .flatMap(each => bundlesAmong(each, inside, namespaces))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

function bundlesAmong(
  calls: readonly PictureCall[],
  nodes: readonly PictureNode[],
  namespaces: ReadonlyMap<string, string>,
): Bundle[] {
  const callees = new Set(calls.map(({ to }) => to));
  const byCaller = new Map<string, PictureCall[]>();
  calls.forEach(each => addTo(byCaller, each.from, each));
  const bundles = new Map<string, PictureCall[][]>();
  for (const [caller, own] of byCaller) {
    // Services that all call each other differ in themselves alone.
    const called = new Set([...own.map(({ to }) => to), ...(callees.has(caller) ? [caller] : [])]);
    addTo(bundles, JSON.stringify([...called].sort()), own);
  }
  return [...bundles.values()].flatMap((group): Bundle[] => {
    const all = group.flat();
    const [first] = all;
    const isOfOne = new Set(all.map(({ to }) => to)).size < 2;
    if (!first || group.length < 2 || isOfOne || all.length < FEWEST_CALLS) {
      return [];
    }
    const [from = '', to = ''] = [namespaces.get(first.from), namespaces.get(first.to)];
    return [{ from, to, calls: all, text: textOf(all, from, to, nodes) }];
  });
}

/** So many services are named, if they are not all of their namespace. */
const MOST_NAMES = 3;

function textOf(calls: readonly PictureCall[], from: string, to: string, nodes: readonly PictureNode[]): string {
  const [callers, callees] = [new Set(calls.map(each => each.from)), new Set(calls.map(each => each.to))];
  const counted = (ids: ReadonlySet<string>, namespace: string) => {
    const own = nodes.filter(each => each.namespace === namespace);
    const names = own.filter(({ id }) => ids.has(id)).map(({ label }) => label);
    return names.length === own.length
      ? `all ${names.length} services`
      : names.length <= MOST_NAMES
        ? names.join(', ')
        : `${names.length} of ${own.length} services`;
  };
  const isMutual = callers.size === callees.size && [...callers].every(each => callees.has(each));
  const loops = calls.filter(each => each.from === each.to).length;
  const object = isMutual
    ? `each other${loops === 0 ? '' : loops === callers.size ? ' and themselves' : `, and ${loops} themselves`}`
    : `${counted(callees, to)}${from === to ? '' : ` of ${to}`}`;
  return `${counted(callers, from)} call ${object}: ${calls[0]?.terms.join(', ') ?? ''}`;
}
