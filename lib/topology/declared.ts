import { ValidationError } from './validation-error';

/**
 * Rejects what was not returned by a declaration, regardless of its static type: untyped programs pass other values,
 * and in files that import each other in a circle a value may still be undefined.
 */
export function requireDeclared(
  path: string,
  what: string,
  value: unknown,
  kind: Class,
  example = 'topology.addService(…)',
  isOptional = false,
): void {
  if (Object.prototype.isPrototypeOf.call(kind.prototype, value as object)) {
    return;
  }
  throw new ValidationError({
    code: 'NotDeclared',
    path,
    summary: `${what} is ${describe(value)}, not ${/^[AEIOU]/.test(kind.name) ? 'an' : 'a'} ${kind.name}.`,
    fix:
      value === undefined
        ? 'Declare it first; if it is imported, check whether the two files import each other.'
          + (isOptional ? ' To declare none, leave the property out.' : '')
        : `Give the object that its declaration returned, e.g. by \`${example}\`.`,
  });
}

/** A class, with any constructor. */
interface Class {
  readonly name: string;
  readonly prototype: object;
}

export function describe(value: unknown): string {
  return typeof value === 'string'
    ? `the text "${value}"`
    : typeof value === 'object' && value !== null
      ? 'another object'
      : typeof value === 'function'
        ? 'a function'
        : String(value);
}
