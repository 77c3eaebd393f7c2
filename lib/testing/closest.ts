import type { Matcher } from 'aws-cdk-lib/assertions';
import type { Resource } from '../manifests';

/** The candidate with the fewest differences, its position, and the differences. */
export function closestTo(matcher: Matcher, candidates: readonly Resource[]): string {
  const results = candidates.map(resource => ({ resource, result: matcher.test(resource.object) }));
  const closest = results.reduce((best, each) => (each.result.failCost < best.result.failCost ? each : best));
  const { resource, result } = closest;
  const place = resource.origin ? ` (${placeOf(resource)})` : '';
  return [
    `The closest is ${resource.type} ${resource.key}${place}, which differs in:`,
    ...result.toHumanStrings().map(difference => `  ${difference}`),
    result.renderMismatch(),
  ].join('\n');
}

function placeOf({ origin }: Resource): string {
  const place = origin?.source.locate(origin.path);
  return place ? `${place.file}:${place.line}` : '';
}
