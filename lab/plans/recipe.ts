/** The kinds whose objects a generated state gives one of two names, so that a change replaces them by others. */
const RENAMED = [
  'AuthorizationPolicy',
  'NetworkPolicy',
  'Sidecar',
  'DestinationRule',
  'VirtualService',
  'ServiceEntry',
] as const;

/** A service that receives requests, as a random number determines it. */
interface CalleeRecipe {
  /** The share of each version that there is, in percent. */
  readonly shares: Readonly<Record<string, number>>;
  /** Whether the route leads to another Service, which there is for this purpose alone. */
  readonly isReplaced: boolean;
  /** Whether the route leads to another port of the Service, which there is for this purpose alone. */
  readonly isOtherPort: boolean;
  /** Whether callers connect in plain text, for which there are a PeerAuthentication and a policy without identities. */
  readonly isPlainText: boolean;
}

/** A topology that random numbers determine. */
export interface Recipe {
  readonly calls: readonly { readonly from: number; readonly to: number; readonly isNarrow: boolean }[];
  readonly callees: readonly CalleeRecipe[];
  /** The end of the names of objects, by their kind. */
  readonly endings: Readonly<Record<string, string>>;
}

export const CALLERS = [0, 1];
const CALLEES = [0, 1];

/** Numbers from 0 to below 1 that follow from a seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function recipeOf(next: () => number): Recipe {
  return {
    calls: CALLERS.flatMap(from => CALLEES.flatMap(to => (next() < 0.8 ? [{ from, to, isNarrow: next() < 0.5 }] : []))),
    callees: CALLEES.map(() => ({
      shares: SHARES[Math.floor(next() * SHARES.length)] ?? {},
      isReplaced: next() < 0.3,
      isOtherPort: next() < 0.4,
      isPlainText: next() < 0.4,
    })),
    endings: Object.fromEntries(RENAMED.map(kind => [kind, next() < 0.3 ? '-other' : ''])),
  };
}

const SHARES: readonly Readonly<Record<string, number>>[] = [
  { v1: 100 },
  { v2: 100 },
  { v1: 50, v2: 50 },
  { v1: 100, v2: 0 },
  { v3: 100 },
];

/** The calls of both recipes. */
export function keptCalls(before: Recipe, after: Recipe): Recipe['calls'] {
  return before.calls.filter(({ from, to }) => after.calls.some(each => each.from === from && each.to === to));
}
