import { Mistake } from './mistake';

/** What only the declarations of a topology have: constructors that take it cannot be called from outside of this folder. */
export const DECLARING: unique symbol = Symbol('cdk8s-cardinal.declaring');

/** The type of {@link DECLARING}. */
export type Declaring = typeof DECLARING;

/** Refuses to construct by `new` what belongs to a topology, which would not have it and would render none of it. */
export function requireDeclaring(declaring: unknown, what: string, declaration: string): void {
  if (declaring !== DECLARING) {
    throw new Mistake({
      code: 'NotDeclared',
      where: what,
      problem: `The ${what} was made with \`new\`, so it is part of no topology and nothing of it would be rendered.`,
      remedy: `Declare it with \`${declaration}\`.`,
    });
  }
}
