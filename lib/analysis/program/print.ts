import { printable } from '../../manifests';
import { type Code, importsOf, type Repeated, type Statement } from './code';

/** The longest line, as Prettier has it with the settings of this package. */
const WIDTH = 120;

/** The text of a model, formatted as Prettier does with 120 columns and single quotes. */
export function printModel(header: readonly string[], statements: readonly Statement[]): string {
  const imports = [...importsOf(statements)]
    .sort(([a], [b]) => Number(b.startsWith('node:')) - Number(a.startsWith('node:')) || (a < b ? -1 : 1))
    .map(([module, names]) => importOf(module, [...names].sort(caseless)));
  const lines = statements.flatMap(statement => [
    ...(statement.isApart ? [''] : []),
    ...comment(statement.comment ?? []),
    textOf(statement),
  ]);
  return `${[...comment(header), ...imports, ...lines].join('\n')}\n`;
}

function importOf(module: string, names: readonly string[]): string {
  const line = `import { ${names.join(', ')} } from '${module}';`;
  return line.length <= WIDTH ? line : `import {\n${names.map(each => `  ${each},\n`).join('')}} from '${module}';`;
}

function caseless(a: string, b: string): number {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1;
}

/** Control characters and ends of lines of manifests do not end a comment. */
function comment(lines: readonly string[]): string[] {
  return lines.flatMap(line => wrapped(line)).map(each => `// ${printable(each)}`.trimEnd());
}

/** Lines of a text; what follows the first is indented by two more than it. */
function wrapped(text: string): string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines = [indent];
  for (const word of text.trim().split(/[\s\p{Cc}\u2028\u2029]+/u)) {
    const last = lines.at(-1) ?? '';
    if (last !== indent && last.length + word.length + 1 > WIDTH - 3) {
      lines.push(`${indent}${indent === '' ? '' : '  '}${word}`);
    } else {
      lines[lines.length - 1] = last === indent ? `${indent}${word}` : `${last} ${word}`;
    }
  }
  return lines;
}

function textOf({ declares, each, code }: Statement): string {
  if (each) {
    const head = `for (const ${each.name} of `;
    const within = each.within && filtered(each.within);
    const list =
      within !== undefined && head.length + within.length + 3 <= WIDTH
        ? within
        : print({ is: 'list', items: each.of }, 0, head.length, 3);
    return `${head}${list}) {\n  ${print(code, 2, 2, 1)};\n}`;
  }
  const head = declares === undefined ? '' : `const ${declares} = `;
  return `${head}${print(code, 0, head.length, 1)};`;
}

function filtered({ list, except }: NonNullable<Repeated['within']>): string {
  const excluded = `[${except.map(flat).join(', ')}]`;
  return except.length === 0 ? list : `${list}.filter(each => !${excluded}.includes(each))`;
}

/**
 * The text of an expression.
 * @param indent the indentation of the line that it begins in
 * @param at the column that it begins at
 * @param tail the number of characters that follow it in the line of its end
 */
function print(code: Code, indent: number, at: number, tail: number): string {
  if (!breaks(code)) {
    const text = flat(code);
    if (at + text.length + tail <= WIDTH) {
      return text;
    }
  }
  const [inner, end] = [' '.repeat(indent + 2), ' '.repeat(indent)];
  switch (code.is) {
    case 'object':
      return `{\n${code.entries.map(([key, value]) => `${inner}${entry(key, value, indent + 2)},\n`).join('')}${end}}`;
    case 'list':
      return code.items.every(each => each.is === 'value' && typeof each.value === 'number')
        ? `[\n${filled(code.items.map(flat), inner)}\n${end}]`
        : `[\n${code.items.map(each => `${inner}${print(each, indent + 2, indent + 2, 1)},\n`).join('')}${end}]`;
    case 'call':
      return printCall(code, indent, at, tail);
    case 'member':
      return `${print(code.of, indent, at, tail + code.name.length + 1)}.${code.name}`;
    case 'name':
    case 'value':
      return flat(code);
  }
}

function entry(key: string, value: Code, indent: number): string {
  if (isShort(key, value)) {
    return key;
  }
  const head = `${keyOf(key)}: `;
  const isLong = value.is === 'value' && !breaks(value) && indent + head.length + flat(value).length + 1 > WIDTH;
  return isLong && typeof value.value === 'string'
    ? `${head.trimEnd()}\n${' '.repeat(indent + 2)}${flat(value)}`
    : `${head}${print(value, indent, indent + head.length, 1)}`;
}

type Call = Code & { readonly is: 'call' };

