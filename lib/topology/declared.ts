import { Mistake } from './mistake';

/**
 * Refuses what is not what a declaration returned, whatever its type was said to be: programs without types, and files that import each other in a circle,
 * in which a value is still undefined.
 */
export function requireDeclared(where: string, what: string, value: unknown, kind: Class): void {
  if (Object.prototype.isPrototypeOf.call(kind.prototype, value as object)) {
    return;
  }
  throw new Mistake({
    code: 'NotDeclared',
    where,
    problem: `${what} is ${describe(value)}, not a ${kind.name}.`,
    remedy: value === undefined
      ? 'Declare it first; if it is imported, see whether the two files import each other.'
      : 'Give the object that its declaration returned, e.g. by `topology.addService(…)` or `Port.http(80)`.',
  });
}

/** A class, whoever may construct it. */
interface Class {
  readonly name: string;
  readonly prototype: object;
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `the text "${value}"`
    : typeof value === 'object' && value !== null ? 'another object'
      : typeof value === 'function' ? 'a function' : String(value);
}
