/** An expression of a model: it is printed as TypeScript, and evaluated as it is printed. */
export type Code =
  | { readonly is: 'value'; readonly value: string | number | boolean | null }
  | { readonly is: 'object'; readonly entries: readonly (readonly [string, Code])[] }
  | { readonly is: 'list'; readonly items: readonly Code[] }
  | { readonly is: 'name'; readonly name: string; readonly module?: Module }
  | { readonly is: 'member'; readonly of: Code; readonly name: string }
  | { readonly is: 'call'; readonly of: Code; readonly args: readonly Code[]; readonly isNew: boolean };

/** The modules that a model imports from. */
export type Module = 'cdk8s' | 'cdk8s-cardinal' | 'cdk8s-cardinal/istio' | 'node:path';

/** A statement of a model. */
export interface Statement {
  /** Lines before it. */
  readonly comment?: readonly string[];
  /** The constant that it declares. */
  readonly declares?: string;
  readonly each?: Repeated;
  readonly code: Code;
  /** Whether an empty line comes before it. */
  readonly isApart?: boolean;
}

/** The items of a list that a statement is repeated for. */
export interface Repeated {
  readonly name: string;
  readonly of: readonly Code[];
  /** The constant of a list with these items and others, and the others: shorter than the items where these are many. */
  readonly within?: { readonly list: string; readonly except: readonly Code[] };
}

/** Values of JSON as they are. */
export function literal(value: unknown): Code {
  if (Array.isArray(value)) {
    return { is: 'list', items: value.map(literal) };
  }
  if (typeof value === 'object' && value !== null) {
    return object(
      Object.fromEntries(
        Object.entries(value)
          .filter(([, each]) => each !== undefined)
          .map(([name, each]) => [name, literal(each)]),
      ),
    );
  }
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { is: 'value', value: isPlain ? value : null };
}

/** An object without the entries that are undefined. */
export function object(entries: Readonly<Record<string, Code | undefined>>): Code {
  return {
    is: 'object',
    entries: Object.entries(entries).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  };
}

/** The same, and undefined without entries. */
export function objectOrNone(entries: Readonly<Record<string, Code | undefined>>): Code | undefined {
  const made = object(entries);
  return made.is === 'object' && made.entries.length > 0 ? made : undefined;
}

export function list(items: readonly Code[]): Code {
  return { is: 'list', items };
}

/** A constant of the model. */
export function name(text: string): Code {
  return { is: 'name', name: text };
}

/** What a module exports. */
export function exported(module: Module, text: string): Code {
  return { is: 'name', name: text, module };
}

/** What the package exports. */
export function cardinal(text: string): Code {
  return exported('cdk8s-cardinal', text);
}

export function member(of: Code, text: string): Code {
  return { is: 'member', of, name: text };
}

/** A call of a method, without the trailing arguments that are undefined. */
export function call(of: Code, method: string, ...args: readonly (Code | undefined)[]): Code {
  return { is: 'call', of: member(of, method), args: args.filter(each => each !== undefined), isNew: false };
}

export function make(type: Code, ...args: readonly (Code | undefined)[]): Code {
  return { is: 'call', of: type, args: args.filter(each => each !== undefined), isNew: true };
}

/** A Duration of milliseconds, in seconds where these are whole. */
export function duration(millis: number): Code {
  return millis % 1000 === 0
    ? call(exported('cdk8s', 'Duration'), 'seconds', literal(millis / 1000))
    : call(exported('cdk8s', 'Duration'), 'millis', literal(millis));
}

/** Whether code refers to a constant. */
export function refersTo(code: Code, constant: string): boolean {
  switch (code.is) {
    case 'name':
      return !code.module && code.name === constant;
    case 'object':
      return code.entries.some(([, each]) => refersTo(each, constant));
    case 'list':
      return code.items.some(each => refersTo(each, constant));
    case 'member':
      return refersTo(code.of, constant);
    case 'call':
      return [code.of, ...code.args].some(each => refersTo(each, constant));
    case 'value':
      return false;
  }
}

/** The names that code imports, by module. */
export function importsOf(statements: readonly Statement[]): ReadonlyMap<Module, ReadonlySet<string>> {
  const found = new Map<Module, Set<string>>();
  const visit = (code: Code): void => {
    switch (code.is) {
      case 'name':
        if (code.module) {
          found.set(code.module, (found.get(code.module) ?? new Set()).add(code.name));
        }
        break;
      case 'object':
        code.entries.forEach(([, each]) => visit(each));
        break;
      case 'list':
        code.items.forEach(visit);
        break;
      case 'member':
        visit(code.of);
        break;
      case 'call':
        visit(code.of);
        code.args.forEach(visit);
        break;
      case 'value':
        break;
    }
  };
  statements.forEach(({ code, each }) => {
    visit(code);
    each?.of.forEach(visit);
  });
  return found;
}
