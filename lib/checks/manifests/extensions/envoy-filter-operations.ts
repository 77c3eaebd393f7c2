import { type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';

/** Targets for which ADD and REMOVE are ignored. */
const ROUTES = ['ROUTE_CONFIGURATION', 'HTTP_ROUTE'];
/** Targets that REPLACE supports. */
const REPLACEABLE = ['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST'];

export const envoyFilterReplace: Check = {
  id: 'EnvoyFilterReplace',
  severity: Severity.ERROR,
  covers: ['IST0152'],
  summary: 'An EnvoyFilter uses REPLACE on an unsupported target',
  explanation: 'REPLACE supports network filters, HTTP filters and virtual hosts; elsewhere the patch is ignored.',
  find: cluster => patches(cluster.all(Kind.ENVOY_FILTER).map(each => each.spec), 'REPLACE', each => !REPLACEABLE.includes(each),
    'REPLACE is ignored for', 'Use MERGE, or REMOVE and ADD.'),
};

export const envoyFilterAdd: Check = {
  id: 'EnvoyFilterAdd',
  severity: Severity.ERROR,
  covers: ['IST0153'],
  summary: 'An EnvoyFilter uses ADD on an unsupported target',
  explanation: 'ADD is ignored for route configurations and HTTP routes.',
  find: cluster => patches(cluster.all(Kind.ENVOY_FILTER).map(each => each.spec), 'ADD', each => ROUTES.includes(each), 'ADD is ignored for', 'Use INSERT_FIRST, INSERT_BEFORE or MERGE.'),
};

export const envoyFilterRemove: Check = {
  id: 'EnvoyFilterRemove',
  severity: Severity.ERROR,
  covers: ['IST0154'],
  summary: 'An EnvoyFilter uses REMOVE on an unsupported target',
  explanation: 'REMOVE is ignored for route configurations and HTTP routes.',
  find: cluster => patches(cluster.all(Kind.ENVOY_FILTER).map(each => each.spec), 'REMOVE', each => ROUTES.includes(each), 'REMOVE is ignored for', 'Remove the virtual host, or change it with MERGE.'),
};

function* patches(specs: readonly Field[], operation: string, isWrong: (applyTo: string) => boolean, message: string, fix: string): Iterable<Problem> {
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
    case 'INSERT_AFTER': return true;
    case 'REMOVE': return !ROUTES.includes(applyTo);
    case 'REPLACE': return REPLACEABLE.includes(applyTo);
    default: return false;
  }
}