function printCall(code: Call, indent: number, at: number, tail: number): string {
  const { of } = code;
  const inner = ' '.repeat(indent + 2);
  const areArgsFlat = code.args.every(each => !breaks(each) && indent + flat(each).length + 5 <= WIDTH);
  if (of.is === 'member' && of.of.is === 'call' && of.of.of.is === 'member' && areArgsFlat) {
    // A call of what another call returns.
    const { of: target, args } = of.of;
    const first: Code = { is: 'call', of: { is: 'name', name: target.name }, args, isNew: false };
    const second: Code = { is: 'call', of: { is: 'name', name: of.name }, args: code.args, isNew: false };
    const lines = [first, second].map(each => `${inner}.${print(each, indent + 2, indent + 3, tail)}`);
    return [print(target.of, indent, at, 0), ...lines].join('\n');
  }
  const head = `${code.isNew ? 'new ' : ''}${print(code.of, indent, at + (code.isNew ? 4 : 0), 1)}(`;
  const last = code.args.at(-1);
  const others = code.args.slice(0, -1);
  const column = head.includes('\n') ? head.length - head.lastIndexOf('\n') - 1 : at + head.length;
  const before = others.map(each => `${flat(each)}, `).join('');
  const isHugged =
    last !== undefined
    && (last.is === 'object' || last.is === 'list')
    && !others.some(breaks)
    && others.at(-1)?.is !== last.is
    && column + before.length + 1 <= WIDTH;
  if (last && (isHugged || (others.length === 0 && breaks(last) && last.is === 'value'))) {
    return `${head}${before}${print(last, indent, column + before.length, tail + 1)})`;
  }
  return code.args.length === 0
    ? `${head})`
    : `${head}\n${code.args.map(each => `${inner}${print(each, indent + 2, indent + 2, 1)},\n`).join('')}${' '.repeat(indent)})`;
}

/** Numbers, as many in a line as fit. */
function filled(items: readonly string[], inner: string): string {
  const lines = [inner];
  for (const item of items) {
    const last = lines.at(-1) ?? '';
    if (last !== inner && last.length + item.length + 2 > WIDTH) {
      lines.push(`${inner}${item},`);
    } else {
      lines[lines.length - 1] = last === inner ? `${inner}${item},` : `${last} ${item},`;
    }
  }
  return lines.join('\n');
}

/** Whether the text has several lines, also where it is short. */
function breaks(code: Code): boolean {
  switch (code.is) {
    case 'value':
      return typeof code.value === 'string' && isTemplate(code.value);
    case 'object':
      return code.entries.some(([, each]) => breaks(each));
    case 'list':
      return code.items.some(breaks) || isListOfStructures(code.items);
    case 'call':
      return breaks(code.of) || code.args.some(breaks);
    case 'member':
      return breaks(code.of);
    case 'name':
      return false;
  }
}

/** Several objects with several entries each, or several such lists. */
function isListOfStructures(items: readonly Code[]): boolean {
  return (
    items.length > 1
    && (items.every(each => each.is === 'object' && each.entries.length > 1)
      || items.every(each => each.is === 'list' && each.items.length > 1))
  );
}

function flat(code: Code): string {
  switch (code.is) {
    case 'value':
      return typeof code.value === 'string' ? quoted(code.value) : String(code.value);
    case 'object':
      return code.entries.length === 0
        ? '{}'
        : `{ ${code.entries.map(([key, value]) => (isShort(key, value) ? key : `${keyOf(key)}: ${flat(value)}`)).join(', ')} }`;
    case 'list':
      return `[${code.items.map(flat).join(', ')}]`;
    case 'name':
      return code.name;
    case 'member':
      return `${flat(code.of)}.${code.name}`;
    case 'call':
      return `${code.isNew ? 'new ' : ''}${flat(code.of)}(${code.args.map(flat).join(', ')})`;
  }
}

/** An entry with the name of its value. */
function isShort(key: string, value: Code): boolean {
  return value.is === 'name' && value.name === key;
}

function keyOf(key: string): string {
  return key === '__proto__' ? "['__proto__']" : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

/** Texts of several lines, which are read more easily as they are. */
function isTemplate(text: string): boolean {
  return text.trimEnd().includes('\n');
}

/** A text as a literal, in which no character of it has a meaning for the program. */
function quoted(text: string): string {
  if (isTemplate(text)) {
    return `\`${text
      .replace(/[\\`]|\$\{/g, each => `\\${each}`)
      .split('\n')
      .map(printable)
      .join('\n')}\``;
  }
  const quote = text.split("'").length > text.split('"').length ? '"' : "'";
  const inner = text.replace(/[\\\n]|['"]/g, each =>
    each === '\n' ? '\\n' : each === '\\' || each === quote ? `\\${each}` : each,
  );
  return `${quote}${printable(inner)}${quote}`;
}
