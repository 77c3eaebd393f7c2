import { type Cluster, type Field, Kind } from '../../../manifests';
import { problem, type Problem } from '../../manifests/check';

const CALLERS = ['principals', 'ipBlocks', 'namespaces', 'remoteIpBlocks', 'serviceAccounts'].flatMap(name => [
  name,
  `not${name.charAt(0).toUpperCase()}${name.slice(1)}`,
]);
const BY_SELECTOR = [
  Kind.AUTHORIZATION_POLICY,
  Kind.REQUEST_AUTHENTICATION,
  Kind.PEER_AUTHENTICATION,
  Kind.TELEMETRY,
  Kind.WASM_PLUGIN,
  Kind.TRAFFIC_EXTENSION,
  Kind.PROXY_CONFIG,
];
const PRIVATE_PARTS = ['d', 'k', 'p', 'q'];

/** Warnings of Istio about objects that apply to workloads. */
export function* warnedPolicies(cluster: Cluster): Iterable<Problem> {
  yield* denials(cluster);
  yield* emptySelectors(cluster);
  yield* privateKeys(cluster);
  yield* tracing(cluster);
}

/**
 * On TCP ports Istio drops the HTTP conditions of a rule; a DENY rule without other conditions then matches every
 * connection.
 */
function* denials(cluster: Cluster): Iterable<Problem> {
  for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY).filter(each => each.spec.get('action').text === 'DENY')) {
    for (const rule of policy.spec.get('rules').items) {
      const [from, to] = [
        rule.get('from').items.map(each => each.get('source')),
        rule.get('to').items.map(each => each.get('operation')),
      ];
      const knowsCallers = from.some(source => CALLERS.some(name => source.get(name).items.length > 0));
      const knowsPorts = to.some(operation => ['ports', 'notPorts'].some(name => operation.get(name).items.length > 0));
      if ((from.length > 0 && to.length === 0 && !knowsCallers) || (to.length > 0 && !knowsPorts)) {
        yield problem(
          rule,
          'The rule has HTTP attributes only, so it also denies every connection to TCP ports of the pods.',
          'Restrict the rule to ports.',
        );
      }
    }
  }
}

function* emptySelectors(cluster: Cluster): Iterable<Problem> {
  const selectors: [Field, string][] = [
    ...BY_SELECTOR.flatMap(type => cluster.all(type)).map((each): [Field, string] => [
      each.spec.get('selector'),
      'matchLabels',
    ]),
    ...cluster
      .all(Kind.DESTINATION_RULE)
      .map((each): [Field, string] => [each.spec.get('workloadSelector'), 'matchLabels']),
    ...[Kind.SIDECAR, Kind.SERVICE_ENTRY]
      .flatMap(type => cluster.all(type))
      .map((each): [Field, string] => [each.spec.get('workloadSelector'), 'labels']),
  ];
  for (const [selector] of selectors.filter(
    ([selector, labels]) => selector.exists && selector.get(labels).entries.length === 0,
  )) {
    yield problem(
      selector,
      'A selector without labels selects every pod in the namespace.',
      'Add labels, or remove the selector.',
    );
  }
}

/** Read access to such a RequestAuthentication is enough to sign tokens. */
function* privateKeys(cluster: Cluster): Iterable<Problem> {
  for (const keys of cluster
    .all(Kind.REQUEST_AUTHENTICATION)
    .flatMap(each => each.spec.get('jwtRules').items)
    .map(each => each.get('jwks'))
    .filter(each => each.text !== '')) {
    if (keysIn(keys.text).some(key => PRIVATE_PARTS.some(part => part in key))) {
      yield problem(
        keys,
        'The JWKS contains private keys, so any reader of the object can sign tokens.',
        'Include only the public keys.',
      );
    }
  }
}

function keysIn(text: string): object[] {
  try {
    const value: unknown = JSON.parse(text);
    const keys: unknown = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : [value];
    return Array.isArray(keys) ? keys.filter((each: unknown) => typeof each === 'object' && each !== null) : [];
  } catch {
    return [];
  }
}

function* tracing(cluster: Cluster): Iterable<Problem> {
  for (const traces of cluster.all(Kind.TELEMETRY).map(each => each.spec.get('tracing'))) {
    const crowded =
      traces.items.length > 1
        ? traces
        : traces.items.map(each => each.get('providers')).find(each => each.items.length > 1);
    if (crowded) {
      yield problem(crowded, 'Traces are sent to one provider only, and the others are ignored.', 'Keep one provider.');
    }
  }
}
