import { ARGUMENT_TYPES } from './argument-types';
import { describe, requireDeclared } from './declared';
import { isPlainObject } from './given';
import { isDuration, requireDuration } from './numbers';
import { suggestion } from './suggestion';
import { ValidationError } from './validation-error';

/** A class whose methods declare. */
interface Class {
  readonly name: string;
  readonly prototype: object;
}

/** A parameter or property. */
interface Member {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
}

/** The properties of a type, and those of them that must be given. */
interface Properties {
  readonly byName: ReadonlyMap<string, Member>;
  readonly required: readonly Member[];
}

/** Whether a class is one whose property protects: given as undefined, what it protects would be open. */
const PROTECTIVE = ['Auth', 'EgressGateway', 'ExternalAuthorizer', 'Front', 'PerClientRateLimit', 'RateLimit']
  // Without it requests leave the cluster in plain text.
  .concat('TlsOrigination');

/** Properties whose own validation has an example of a reason. */
const REASONS = ['authorizationDryRun', 'runAsRoot'];

const classes = new Map<string, Class>();
const entries = new Map(
  ARGUMENT_TYPES.split('; ').map(entry => [entry.replace(/ .*/, ''), entry.slice(entry.indexOf(' ') + 1)]),
);
const members = new Map<string, readonly Member[]>();
const properties = new Map<string, Properties>();
const alternatives = new Map<string, readonly string[]>();
const enums = new Map<string, readonly string[] | undefined>();

/**
 * Makes the methods of these classes reject arguments of other types, in programs without type checks: what a string,
 * a number or undefined in place of another value renders would be wrong or missing.
 */
export function checkArguments(declaring: Readonly<Record<string, Class>>): void {
  Object.entries(declaring).forEach(([name, each]) => {
    classes.set(name, each);
    [each, each.prototype].forEach(owner => {
      Object.entries(Object.getOwnPropertyDescriptors(owner)).forEach(([method, descriptor]) => {
        const inner: unknown = descriptor.value;
        if (typeof inner === 'function' && entries.has(`${name}.${method}`)) {
          const value = function (this: unknown, ...args: unknown[]): unknown {
            requireArguments(`${name}.${method}`, args, this);
            return Reflect.apply(inner, this, args);
          };
          Object.defineProperty(owner, method, { ...descriptor, value });
        }
      });
    });
  });
}

/** Rejects arguments of a method, of the constructor `new.CLASS` or of `function.NAME`, that do not have the types of its parameters. */
export function requireArguments(method: string, args: readonly unknown[], owner?: unknown): void {
  const path = pathOf(owner) ?? method.replace(/^(new|function)\./, '');
  const call = pathOf(owner) === undefined ? path : `${path}.${method.replace(/.*\./, '')}`;
  const parameters = membersOf(method);
  parameters.forEach(({ name, type, isOptional }, at) => {
    if (name.startsWith('...')) {
      args.slice(at).forEach(value => {
        requireType(path, name.slice(3), type, value);
      });
      return;
    }
    const where = at === 0 ? call : pathOfDeclaration(path, call, args[0]);
    if (!isOptional || args[at] !== undefined) {
      requireType(where, name, type, args[at]);
    }
  });
  const isLastRepeated = parameters.at(-1)?.name.startsWith('...') ?? false;
  // Functions that call this one for each member of a list add an index and the list itself.
  const options = isLastRepeated ? undefined : args.slice(parameters.length).find(isPlainObject);
  if (options) {
    rejectOptions(call, parameters, options);
  }
}

function requireType(path: string, name: string, type: string, value: unknown): void {
  const types = alternativesOf(type);
  if (value === undefined || value === null) {
    rejectType(path, name, types, value);
  }
  if (!types.some(each => isOf(each, value))) {
    rejectType(path, name, types, value);
  }
  const [only = ''] = types;
  if (only === 'Duration') {
    requireDuration(path, `\`${name}\``, value);
  }
  if (only.endsWith('[]')) {
    (value as unknown[]).forEach((item, at) => {
      requireType(path, `${name}[${at}]`, only.slice(0, -2), item);
    });
  } else if (type.startsWith('{')) {
    requireValues(path, name, type.slice(1, -1), value as object);
  } else if (membersOf(only).length > 0) {
    requireProperties(path, name === 'props' || name === 'options' ? '' : `${name}.`, only, value as object);
  }
}

function rejectOptions(call: string, parameters: readonly Member[], options: object): never {
  const [names, given] = [parameters.map(({ name }) => name), Object.keys(options).join(', ')];
  throw new ValidationError({
    code: 'UnknownProperty',
    path: call,
    summary: `There is no parameter for the options { ${given} }, so they would have no effect.`,
    fix: names.length === 0 ? 'Remove them: there are no parameters.' : `The parameters are ${names.join(', ')}.`,
  });
}

function requireValues(path: string, name: string, type: string, values: object): void {
  Object.entries(values).forEach(([key, value]) => {
    requireType(path, `${name}.${key}`, type, value);
  });
}

