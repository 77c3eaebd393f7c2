import fc, { type Arbitrary } from 'fast-check';

/** One of some values. */
export function of<T>(...values: readonly T[]): Arbitrary<T> {
  return fc.constantFrom(...values);
}

/** One of some kinds of values. */
export function anyOf<T>(...kinds: readonly Arbitrary<T>[]): Arbitrary<T> {
  return fc.oneof(...kinds);
}

/** A value, or none. */
export function some<T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

/** An object without its undefined fields. */
export function record<T extends object>(fields: { readonly [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc
    .record(fields as { [K in keyof T]: Arbitrary<T[K]> })
    .map(made => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as T);
}

/** A list of some of these, each once. */
export function subset<T>(...values: readonly T[]): Arbitrary<T[]> {
  return fc.subarray([...values], { minLength: 1 });
}

const NAMESPACES = ['north', 'south'] as const;
export const PATHS = ['/', '/a', '/a/b', '/a/b/c', '/admin', '/adminx', '/A/b', '/x.png'] as const;
export const METHODS = ['GET', 'POST', 'DELETE'] as const;
export const ORIGIN = 'https://www.example';
export const HEADER = 'x-kind';
export const HEADER_VALUES = ['gold', 'golden', 'tin'] as const;
export const OUTSIDE_HOSTS = ['a.town.example', 'b.town.example', 'c.other.example'] as const;
export const ISSUERS = ['https://issuer.example', 'https://other.example'] as const;
export const SUBJECTS = ['ann', 'bob'] as const;

export const apiVersions = {
  networking: 'networking.istio.io/v1',
  security: 'security.istio.io/v1',
  gateway: 'gateway.networking.k8s.io/v1',
} as const;
export const namespaced = of(...NAMESPACES).map(namespace => ({ namespace }));
/** Sometimes the root namespace, whose objects apply to the whole mesh. */
export const anywhere = of(...NAMESPACES, ...NAMESPACES, 'istio-system').map(namespace => ({ namespace }));

/** A StringMatch that matches some of the texts. */
export function stringMatch(...texts: readonly string[]): Arbitrary<object> {
  return fc.oneof(
    of(...texts).map(exact => ({ exact })),
    of(...texts).map(text => ({ prefix: text.slice(0, Math.max(1, text.length - 1)) })),
    of(...texts).map(text => ({ regex: `${text.slice(0, Math.max(1, text.length - 2))}.*` })),
  );
}
