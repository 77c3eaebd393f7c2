import type { Field } from '../../../manifests';
import { problem, type Problem } from '../check';

/** Targets for which ADD and REMOVE are ignored. */
export const ROUTES = ['ROUTE_CONFIGURATION', 'HTTP_ROUTE'];

/** Targets that REPLACE supports. */
export const REPLACEABLE = ['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST'];

export function* patches(
  specs: readonly Field[],
  operation: string,
  isWrong: (applyTo: string) => boolean,
  message: string,
  fix: string,
): Iterable<Problem> {
  for (const patch of specs.flatMap(spec => spec.get('configPatches').items)) {
    const applyTo = patch.get('applyTo').text;
    if (patch.get('patch', 'operation').text === operation && isWrong(applyTo)) {
      yield problem(patch.get('patch', 'operation'), `${message} ${applyTo}.`, fix);
    }
  }
}

/** Whether a patch is positioned relative to a filter that another EnvoyFilter may add. */
export function isRelative(patch: Field): boolean {
  const applyTo = patch.get('applyTo').text;
  switch (patch.get('patch', 'operation').text) {
    case 'INSERT_BEFORE':
    case 'INSERT_AFTER':
      return true;
    case 'REMOVE':
      return !ROUTES.includes(applyTo);
    case 'REPLACE':
      return REPLACEABLE.includes(applyTo);
    default:
      return false;
  }
}