function requireProperties(path: string, prefix: string, type: string, declared: object): void {
  const known = membersOf(type);
  const [{ name: first, type: valueType } = { name: '', type: '' }] = known;
  if (first === '*') {
    requireValues(path, prefix.slice(0, -1), valueType, declared);
    return;
  }
  const { byName, required } = propertiesOf(type);
  const values = declared as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(values).find(name => values[name] !== undefined && !byName.has(name));
  if (unknown !== undefined) {
    const names = [...byName.keys()];
    throw new ValidationError({
      code: 'UnknownProperty',
      path,
      summary: `There is no property "${prefix}${unknown}", so it would have no effect.`,
      fix: `${suggestion(unknown, names)} The properties are ${names.join(', ')}.`.trim(),
    });
  }
  const missing = required.find(({ name }) => !Object.hasOwn(values, name));
  if (missing) {
    requireType(path, `${prefix}${missing.name}`, missing.type, undefined);
  }
  for (const name of Object.keys(values)) {
    const value = values[name];
    const member = byName.get(name);
    const isChecked = value !== undefined || !member?.isOptional || PROTECTIVE.includes(member.type);
    if (member && isChecked && !REASONS.includes(name)) {
      requireType(path, `${prefix}${name}`, member.type, value);
    }
  }
}

function propertiesOf(type: string): Properties {
  let known = properties.get(type);
  if (!known) {
    const all = membersOf(type);
    known = {
      byName: new Map(all.map(each => [each.name, each])),
      required: all.filter(({ name, isOptional }) => !isOptional && !REASONS.includes(name)),
    };
    properties.set(type, known);
  }
  return known;
}

function alternativesOf(type: string): readonly string[] {
  let types = alternatives.get(type);
  if (!types) {
    types = type.split('|');
    alternatives.set(type, types);
  }
  return types;
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'string' || type === 'number' || type === 'boolean') {
    return typeof value === type && !Number.isNaN(value);
  }
  if (type.endsWith('[]')) {
    return Array.isArray(value);
  }
  const values = valuesOf(type);
  if (values) {
    return values.includes(value as string);
  }
  const kind = classes.get(type);
  return type === 'Duration'
    ? isDuration(value)
    : kind
      ? Object.prototype.isPrototypeOf.call(kind.prototype, value as object)
      : type === 'any' || (typeof value === 'object' && !Array.isArray(value));
}

function rejectType(path: string, name: string, types: readonly string[], value: unknown): never {
  const [type = ''] = types;
  const what = `\`${name}\``;
  const kind = classes.get(type);
  if (kind) {
    requireDeclared(path, what, value, kind, exampleOf(type), PROTECTIVE.includes(type));
  }
  if (type === 'Duration' && value !== undefined && value !== null) {
    requireDuration(path, what, value);
  }
  const values = valuesOf(type);
  const expected = values
    ? `one of ${values.map(each => `"${each}"`).join(', ')}`
    : types.map(each => NAMES[each] ?? (each.endsWith('[]') ? 'a list' : 'an object')).join(' or ');
  throw new ValidationError({
    code: Number.isNaN(value) ? 'OutOfRange' : 'InvalidType',
    path,
    summary: `${what} is ${describe(value)}, not ${expected}.`,
    fix:
      value === undefined
        ? `Set it; a variable of the environment, or a constant of a file in a circle of imports, can be undefined.`
        : `Give ${expected}.`,
  });
}

/** The factories to name for classes with several ones, or with those of another class. */
const FACTORIES: Readonly<Record<string, string>> = { Port: 'Port.http', Target: 'Mesh.istio' };

/** How a value of a class is declared. */
function exampleOf(type: string): string {
  const factory = FACTORIES[type] ?? [...entries.keys()].find(each => each.startsWith(`${type}.`));
  const declaration = [...entries.keys()].find(each => each === `Topology.add${type}`);
  return declaration
    ? `topology.${declaration.slice('Topology.'.length)}(…)`
    : type === 'Callee' || !factory
      ? 'topology.addService(…)'
      : `${factory}(…)`;
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Duration: 'a Duration of cdk8s',
  any: 'a value',
};

function membersOf(name: string): readonly Member[] {
  const known = members.get(name);
  if (known) {
    return known;
  }
  const text = entries.get(name) ?? '';
  const all = text === '' || text.startsWith('=') ? [] : text.split(' ').flatMap(memberOf);
  members.set(name, all);
  return all;
}

function memberOf(text: string): readonly Member[] {
  if (text.startsWith('+')) {
    return membersOf(text.slice(1));
  }
  const [name = '', type = ''] = text.split(':');
  return [{ name: name.replace('?', ''), type, isOptional: name.endsWith('?') }];
}

/** The values of an enum. */
function valuesOf(name: string): readonly string[] | undefined {
  if (!enums.has(name)) {
    const text = entries.get(name);
    enums.set(name, text?.startsWith('= ') ? text.slice(2).split(', ') : undefined);
  }
  return enums.get(name);
}

function pathOf(owner: unknown): string | undefined {
  if (typeof owner !== 'object' || owner === null) {
    return undefined;
  }
  const { path, name } = owner as { readonly path?: string; readonly name?: string };
  return path ?? name;
}

/** The path of what the first argument names. */
function pathOfDeclaration(path: string, call: string, first: unknown): string {
  if (typeof first === 'string') {
    return path === 'Topology' ? first : path === call ? path : `${path}/${first}`;
  }
  const { name } = Object(first) as { readonly name?: unknown };
  return typeof name === 'string' ? `${path} → ${name}` : call;
}
