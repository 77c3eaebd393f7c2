import { checksNamed } from '../../lib/checks';

/** The explanation of the checks with a name, or with a code of another tool; undefined if there is none. */
export function explain(name: string): string | undefined {
  const checks = checksNamed(name);
  return checks.length === 0 ? undefined : checks.map(({ id, severity, covers, summary, explanation }) =>
    [`${id} (${[severity, ...covers].join(', ')})`, `  ${summary}.`, ...wrapped(explanation), ''].join('\n')).join('\n');
}

function wrapped(text: string): string[] {
  return text.split(' ').reduce((lines: string[], word) => {
    const last = lines.at(-1) ?? '';
    return last.length + word.length < 100 && lines.length > 0 ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, `  ${word}`];
  }, []);
}
