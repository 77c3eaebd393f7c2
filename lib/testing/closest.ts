import type { Resource } from '../manifests';
import { compare, Comparison } from './match';

/** The comparison of an object with a matcher, or with a literal of which it must have at least the fields. */
export function comparisonOf({ object }: Resource, expected: unknown): Comparison {
  const comparison = new Comparison();
  compare(expected, object, comparison, { allowsMore: true });
  return comparison;
}

/** The candidate with the fewest differences, its position, and the differences. */
export function closestTo(expected: unknown, candidates: readonly Resource[]): string {
  const compared = candidates.map(resource => ({ resource, ...comparisonOf(resource, expected) }));
  const closest = compared.reduce((best, each) => (each.differences.length < best.differences.length ? each : best));
  const { resource, differences } = closest;
  const place = resource.origin ? ` (${placeOf(resource)})` : '';
  return [
    `The closest is ${resource.type} ${resource.key}${place}, which differs in:`,
    ...differences.map(difference => `  ${difference}`),
  ].join('\n');
}

function placeOf({ origin }: Resource): string {
  const place = origin?.source.locate(origin.path);
  return place ? `${place.file}:${place.line}` : '';
}
