import { Mistake } from './mistake';

/** The mistake of a second declaration that would take the place of the first, or that the first leaves nothing for. */
export function duplicate(where: string, problem: string, remedy: string): Mistake {
  return new Mistake({ code: 'Duplicate', where, problem, remedy });
}
