import { requireHeaderName } from './names';
import { namesIn, nested, type Property, type PropertyTable } from './property-table';
import { ValidationError } from './validation-error';

/** Values by header name, in lower case. */
export interface HeaderValues {
  /** The value of each header. */
  readonly [name: string]: string;
}

/** Changes of the headers of requests or responses. */
export interface HeaderOperations {
  /**
   * Headers that are set, in place of present ones.
   * @default - none
   */
  readonly set?: HeaderValues;
  /**
   * Headers that are added to present ones.
   * @default - none
   */
  readonly add?: HeaderValues;
  /**
   * Headers that are removed.
   * @default - none
   */
  readonly remove?: string[];
}

/**
 * Changes of headers by the proxy of the caller. Values are literal text.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers
 */
export interface HeaderChanges {
  /** @default - none */
  readonly request?: HeaderOperations;
  /** @default - none */
  readonly response?: HeaderOperations;
}

const VALUES: Property<HeaderValues | undefined> = {
  validate: (path, values = {}) => {
    Object.entries(values).forEach(([name, value]) => {
      requireChangeable(path, name);
      requireValue(path, name, value);
    });
  },
  keyOf: values => values && Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)),
};

const OPERATIONS: PropertyTable<HeaderOperations> = {
  set: VALUES,
  add: VALUES,
  remove: {
    validate: (path, names = []) => {
      names.forEach(name => {
        requireChangeable(path, name);
      });
    },
    keyOf: names => names && [...names].sort(),
  },
};

const OPERATIONS_OF_ONE_SIDE: Property<HeaderOperations | undefined> = {
  validate: (path, operations) => {
    nested(OPERATIONS).validate(path, operations);
    const names = operations
      ? [...Object.keys(operations.set ?? {}), ...Object.keys(operations.add ?? {}), ...(operations.remove ?? [])]
      : undefined;
    const twice = names?.find((name, index) => names.indexOf(name) < index);
    if (names?.length === 0 || twice !== undefined) {
      throw new ValidationError({
        code: twice === undefined ? 'NoEffect' : 'Contradiction',
        path,
        summary:
          twice === undefined ? 'The header changes are empty.' : `The header ${twice} is changed in two ways at once.`,
        fix: twice === undefined ? 'Name headers, or leave the changes out.' : 'Set, add or remove it.',
      });
    }
  },
  keyOf: nested(OPERATIONS).keyOf,
};

/** The rules of header changes. */
export const HEADER_CHANGES: PropertyTable<HeaderChanges> = {
  request: OPERATIONS_OF_ONE_SIDE,
  response: OPERATIONS_OF_ONE_SIDE,
};

/** The number of headers in a list of an HTTPRoute. */
const MOST = 16;

/** Rejects header changes that a route of an edge cannot have. */
export function validateHeaderChanges(path: string, changes: HeaderChanges | undefined): void {
  nested(HEADER_CHANGES).validate(path, changes);
  for (const { set = {}, add = {}, remove = [] } of [changes?.request, changes?.response].filter(isDeclared)) {
    const [empty] = Object.entries({ ...set, ...add }).filter(([, value]) => value === '');
    if (empty) {
      throw new ValidationError({
        code: 'InvalidText',
        path,
        summary: `The value of ${empty[0]} is empty, and an HTTPRoute cannot set empty values.`,
        fix: 'Give a value, or remove the header.',
      });
    }
    const most = Math.max(...[Object.keys(set), Object.keys(add), remove].map(({ length }) => length));
    if (most > MOST) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `${most} headers are changed in one way, and an HTTPRoute can have ${MOST}.`,
        fix: 'Change fewer headers.',
      });
    }
  }
}

function isDeclared(operations: HeaderOperations | undefined): operations is HeaderOperations {
  return operations !== undefined;
}

/** Whether header changes change anything. */
export function changesHeaders(changes: HeaderChanges | undefined): boolean {
  return changes !== undefined && namesIn(changes).some(name => changes[name] !== undefined);
}

/** Headers that proxies set themselves, and by which workloads identify their callers. */
const RESERVED = /^(host|connection|transfer-encoding|content-length|upgrade|te|x-forwarded-client-cert)$|^x-envoy-/;

/** Rejects a header that proxies set themselves. */
export function requireChangeable(path: string, name: string): void {
  requireHeaderName(path, name);
  if (RESERVED.test(name)) {
    throw new ValidationError({
      code: 'InvalidHeader',
      path,
      summary: `The header "${name}" belongs to the proxies, which set it or depend on it.`,
      fix: name === 'host' ? 'Use `rewrite: { host }`.' : 'Use another header.',
    });
  }
}

function requireValue(path: string, name: string, value: string): void {
  if (!/^[^\0-\x08\n-\x1f\x7f]*$/.test(value) || value.trim() !== value) {
    throw new ValidationError({
      code: 'InvalidText',
      path,
      summary: `${JSON.stringify(value)}, the value of ${name}, has surrounding whitespace or control characters.`,
      fix: 'Give the value as it is to be received.',
    });
  }
}
