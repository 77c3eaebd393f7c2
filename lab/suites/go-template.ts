/** The values of a template, by the names with which it begins: fields, and variables with their dollar sign. */
export type Values = Readonly<Record<string, unknown>>;

/** Renders what Istio's tests use of the templates of Go: values, `if`, `range`, `index`, `default`, `replace` and `quote`. */
export function rendered(template: string, values: Values): string {
  const parts = template
    .replace(/\s*\{\{-\s*/g, '{{')
    .split(/(\{\{.*?\}\})/)
    .map(each => each.replace(/\n{2,}$/, '\n'));
  return block(parts, 0, values).text;
}

interface Block {
  readonly text: string;
  /** The index of the part after it. */
  readonly next: number;
}

/** The parts up to the end of a block. */
function block(parts: readonly string[], start: number, values: Values): Block {
  let text = '';
  let scope = values;
  let index = start;
  while (index < parts.length) {
    const part = parts[index] ?? '';
    const action = /^\{\{(.*)\}\}$/.exec(part)?.[1]?.trim();
    index++;
    if (action === undefined) {
      text += part;
    } else if (action === 'end') {
      break;
    } else if (/^(if|range) /.test(action)) {
      const repeated = scopesOf(action, scope).map(each => block(parts, index, each).text);
      text += repeated.join('');
      index = block(parts, index, scope).next;
    } else if (/^\$\w+ :=/.test(action)) {
      const [name = '', expression = ''] = action.split(/ := /);
      scope = { ...scope, [name]: valueOf(expression, scope) };
    } else {
      text += String(valueOf(action, scope));
    }
  }
  return { text, next: index };
}

/** The values with which a block is rendered, once for each time. */
function scopesOf(action: string, values: Values): Values[] {
  const [, condition] = /^if (.*)$/.exec(action) ?? [];
  if (condition !== undefined) {
    const value = valueOf(condition, values);
    return value && (!Array.isArray(value) || value.length > 0) ? [values] : [];
  }
  const [, index, name = '', list = ''] = /^range (?:(\$\w+), )?(\$\w+) := (.*)$/.exec(action) ?? [];
  return ((valueOf(list, values) ?? []) as unknown[]).map((each, position) => ({
    ...values,
    [name]: each,
    ...(index === undefined ? {} : { [index]: position }),
  }));
}

function valueOf(expression: string, values: Values): unknown {
  const [first = '', ...pipes] = expression.split('|').map(each => each.trim());
  return pipes.reduce(
    (value: unknown, pipe) => {
      const [, name, first = '""', second = '""'] = /^(default|quote|replace)(?: (\S+))?(?: (\S+))?$/.exec(pipe) ?? [];
      switch (name) {
        case 'default':
          return value || operand(first, values);
        case 'quote':
          return JSON.stringify(value);
        case 'replace':
          return String(value).replaceAll(String(operand(first, values)), String(operand(second, values)));
        default:
          throw new Error(`The template has a function that is unknown: ${pipe}`);
      }
    },
    operand(first, values),
  );
}

function operand(text: string, values: Values): unknown {
  const [, inner, path] = /^\((.*)\)((?:\.\w+)*)$/.exec(text) ?? [];
  if (inner !== undefined) {
    return fieldOf(operand(inner.trim(), values), path ?? '');
  }
  const [, list, index] = /^index (\S+) (\S+)$/.exec(text) ?? [];
  if (list !== undefined && index !== undefined) {
    return (operand(list, values) as unknown[])[Number(operand(index, values))];
  }
  if (/^("|\d)/.test(text)) {
    return JSON.parse(text);
  }
  const [name = '', rest] = /^(\$\w+)(.*)$/.exec(text)?.slice(1) ?? ['', text];
  return name === '' ? fieldOf(values, text) : fieldOf(values[name], rest ?? '');
}

function fieldOf(value: unknown, path: string): unknown {
  return path
    .split('.')
    .filter(each => each !== '')
    .reduce((at, name) => (at as Values | undefined)?.[name], value);
}
