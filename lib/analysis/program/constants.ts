/** Names that no constant of a model can have. */
export const RESERVED_WORDS: readonly string[] = (
  'app chart topology break case catch class const continue debugger default delete do else enum export extends false '
  + 'finally for function if import in instanceof new null return super switch this throw true try typeof var void '
  + 'while with yield let static await package private public interface protected implements arguments eval async of '
  + 'caller callee process require module exports'
).split(' ');

/** A name of a constant that no other one has. */
export function constantOf(text: string, namespace: string, taken: Set<string>): string {
  const camel = (value: string) =>
    value
      .replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string | undefined) => (letter ?? '').toUpperCase())
      .replace(/^(\d)/, '_$1');
  const base = camel(text) || 'it';
  const candidates = [base, camel(`${text}-${namespace}`), `${base}Service`];
  const free =
    candidates.find(each => !taken.has(each))
    ?? `${base}${[...taken].filter(each => each.startsWith(base)).length + 1}`;
  taken.add(free);
  return free;
}
