import { ValidationError } from './validation-error';

/** The mistake of a second declaration that would take the place of the first, or that the first leaves nothing for. */
export function duplicate(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'Duplicate', path, summary, fix });
}
