import type { Call } from './call';
import { duplicate } from './duplicate';
import { ValidationError } from './validation-error';

/**
 * Two calls to one port need disjoint operations, and a variable has one value.
 * @param variables the environment variables that the caller's workload sets itself
 */
export function rejectAmbiguity(path: string, call: Call, others: readonly Call[], variables: readonly string[]): void {
  const { caller } = call;
  const twin = others.find(other => other.callee === call.callee && other.port === call.port && overlap(other, call));
  if (twin) {
    throw new ValidationError({
      code: 'DuplicateCall',
      path,
      summary: `${caller.name} has a call to port ${call.port.number} already, and the operations of the two overlap.`,
      fix: 'Declare one call, or limit each by `allowedOperations` to operations of its own, none in both.',
    });
  }
  const name = call.addressEnvVar;
  const other = others.find(each => each.addressEnvVar === name && each.calleeAddress !== call.calleeAddress);
  if (name !== undefined && (other ?? variables.includes(name))) {
    throw duplicate(
      path,
      `The variable ${name} of ${caller.name} has a value `
        + `already${other ? `, the address of ${other.callee.name}` : ''}.`,
      'Use another variable, or leave it out of `env`: calls set it.',
    );
  }
}

function overlap(a: Call, b: Call): boolean {
  return (
    !a.allowedOperations
    || !b.allowedOperations
    || a.allowedOperations.some(mine => b.allowedOperations?.some(theirs => mine.overlaps(theirs)))
  );
}
