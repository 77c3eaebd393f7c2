import { ValidationError } from './validation-error';

/** A key that only this folder has: constructors that require it cannot be called from elsewhere. */
export const DECLARING: unique symbol = Symbol('cdk8s-cardinal.declaring');

/** The type of {@link DECLARING}. */
export type Declaring = typeof DECLARING;

/** Rejects `new` for what belongs to a topology: the topology would not contain it and would not render it. */
export function requireDeclaring(declaring: unknown, what: string, declaration: string): void {
  if (declaring !== DECLARING) {
    throw new ValidationError({
      code: 'NotDeclared',
      path: what,
      summary: `The ${what} was made with \`new\`, so it is not part of a topology and would not be rendered.`,
      fix: `Declare it with \`${declaration}\`.`,
    });
  }
}
