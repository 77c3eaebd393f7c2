/** The text of a function of a Go file, with its braces, without lines that are comments. */
export function functionIn(source: string, name: string): string {
  const start = source.indexOf(`func ${name}(`);
  if (start < 0) {
    throw new Error(`The suite has no function ${name}.`);
  }
  const end = source.indexOf('\n}\n', start);
  return source
    .slice(start, end + 2)
    .split('\n')
    .filter(line => !line.trim().startsWith('//'))
    .join('\n');
}

/** The members of a list or struct that begins with the brace at an index. */
export function membersAt(text: string, open: number): string[] {
  const members: string[] = [];
  let [depth, start, quote] = [0, open + 1, ''];
  for (let index = open; index < text.length; index++) {
    const character = text[index] ?? '';
    if (quote !== '') {
      quote = character === quote ? '' : quote;
    } else if ('"`'.includes(character)) {
      quote = character;
    } else if ('{[('.includes(character)) {
      depth++;
    } else if ('}])'.includes(character)) {
      depth--;
    }
    if (depth === 0 || (depth === 1 && character === ',' && quote === '')) {
      members.push(text.slice(start, index).trim());
      start = index + 1;
    }
    if (depth === 0) {
      break;
    }
  }
  return members.filter(each => each !== '');
}

/** The fields of a struct, such as `{ path: "/allow", allow: true }`. */
export function fieldsOf(struct: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    membersAt(struct, struct.indexOf('{')).map(each => {
      const colon = each.indexOf(':');
      return [each.slice(0, colon).trim(), each.slice(colon + 1).trim()];
    }),
  );
}

/** The value of an expression that joins texts and names. */
export function textOf(expression: string, valueOf: (name: string) => string): string {
  return [...expression.matchAll(/"([^"]*)"|([\w.]+)/g)].map(([, text, name]) => text ?? valueOf(name ?? '')).join('');
}
