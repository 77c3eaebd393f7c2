import type { ObservedCall } from './observations';

/** The operations that permit what was observed. */
export interface LearnedOperations {
  /** As `METHOD /path`; full names of methods for gRPC. Undefined if requests are recorded without method or path. */
  readonly operations?: readonly string[];
  readonly isGrpc: boolean;
  /** Requests for which there is no operation, each with the reason. */
  readonly refused: readonly string[];
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** From this number of different values on, a segment of a path is a parameter. */
const MANY_VALUES = 10;

/** The operations of a call, with parameters in place of the identifiers in paths. */
export function operationsOf(call: ObservedCall): LearnedOperations {
  const { protocol, methods, paths, isIncomplete, leftOut } = call;
  if (protocol === 'tcp' || isIncomplete || methods.size === 0) {
    return { isGrpc: protocol === 'grpc', refused: [] };
  }
  if (protocol === 'grpc') {
    const names = [...methods].sort();
    const known = names.filter(each => /^[\w.]+\/\w+$/.test(each));
    return {
      operations: known.length > 0 ? known : undefined,
      isGrpc: true,
      refused: names.filter(each => !known.includes(each)).map(each => `${each}: this is no full name of a method`),
    };
  }
  const refused: string[] = [];
  const operations = new Set<string>();
  for (const [method, all] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const usable = [...all].filter(path => {
      const problem = !METHODS.includes(method)
        ? 'a method that operations do not have'
        : /^\/([\w.~!$&'()+,;=:@-]|%[\dA-F]{2}|\/|\{\w+\}|:\w+|\*)*$/i.test(path)
          ? undefined
          : 'a path that operations do not have';
      if (problem !== undefined) {
        refused.push(`${method} ${path}: ${problem}`);
      }
      return problem === undefined;
    });
    templatesOf(usable).forEach(each => operations.add(`${method} ${each}`));
  }
  if (leftOut > 0) {
    refused.push(`${leftOut} requests with further paths`);
  }
  return { operations: operations.size > 0 ? [...operations] : undefined, isGrpc: false, refused };
}

/** Whether all requests can be repeated without an effect. */
export function areSafe({ protocol, methods, isIncomplete }: ObservedCall): boolean {
  return protocol === 'http' && !isIncomplete && methods.size > 0 && [...methods].every(each => SAFE.includes(each));
}

/** Paths with parameters for identifiers, and for segments of many values. */
function templatesOf(paths: readonly string[]): string[] {
  const templates = new Set(paths.map(each => each.split('/').map(parameterOf).join('/')));
  return merged(
    [...templates].map(each => each.split('/')),
    1,
  )
    .map(named)
    .sort();
}

const PARAMETER = '{}';
const NUMBER = /^\d+$/;
const UUID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i;
/** Digests and random identifiers: long, with digits and letters. */
const TOKEN = /^(?=.*\d)(?=.*[a-z])[\w-]{16,}$|^[\da-f]{8,}$/i;

function parameterOf(segment: string): string {
  return /^(\{\w*\}|:\w+|\*)$/.test(segment) || NUMBER.test(segment) || UUID.test(segment) || TOKEN.test(segment)
    ? PARAMETER
    : segment;
}

function merged(paths: readonly (readonly string[])[], at: number): readonly (readonly string[])[] {
  const groups = new Map<string, (readonly string[])[]>();
  const rest = paths.filter(each => each.length <= at);
  const open = paths.filter(each => each.length > at);
  const values = new Set(open.map(each => each[at] ?? ''));
  const isParameter = values.size > MANY_VALUES;
  for (const path of open) {
    const value = isParameter && path[at] !== '' ? PARAMETER : (path[at] ?? '');
    const own = [...path.slice(0, at), value, ...path.slice(at + 1)];
    groups.set(value, [...(groups.get(value) ?? []), own]);
  }
  const inner = [...groups.values()].flatMap(each => merged(distinct(each), at + 1));
  return distinct([...rest, ...inner]);
}

function distinct(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(paths.map(each => [each.join('/'), each])).values()];
}

/** Parameters by number, the first without one. */
function named(path: readonly string[]): string {
  let count = 0;
  return path
    .map(each => {
      if (each !== PARAMETER) {
        return each;
      }
      count += 1;
      return count === 1 ? '{id}' : `{id${count}}`;
    })
    .join('/');
}
