import { isMap, type Path } from '../../manifests';
import { suggestion } from '../suggestion';

/** What of JSON Schema the schema of cardinal.yaml uses. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: false | Schema;
  readonly description?: string;
}

/** What a value has that its schema does not permit. */
export interface Violation {
  readonly path: Path;
  readonly problem: string;
}

/** All that a value has which its schema does not permit. */
export function violationsOf(value: unknown, schema: Schema, path: Path = []): Violation[] {
  const of = (problem: string): Violation[] => [{ path, problem }];
  if (schema.enum && !schema.enum.includes(value)) {
    const allowed = schema.enum.filter(each => typeof each === 'string');
    return of(
      `${shown(value)} is none of ${allowed.join(', ')}.${typeof value === 'string' ? suggestion(value, allowed) : ''}`,
    );
  }
  if (schema.type !== undefined && typeOf(value) !== schema.type) {
    const quotes = schema.type === 'string' && typeof value !== 'object' ? ' Put it in quotes.' : '';
    return of(
      `${shown(value)} is ${withArticle(typeOf(value))}, and ${withArticle(schema.type)} is expected here.${quotes}`,
    );
  }
  return [...ofText(value, schema).flatMap(of), ...ofList(value, schema, path), ...ofMap(value, schema, path)];
}

function ofText(value: unknown, { pattern, minLength }: Schema): string[] {
  if (typeof value !== 'string') {
    return [];
  }
  return [
    ...(minLength !== undefined && value.length < minLength ? ['The text is empty.'] : []),
    ...(pattern !== undefined && !new RegExp(pattern, 'u').test(value)
      ? [`${shown(value)} does not match ${pattern}.`]
      : []),
  ];
}

function ofList(value: unknown, { items, minItems = 0 }: Schema, path: Path): Violation[] {
  if (!Array.isArray(value)) {
    return [];
  }
  return [
    ...(value.length < minItems ? [{ path, problem: 'The list is empty.' }] : []),
    ...value.flatMap((item: unknown, index) => (items ? violationsOf(item, items, [...path, index]) : [])),
  ];
}

function ofMap(
  value: unknown,
  { properties = {}, additionalProperties, required = [] }: Schema,
  path: Path,
): Violation[] {
  if (!isMap(value)) {
    return [];
  }
  const missing = required.filter(name => !Object.hasOwn(value, name));
  return [
    ...missing.map(name => ({ path, problem: `\`${name}\` is missing.` })),
    ...Object.entries(value).flatMap(([name, member]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      const names = Object.keys(properties);
      const here = [...path, name];
      return schema === false
        ? [{ path: here, problem: `"${name}" is none of ${names.join(', ')}.${suggestion(name, names)}` }]
        : schema
          ? violationsOf(member, schema, here)
          : [];
    }),
  ];
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

const NOUNS: ReadonlyMap<string, string> = new Map([
  ['null', 'nothing'],
  ['array', 'a list'],
  ['object', 'a map'],
  ['string', 'a text'],
  ['number', 'a number'],
  ['boolean', 'a boolean'],
]);

function withArticle(type: string): string {
  return NOUNS.get(type) ?? type;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
