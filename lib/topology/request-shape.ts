import { Mistake } from './mistake';
import { requireHeaderName, requireOrdinaryName } from './names';

/** What a request must contain to be forwarded; the response to any other is 400. */
export interface RequestShape {
  /**
   * Query parameters that must be present.
   * @default - none
   */
  readonly query?: string[];
  /**
   * Headers that must be present.
   * @default - none
   */
  readonly headers?: string[];
  /**
   * The JSON schema, draft 4, that a JSON body must satisfy.
   * @default - any body
   */
  readonly body?: { readonly [keyword: string]: unknown };
}

/** Rejects an empty requirement, and one that no request could satisfy. */
export function requireTenableShape(where: string, shape: RequestShape | undefined): void {
  if (!shape) {
    return;
  }
  shape.query?.forEach(name => requireOrdinaryName(where, name));
  shape.headers?.forEach(name => requireHeaderName(where, name));
  if (!shape.body && !shape.headers?.length && !shape.query?.length) {
    throw new Mistake({ code: 'EmptyShape', where, problem: 'The required shape requires nothing.', remedy: 'Give query parameters, headers or a body schema, or leave it out.' });
  }
}
