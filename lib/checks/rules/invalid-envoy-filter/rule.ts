import { type Field, Kind } from '../../../manifests';
import { isExpression } from '../../manifests/schema/patterns';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkSelector } from '../../manifests/schema/shared';

/** Each `applyTo` with the match member that belongs to it. */
const MATCHES: Readonly<Record<string, string>> = {
  CLUSTER: 'cluster',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
};

const KINDS = ['cluster', 'listener', 'routeConfiguration', 'waypoint'];

const CONNECTION_MANAGERS = ['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager'];

const LONGEST_VERSION = 1024;

export const rule = validity(
  Kind.ENVOY_FILTER,
  'Each patch needs `applyTo`, a match of the corresponding kind and an operation; all operations but '
    + 'REMOVE need a value. Whether Envoy accepts the value is not checked.',
  ({ spec }, complain) => {
    checkSelector(spec.get('workloadSelector', 'labels'), complain);
    spec
      .get('configPatches')
      .items.filter(each => each.get('match', 'context').text !== 'WAYPOINT')
      .forEach(each => checkPatch(each, complain));
  },
);

function checkPatch(patch: Field, complain: Complain): void {
  const applyTo = patch.get('applyTo').text;
  const operation = patch.get('patch', 'operation').text;
  const version = patch.get('match', 'proxy', 'proxyVersion');
  if (applyTo === '' || applyTo === 'INVALID') {
    complain(patch, 'The patch has no `applyTo`.', 'Add `applyTo`.');
  } else if (!patch.get('patch').exists) {
    complain(patch, 'The patch has no operation.', 'Add `patch: { operation, value }`.');
  } else if (operation === '' || operation === 'INVALID') {
    complain(patch.get('patch'), 'The patch has no operation.', 'Add `operation`.');
  } else if (operation !== 'REMOVE' && !patch.get('patch', 'value').exists) {
    complain(patch.get('patch'), `${operation} needs a value.`, 'Add `value`.');
  } else if (version.text.length <= LONGEST_VERSION && !isExpression(version.text)) {
    complain(
      version,
      `"${version.text}" is not a valid RE2 regular expression.`,
      'Use an expression such as ^1\\.31.*.',
    );
  } else {
    checkMatch(patch.get('match'), applyTo, complain);
    checkTypes(applyTo.endsWith('_FILTER') ? patch.get('patch', 'value') : patch.get('none'), complain);
  }
}

/** Typed filter configuration carries its type URL at every depth. */
function checkTypes(value: Field, complain: Complain): void {
  for (const [name, member] of [...value.entries, ...value.items.map((each): [string, Field] => ['', each])]) {
    if (['typed_config', 'typedConfig'].includes(name) && member.exists && member.get('@type').text === '') {
      complain(member, 'The typed configuration has no type URL.', 'Add `"@type": type.googleapis.com/…`.');
    }
    checkTypes(member, complain);
  }
}

function checkMatch(match: Field, applyTo: string, complain: Complain): void {
  const wanted = Object.hasOwn(MATCHES, applyTo) ? MATCHES[applyTo] : undefined;
  const others = wanted ? KINDS.filter(each => each !== wanted && match.get(each).exists) : [];
  others.forEach(kind =>
    complain(
      match.get(kind),
      `${applyTo} requires a match by ${wanted}, not by ${kind}.`,
      `Write \`match: { ${wanted}: … }\`.`,
    ),
  );
  const filter = match.get('listener', 'filterChain', 'filter');
  if (wanted !== 'listener' || others.length > 0 || !filter.exists) {
    return;
  }
  const [name, sub] = [filter.get('name').text, filter.get('subFilter')];
  if (name === '' || (sub.exists && sub.get('name').text === '')) {
    complain(name === '' ? filter : sub, 'The filter match has no name.', 'Add `name`.');
  } else if (sub.exists && (applyTo !== 'HTTP_FILTER' || !CONNECTION_MANAGERS.includes(name))) {
    complain(
      sub,
      'Only HTTP filters of the connection manager can be matched by a subFilter.',
      `Set applyTo: HTTP_FILTER, and the filter's name to ${CONNECTION_MANAGERS[0]}.`,
    );
  }
}
