import type { Call } from './call';
import { duplicate } from './duplicate';
import { ValidationError } from './validation-error';
import type { ContainerProps } from './workload/container';
import { inOrderOfReference, referencesIn } from './workload/env';

/**
 * Two calls to one port need disjoint operations, and a variable has one value.
 * @param workloads how the versions of the caller run
 */
export function rejectAmbiguity(
  path: string,
  call: Call,
  others: readonly Call[],
  workloads: readonly ContainerProps[],
): void {
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
  rejectTakenVariables(path, call, others, workloads);
}

/** Rejects a variable of the caller that has a value already, and variables that refer to each other. */
function rejectTakenVariables(
  path: string,
  call: Call,
  others: readonly Call[],
  workloads: readonly ContainerProps[],
): void {
  const { caller } = call;
  const variables = call.addressVariables;
  for (const [name, value] of Object.entries(variables)) {
    const other = others.find(
      each => Object.hasOwn(each.addressVariables, name) && each.addressVariables[name] !== value,
    );
    const inWorkload = workloads.some(({ env = {} }) => Object.hasOwn(env, name));
    if (other ?? inWorkload) {
      throw duplicate(
        path,
        `The variable ${name} of ${caller.name} has a value `
          + `already${other ? `, the address of ${other.callee.name}` : ''}.`,
        'Use another variable, or leave it out of `env`: calls set it.',
      );
    }
  }
  // A circle of references that was not there before passes through a new variable.
  if (Object.values(variables).some(value => referencesIn(value).length > 0)) {
    const addresses = Object.assign({}, ...others.map(each => each.addressVariables)) as Record<string, string>;
    workloads.forEach(({ env }) => inOrderOfReference(path, { ...env, ...addresses, ...variables }));
  }
}

function overlap(a: Call, b: Call): boolean {
  return (
    !a.allowedOperations
    || !b.allowedOperations
    || a.allowedOperations.some(mine => b.allowedOperations?.some(theirs => mine.overlaps(theirs)))
  );
}
