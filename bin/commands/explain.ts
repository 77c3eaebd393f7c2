import { CATALOGUE, type CatalogueEntry, CodeKind, entriesNamed } from '../../lib/checks';

const KINDS: Readonly<Record<CodeKind, string>> = {
  [CodeKind.CHECK]: 'check on manifests',
  [CodeKind.TEMPLATE]: 'limit of templates',
  [CodeKind.SYNTHESIS]: 'finding of synthesis',
  [CodeKind.MODEL]: 'error of the model',
};

/** What a code means, of each kind that has it, or all that find a code of another tool; undefined if there is none. */
export function explain(name: string, catalogue: readonly CatalogueEntry[] = CATALOGUE): string | undefined {
  const entries = entriesNamed(name, catalogue);
  return entries.length === 0
    ? undefined
    : entries
        .map(({ id, kind, severity, covers, summary, explanation }) =>
          [
            `${id} (${[KINDS[kind], severity, ...covers].join(', ')})`,
            `  ${summary}.`,
            ...wrapped(explanation),
            '',
          ].join('\n'),
        )
        .join('\n');
}

function wrapped(text: string): string[] {
  return text.split(' ').reduce((lines: string[], word) => {
    const last = lines.at(-1) ?? '';
    return last.length + word.length < 100 && lines.length > 0
      ? [...lines.slice(0, -1), `${last} ${word}`]
      : [...lines, `  ${word}`];
  }, []);
}
