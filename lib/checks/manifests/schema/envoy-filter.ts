import { Kind } from '../../../manifests';
import { validity } from './rules';

/** What a patch is for, and the match that goes with it. */
const MATCHES: Readonly<Record<string, string>> = {
  CLUSTER: 'cluster', ROUTE_CONFIGURATION: 'routeConfiguration', VIRTUAL_HOST: 'routeConfiguration', HTTP_ROUTE: 'routeConfiguration',
  LISTENER: 'listener', FILTER_CHAIN: 'listener', NETWORK_FILTER: 'listener', HTTP_FILTER: 'listener', LISTENER_FILTER: 'listener',
};
const KINDS = ['cluster', 'listener', 'routeConfiguration'];

export const invalidEnvoyFilter = validity(
  Kind.ENVOY_FILTER,
  'Each patch says what it is for, what it matches by an object of that kind, and what it does; all but REMOVE have a value.',
  ({ spec }, complain) => {
    for (const patch of spec.get('configPatches').items) {
      const applyTo = patch.get('applyTo').text;
      const operation = patch.get('patch', 'operation');
      if (applyTo === '' || applyTo === 'INVALID') {
        complain(patch, 'It does not say what it is for.', 'Add `applyTo`.');
      }
      if (!patch.get('patch').exists) {
        complain(patch, 'It does not say what to do.', 'Add `patch: { operation, value }`.');
      } else if (operation.text === '' || operation.text === 'INVALID') {
        complain(patch.get('patch'), 'It does not say what to do.', 'Add `operation`.');
      } else if (operation.text !== 'REMOVE' && !patch.get('patch', 'value').exists) {
        complain(patch.get('patch'), `${operation.text} needs a value.`, 'Add `value`.');
      }
      const wanted = Object.hasOwn(MATCHES, applyTo) ? MATCHES[applyTo] : undefined;
      for (const kind of wanted ? KINDS.filter(each => each !== wanted && patch.get('match', each).exists) : []) {
        complain(patch.get('match', kind), `${applyTo} is matched by ${wanted}, and not by ${kind}.`, `Write \`match: { ${wanted}: … }\`.`);
      }
    }
  },
);
