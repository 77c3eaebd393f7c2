import { ValidationError } from '../topology';

/** Throws for a declaration that Linkerd cannot apply. */
export function refuse({ path }: { readonly path: string }, summary: string, fix: string): never {
  throw new ValidationError({ code: 'Contradiction', path, summary, fix });
}
