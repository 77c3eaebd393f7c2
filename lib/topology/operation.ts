import { PathPattern } from './path-pattern';
import { ValidationError } from './validation-error';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** An operation of a service: an HTTP method (or any) and a path. */
export class Operation {
  /** From `METHOD /path`, e.g. `GET /product/{id}`, `ANY /static/{file+}`, `GET /files/*`. */
  static http(text: string): Operation {
    return Operation.parse('operation', text);
  }

  /** From `METHOD /path`; `where` is the path in the error if that is malformed. */
  static parse(where: string, text: string): Operation {
    const [method = '', path = '', ...rest] = text.split(' ');
    if (rest.length > 0 || (method !== 'ANY' && !METHODS.includes(method))) {
      throw new ValidationError({
        code: 'InvalidOperation',
        path: where,
        summary: `"${text}" is not an operation.`,
        fix: `Write a method (${METHODS.join(', ')} or ANY), one space and a path, e.g. "GET /product/{id}".`,
      });
    }
    const pattern = new PathPattern(where, path);
    rejectRepeatedParameters(where, pattern);
    return new Operation(method === 'ANY' ? undefined : method, pattern);
  }

  private constructor(
    /** The HTTP method; undefined is any. */
    readonly method: string | undefined,
    /** The path, with its parameters. */
    readonly path: PathPattern,
  ) {}

  /** The same method on another path. */
  at(path: PathPattern): Operation {
    return new Operation(this.method, path);
  }

  /** Whether a request can have the method of both. */
  sharesMethod(other: Operation): boolean {
    return !this.method || !other.method || this.method === other.method;
  }

  /** Whether a request can match both. */
  overlaps(other: Operation): boolean {
    return this.sharesMethod(other) && this.path.overlaps(other.path);
  }

  /** Whether it matches every request that another matches. */
  covers(other: Operation): boolean {
    return (!this.method || this.method === other.method) && this.path.covers(other.path);
  }

  /** The requests it matches, as text: equal for operations that differ in the names of parameters alone. */
  get requests(): string {
    return `${this.method ?? 'ANY'} ${this.path.toRegex()}`;
  }

  /** As it is declared: `METHOD /path`. */
  toString(): string {
    return `${this.method ?? 'ANY'} ${this.path.text}`;
  }
}

function rejectRepeatedParameters(where: string, { text, parameters }: PathPattern): void {
  const repeated = parameters.find((name, at) => parameters.indexOf(name) < at);
  if (repeated !== undefined) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `"${text}" has two parameters named "${repeated}".`,
      fix: 'Give each parameter a name of its own.',
    });
  }
}
