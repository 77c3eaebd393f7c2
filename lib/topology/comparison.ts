import { namesIn } from './property-table';

/** What is compared of one property, or the reason why declarations that differ in it only are alike. */
type Compared<Declared> = ((declared: Declared) => unknown) | string;

/**
 * Which properties decide whether two declarations are alike for one purpose. A property without an entry does not
 * compile.
 */
export type Comparison<Name extends string, Declared> = { readonly [K in Name]: Compared<Declared> };

/** A text that is equal for two declarations that are alike. */
export function comparisonKey<Declared>(comparison: Comparison<string, Declared>, declared: Declared): string {
  const compared = namesIn(comparison).map(name => comparison[name]);
  return JSON.stringify(compared.map(each => (typeof each === 'function' ? each(declared) : undefined)));
}
