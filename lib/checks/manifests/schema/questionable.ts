import { type Cluster, type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';

export const questionable: Check = {
  id: 'Questionable',
  severity: Severity.WARNING,
  covers: ['IST0133'],
  summary: 'Something that Istio takes with a warning',
  explanation: 'It works, and not as it reads: a DENY rule by attributes of requests also closes all TCP ports; a selector without labels is for everything; certificates beside PASSTHROUGH are ignored; a host that is listed twice; '
    + 'fields that are deprecated.',
  *find(cluster) {
    yield* denials(cluster);
    yield* emptySelectors(cluster);
    yield* certificates(cluster);
    yield* repeatedHosts(cluster);
    yield* deprecatedFields(cluster);
  },
};

export const internals: Check = {
  id: 'Internals',
  severity: Severity.INFO,
  covers: ['IST0133'],
  summary: 'An EnvoyFilter changes what is inside of Istio',
  explanation: 'What it patches may look different in the next version: test it before each upgrade, and prefer an API of Istio where there is one.',
  *find(cluster) {
    for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
      yield problem(filter.spec.get('configPatches'), 'It patches the configuration of Envoy, which may look different in the next version of Istio.', 'Test it before each upgrade.');
    }
  },
};

/** A rule that asks for requests alone matches TCP connections by nothing, and DENY takes that for a match. */
function* denials(cluster: Cluster): Iterable<Problem> {
  for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY).filter(each => each.spec.get('action').text === 'DENY')) {
    for (const rule of policy.spec.get('rules').items) {
      const [from, to] = [rule.get('from').items.map(each => each.get('source')), rule.get('to').items.map(each => each.get('operation'))];
      const knowsCallers = from.some(source => ['principals', 'notPrincipals', 'ipBlocks', 'notIpBlocks', 'namespaces', 'notNamespaces', 'remoteIpBlocks', 'notRemoteIpBlocks', 'serviceAccounts', 'notServiceAccounts'].some(name => source.get(name).exists));
      const knowsPorts = to.some(operation => ['ports', 'notPorts'].some(name => operation.get(name).exists));
      if ((from.length > 0 && to.length === 0 && !knowsCallers) || (to.length > 0 && !knowsPorts)) {
        yield problem(rule, 'The rule asks for requests alone, and so closes all TCP ports of the pods.', 'Name the ports that it is for.');
      }
    }
  }
}

function* emptySelectors(cluster: Cluster): Iterable<Problem> {
  const selectors: Field[] = [
    ...[Kind.AUTHORIZATION_POLICY, Kind.REQUEST_AUTHENTICATION, Kind.PEER_AUTHENTICATION, Kind.TELEMETRY, Kind.WASM_PLUGIN].flatMap(type => cluster.all(type)).map(each => each.spec.get('selector')).filter(each => each.get('matchLabels').entries.length === 0),
    ...[Kind.SIDECAR, Kind.SERVICE_ENTRY].flatMap(type => cluster.all(type)).map(each => each.spec.get('workloadSelector')).filter(each => each.get('labels').entries.length === 0),
  ];
  for (const selector of selectors.filter(each => each.exists)) {
    yield problem(selector, 'A selector without labels is for everything in the namespace.', 'Give it labels, or leave it out.');
  }
}

function* certificates(cluster: Cluster): Iterable<Problem> {
  for (const tls of cluster.all(Kind.ISTIO_GATEWAY).flatMap(each => each.spec.get('servers').items).map(each => each.get('tls')).filter(each => ['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(each.get('mode').text) || !each.get('mode').exists)) {
    for (const name of ['serverCertificate', 'privateKey', 'caCertificates', 'credentialName'].filter(each => tls.get(each).text !== '')) {
      yield problem(tls.get(name), `The gateway passes TLS on as it is, and uses no ${name}.`, 'Set mode: SIMPLE, or remove it.');
    }
  }
}

function* repeatedHosts(cluster: Cluster): Iterable<Problem> {
  for (const listener of cluster.all(Kind.SIDECAR).flatMap(each => each.spec.get('egress').items)) {
    const seen = new Set<string>();
    for (const host of listener.get('hosts').items) {
      const [scope = '', name = ''] = host.text.split('/');
      const key = `${scope === '.' ? host.resource.namespace : scope}/${name}`;
      if (scope !== '~' && (seen.has(key) || seen.has(`${key.split('/')[0]}/*`))) {
        yield problem(host, `"${host.text}" is there already.`, 'Remove it.');
      }
      seen.add(key);
    }
  }
}

function* deprecatedFields(cluster: Cluster): Iterable<Problem> {
  for (const rule of cluster.all(Kind.VIRTUAL_SERVICE).flatMap(each => each.spec.get('http').items).map(each => each.get('mirrorPercent')).filter(each => each.exists)) {
    yield problem(rule, '`mirrorPercent` is deprecated.', 'Write `mirrorPercentage: { value: … }`.');
  }
  for (const errors of cluster.all(Kind.DESTINATION_RULE).map(each => each.spec.get('trafficPolicy', 'outlierDetection', 'consecutiveErrors')).filter(each => (each.number ?? 0) !== 0)) {
    yield problem(errors, '`consecutiveErrors` is deprecated.', 'Use consecutive5xxErrors or consecutiveGatewayErrors.');
  }
  for (const entry of cluster.all(Kind.SERVICE_ENTRY).filter(each => each.spec.get('addresses').items.length === 0)) {
    for (const port of entry.spec.get('ports').items.filter(each => ['', 'TCP'].includes(each.get('protocol').text)).slice(0, allocates(entry.labels, entry.spec) ? 0 : 1)) {
      yield problem(port, 'A TCP port needs addresses, since the entry gets none by itself.', 'Give `addresses`.');
    }
  }
}

/** Whether Istio gives an entry an address by itself: not where a label says no, nor without resolution or for a wildcard. */
function allocates(labels: Readonly<Record<string, string>>, spec: Field): boolean {
  return labels['networking.istio.io/enable-autoallocate-ip'] !== 'false' && !['', 'NONE'].includes(spec.get('resolution').text) && !spec.get('hosts').texts.every(each => each.startsWith('*'));
}
