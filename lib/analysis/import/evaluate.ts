import type { Code, Module, Statement } from '../program';

/** The exports of the modules that a model imports from. */
export type Modules = Readonly<Partial<Record<Module, object>>>;

/** Carries out the statements of a model, as a program with them would, and returns its constants by name. */
export function evaluate(statements: readonly Statement[], modules: Modules): ReadonlyMap<string, unknown> {
  const scope = new Map<string, unknown>();
  for (const { declares, each, code } of statements) {
    if (each) {
      for (const item of each.of) {
        scope.set(each.name, valueOf(item, scope, modules));
        valueOf(code, scope, modules);
      }
      scope.delete(each.name);
    } else {
      const value = valueOf(code, scope, modules);
      if (declares !== undefined) {
        scope.set(declares, value);
      }
    }
  }
  return scope;
}

function valueOf(code: Code, scope: ReadonlyMap<string, unknown>, modules: Modules): unknown {
  const evaluated = (each: Code) => valueOf(each, scope, modules);
  switch (code.is) {
    case 'value':
      return code.value;
    case 'object':
      return Object.fromEntries(code.entries.map(([key, value]) => [key, evaluated(value)]));
    case 'list':
      return code.items.map(evaluated);
    case 'name':
      return code.module ? propertyOf(modules[code.module] ?? {}, code.name) : scope.get(code.name);
    case 'member':
      return propertyOf(evaluated(code.of), code.name);
    case 'call': {
      const callee = evaluated(code.of);
      const args = code.args.map(evaluated);
      if (typeof callee !== 'function') {
        throw new TypeError('The model calls what is no function.');
      }
      return code.isNew
        ? (Reflect.construct(callee, args) as unknown)
        : (Reflect.apply(callee, code.of.is === 'member' ? evaluated(code.of.of) : undefined, args) as unknown);
    }
  }
}

function propertyOf(value: unknown, name: string): unknown {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Reflect.get(value, name)
    : undefined;
}
