import { requireHeaderName, requireOrdinaryName } from './names';
import { ValidationError } from './validation-error';

/** What a request must contain to be forwarded; the response to any other is 400. */
export interface RequestValidation {
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
export function validateRequestRules(path: string, shape: RequestValidation | undefined): void {
  if (!shape) {
    return;
  }
  shape.query?.forEach(name => requireOrdinaryName(path, name));
  shape.headers?.forEach(name => requireHeaderName(path, name));
  if (!shape.body && !shape.headers?.length && !shape.query?.length) {
    throw new ValidationError({
      code: 'EmptyShape',
      path,
      summary: 'The required shape requires nothing.',
      fix: 'Give query parameters, headers or a body schema, or leave it out.',
    });
  }
}
