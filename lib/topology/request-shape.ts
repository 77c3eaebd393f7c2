import { Mistake } from './mistake';
import { requireHeaderName, requireOrdinaryName } from './names';

/** What a request must look like to be passed on. What does not is answered with 400. */
export interface RequestShape {
  /**
   * Query parameters that must be there.
   * @default - none
   */
  readonly query?: string[];
  /**
   * Headers that must be there.
   * @default - none
   */
  readonly headers?: string[];
  /**
   * The JSON schema, draft 4, that a JSON body must satisfy.
   * @default - any body
   */
  readonly body?: { readonly [keyword: string]: unknown };
}

/** Refuses a shape that says nothing, or that no request could have. */
export function requireTenableShape(where: string, shape: RequestShape | undefined): void {
  if (!shape) {
    return;
  }
  shape.query?.forEach(name => requireOrdinaryName(where, name));
  shape.headers?.forEach(name => requireHeaderName(where, name));
  if (!shape.body && !shape.headers?.length && !shape.query?.length) {
    throw new Mistake({ code: 'EmptyShape', where, problem: 'The required shape requires nothing.', remedy: 'Name query parameters, headers or a body schema, or leave it out.' });
  }
}
