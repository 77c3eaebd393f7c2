import { RE2JS } from 're2js';

type Test = (text: string) => boolean;

const COMPILED = new Map<string, Test | undefined>();

/** Whether an RE2 expression matches a whole text, in linear time; undefined for an invalid expression. */
export function expressionOf(regex: string): Test | undefined {
  if (!COMPILED.has(regex)) {
    COMPILED.set(regex, compile(regex));
  }
  return COMPILED.get(regex);
}

/** Most texts differ in what an expression starts with. */
function compile(regex: string): Test | undefined {
  try {
    const expression = RE2JS.compile(regex);
    const start = regex.includes('|') ? '' : (/^[\w/-]*(?![\w/-]|[*+?{])/.exec(regex)?.[0] ?? '');
    return text => text.startsWith(start) && expression.matches(text);
  } catch {
    return undefined;
  }
}
