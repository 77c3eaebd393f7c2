import type { Coverage } from './fields';
import type { Model } from './model';

/** The first lines of a model: what it carries over, what differs, what is guessed. */
export function headerOf(title: string, { differences, coverage, guesses, pairs, model }: Facts): string[] {
  const renames = model.services
    .filter(each => !model.existing.has(each))
    .flatMap(each => each.versions)
    .filter(each => each.objectName !== each.workload.name)
    .map(({ workload, objectName }) => `${workload.name} → ${objectName}`);
  return [
    `${title}, imported from manifests.`,
    `Fields: ${coverage.carried} of ${coverage.total} (${coverage.percent} %) are carried over.`,
    ...most(coverage.lost.map(each => `not carried over: ${each}`)),
    differences.length === 0
      ? `Traffic: equal. ${pairs} pairs of a caller and a callee, with their terms, were compared.`
      : `Traffic: ${differences.length} differences between the manifests and this model.`,
    ...most(differences),
    ...guesses.map(each => `Guess: ${each}`),
    ...(renames.length > 0
      ? [
          `Names: ${renames.join(', ')}. Deploy the new ones beside the old ones, then delete these: selectors of `
            + 'Deployments cannot be changed.',
        ]
      : []),
  ];
}

/** What the first lines of a model state. */
interface Facts {
  readonly differences: readonly string[];
  readonly coverage: Coverage;
  readonly guesses: readonly string[];
  readonly pairs: number;
  readonly model: Model;
}

/** The first lines of many. */
function most(lines: readonly string[]): string[] {
  const shown = lines.slice(0, 20).map(each => `  ${each.length > 300 ? `${each.slice(0, 300)}…` : each}`);
  return lines.length > shown.length ? [...shown, `  and ${lines.length - shown.length} more`] : shown;
}
