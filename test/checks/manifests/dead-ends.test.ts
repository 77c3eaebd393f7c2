import fc from 'fast-check';
import { checkManifests, checkObjects, type ManifestFinding } from '../../../lib/checks';
import {
  contextOf,
  type Message,
  requestFromInternet,
  type SimulationResult,
  Unsimulated,
} from '../../../lib/dataplane';
import { isPathTemplate, matchesTemplate } from '../../../lib/dataplane/policies/path-template';
import { Cluster, matchesPattern, operationsOf, resourcesOf } from '../../../lib/manifests';

const FAMILY = ['UnreachableRoute', 'FailingRoute'];
const FINDINGS = [...FAMILY, 'RewrittenPath'];

const object = (apiVersion: string, kind: string, name: string, namespace: string, rest: object) => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...rest,
});
const istio = (kind: string, name: string, spec: object, namespace = 'shop') =>
  object('networking.istio.io/v1', kind, name, namespace, { spec });
const security = (kind: string, name: string, spec: object, namespace: string) =>
  object('security.istio.io/v1', kind, name, namespace, { spec });
const pods = (name: string, namespace: string) =>
  object('apps/v1', 'Deployment', name, namespace, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, version: 'v1' } },
        spec: { serviceAccountName: name, containers: [{ name: 'istio-proxy', image: 'x' }] },
      },
    },
  });
const service = (name: string, namespace: string, ports: object[], annotations: object = {}) => ({
  ...object('v1', 'Service', name, namespace, { spec: { selector: { app: name }, ports } }),
  metadata: { name, namespace, annotations },
});

const WORLD = [
  ...['shop', 'edge'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'istio-injection': 'enabled' } },
  })),
  pods('web', 'shop'),
  pods('own', 'shop'),
  pods('gate', 'edge'),
  service('web', 'shop', [
    { name: 'http', port: 80 },
    { name: 'tls', port: 443 },
  ]),
  service('own', 'shop', [{ name: 'http', port: 80 }], { 'networking.istio.io/exportTo': '.' }),
  service('gate', 'edge', [
    { name: 'http', port: 80 },
    { name: 'https', port: 443 },
  ]),
  istio('ServiceEntry', 'api', {
    hosts: ['api.example'],
    ports: [{ number: 443, name: 'https', protocol: 'HTTPS' }],
    resolution: 'DNS',
  }),
];

const HOSTS = ['a.example', 'b.example', 'c.a.example'];
const patterns = fc.subarray(['a.example', 'b.example', '*.example', '*.a.example'], { minLength: 1, maxLength: 2 });
const server = fc.oneof(
  fc.record({ port: fc.constant({ number: 80, name: 'http', protocol: 'HTTP' }), hosts: patterns }),
  fc.record({
    port: fc.constant({ number: 443, name: 'https', protocol: 'HTTPS' }),
    tls: fc.constant({ mode: 'SIMPLE', credentialName: 'cert' }),
    hosts: patterns,
  }),
  fc.record({
    port: fc.constant({ number: 443, name: 'tls', protocol: 'TLS' }),
    tls: fc.constant({ mode: 'PASSTHROUGH' }),
    hosts: patterns,
  }),
);
const destination = fc.constantFrom<object>(
  { host: 'web', port: { number: 80 } },
  { host: 'web', port: { number: 80 } },
  { host: 'web', port: { number: 443 } },
  { host: 'web', port: { number: 80 }, subset: 'v1' },
  { host: 'own', port: { number: 80 } },
  { host: 'api.example', port: { number: 443 } },
);
const match = fc.constantFrom<object>(
  { uri: { prefix: '/' } },
  { uri: { prefix: '/x' } },
  { uri: { exact: '/x/y' }, method: { exact: 'POST' } },
  { port: 80 },
  { port: 443, uri: { prefix: '/' } },
  { gateways: ['g'], uri: { prefix: '/' } },
  { uri: { regex: '/x/(y|z)' } },
);
const rewrite = fc.constantFrom<object>(
  { uri: '/' },
  { uri: '/v' },
  { uri: '/v/' },
  { authority: 'd.example' },
  { uriRegexRewrite: { match: '^/x', rewrite: '/v' } },
);
const httpRule = fc
  .tuple(
    fc.option(fc.array(match, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    destination,
    fc.option(rewrite, { nil: undefined, freq: 2 }),
  )
  .map(([matches, to, rewritten]) => ({
    ...(matches ? { match: matches } : {}),
    ...(rewritten ? { rewrite: rewritten } : {}),
    route: [{ destination: to }],
  }));
const tlsRule = (sniHosts: string[]) =>
  destination.map(to => ({ match: [{ sniHosts }], route: [{ destination: to }] }));
const maybe = (probability: number, ...objects: object[]) =>
  fc.option(fc.constantFrom(...objects), { nil: undefined, freq: probability });
const subset = (namespace: string) =>
  istio(
    'DestinationRule',
    namespace,
    { host: 'web.shop.svc.cluster.local', subsets: [{ name: 'v1', labels: { version: 'v1' } }] },
    namespace,
  );
const policy = (app: string, namespace: string) =>
  fc
    .constantFrom<object>(
      {},
      { rules: [{ from: [{ source: { principals: ['cluster.local/ns/edge/sa/gate'] } }] }] },
      { rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }] },
      { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] },
      { action: 'DENY', rules: [{ to: [{ operation: { ports: ['80'] } }] }] },
      { action: 'DENY', rules: [{ from: [{ source: { namespaces: ['edge'] } }] }] },
      { action: 'DENY', rules: [{ to: [{ operation: { paths: ['/x*'] } }] }] },
      ...[['/x*'], ['/x'], ['/v*'], ['/v/y'], ['/v/{*}'], ['*/y']].map(paths => ({
        rules: [{ to: [{ operation: { paths } }] }],
      })),
      ...['/x/y', '/v/y'].map(path => ({ action: 'DENY', rules: [{ to: [{ operation: { paths: [path] } }] }] })),
      ...[['d.example'], ['*.example'], ['a.example']].map(hosts => ({ rules: [{ to: [{ operation: { hosts } }] }] })),
    )
    .map(spec => security('AuthorizationPolicy', 'p', { selector: { matchLabels: { app } }, ...spec }, namespace));

const world = fc
  .record({
    g: fc.array(server, { minLength: 1, maxLength: 2 }),
    h: fc.array(server, { minLength: 1, maxLength: 2 }),
    hosts: patterns,
    gateways: fc.subarray(['g', 'h'], { minLength: 1 }),
    exportTo: fc.option(fc.constantFrom(['.'], ['edge'], ['*']), { nil: undefined, freq: 3 }),
    http: fc.array(httpRule, { maxLength: 3 }),
    tls: fc.boolean(),
    others: fc.tuple(
      maybe(2, subset('shop')),
      maybe(3, subset('edge'), istio('DestinationRule', 'limit', { host: 'web.shop.svc.cluster.local' }, 'edge')),
      maybe(
        2,
        ...['SIMPLE', 'DISABLE'].map(mode =>
          istio('DestinationRule', 'api', { host: 'api.example', trafficPolicy: { tls: { mode } } }),
        ),
      ),
      fc.option(fc.oneof(policy('web', 'shop'), policy('gate', 'edge')), { nil: undefined, freq: 2 }),
      maybe(
        3,
        ...['STRICT', 'DISABLE'].map(mode => security('PeerAuthentication', 'default', { mtls: { mode } }, 'shop')),
      ),
      maybe(
        4,
        object('networking.k8s.io/v1', 'NetworkPolicy', 'n', 'shop', {
          spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'], ingress: [] },
        }),
      ),
    ),
  })
  .chain(each =>
    tlsRule(each.hosts).map(tls => [
      ...WORLD,
      istio('Gateway', 'g', { selector: { app: 'gate' }, servers: each.g }),
      istio('Gateway', 'h', { selector: { app: 'gate' }, servers: each.h }),
      istio('VirtualService', 'v', {
        hosts: each.hosts,
        gateways: each.gateways,
        exportTo: each.exportTo,
        ...(each.http.length > 0 ? { http: each.http } : {}),
        ...(each.tls || each.http.length === 0 ? { tls: [tls] } : {}),
      }),
      ...each.others.filter(other => other !== undefined),
    ]),
  );

const REQUESTS: Message[] = ['http', 'https'].flatMap(scheme =>
  HOSTS.flatMap(host =>
    ['/', '/x', '/x/y', '/x/z', '/xv', '/y', '/v', '/v/y', '/vx'].flatMap(path =>
      ['GET', 'POST'].map(method => ({
        scheme,
        host,
        path,
        method,
        port: scheme === 'http' ? 80 : 443,
        query: '',
        headers: {},
      })),
    ),
  ),
);

interface Sent {
  readonly message: Message;
  /** Undefined where it is not known, or where Gateways claim one host twice. */
  readonly result?: SimulationResult;
}

function send(cluster: Cluster): Sent[] {
  const context = contextOf(cluster);
  return REQUESTS.map(message => {
    try {
      return { message, result: requestFromInternet(message, { hasCertificate: false }, context) };
    } catch (error) {
      expect(error).toBeInstanceOf(Unsimulated);
      return { message };
    }
  });
}

const ruleOf = ({ result }: Sent) => (result?.rule?.resource.name === 'v' ? String(result.rule) : undefined);
const arrives = ({ result }: Sent) =>
  result?.outcomes.some(({ workload, outside }) => workload !== undefined || outside !== undefined) === true;

/** The requests that a finding is about, which must not exist, or not arrive. */
function contradictions(
  { id, object: { kind, namespace }, field, message }: ManifestFinding,
  hosts: string[],
  sent: Sent[],
  cluster: Cluster,
): Sent[] {
  if (id === 'RewrittenPath') {
    const [pattern = ''] = cluster
      .all('AuthorizationPolicy.security.istio.io')
      .flatMap(operationsOf)
      .flatMap(each => each.get('paths').items)
      .flatMap(each => (String(each) === field ? [each.text] : []));
    const matches = (path: string) =>
      isPathTemplate(pattern) ? matchesTemplate(pattern, path) : matchesPattern(pattern, path);
    return sent.filter(
      each =>
        ruleOf(each) !== undefined
        && (namespace === 'edge'
          ? matches(each.message.path)
          : each.result?.outcomes.some(({ message: arrived }) => arrived && matches(arrived.path)) === true),
    );
  }
  const isOnIt = (each: Sent) => ruleOf(each)?.startsWith(field) === true;
  if (kind === 'VirtualService') {
    const [, index] = /^spec\.hosts\[(\d+)\]$/.exec(field) ?? [];
    return index !== undefined
      ? sent.filter(each => ruleOf(each) !== undefined && each.message.host === hosts[Number(index)])
      : field === 'spec.exportTo'
        ? sent.filter(each => ruleOf(each) !== undefined)
        : id === 'UnreachableRoute'
          ? sent.filter(isOnIt)
          : sent.filter(each => ruleOf(each) === field.replace(/\.route.*$/, '') && arrives(each));
  }
  return sent.filter(
    each =>
      ruleOf(each) !== undefined
      && (namespace === 'edge'
        ? message.includes(
            `${ruleOf(each)?.startsWith('spec.http') ? 'requests' : 'connections'} that arrive on port ${each.message.port}:`,
          ) && arrives(each)
        : each.result?.outcomes.some(({ workload }) => workload?.name === 'web') === true),
  );
}

const inspected = (objects: object[]) => {
  const cluster = new Cluster(resourcesOf(objects as Parameters<typeof resourcesOf>[0]));
  const { findings } = checkManifests(cluster);
  const [virtualService] = cluster.all('VirtualService.networking.istio.io');
  return { cluster, findings, hosts: virtualService?.spec.get('hosts').texts ?? [], virtualService };
};

test('no request contradicts a finding: it is routed elsewhere, or it fails', () => {
  fc.assert(
    fc.property(world, objects => {
      const { cluster, findings, hosts } = inspected(objects);
      const sent = send(cluster);
      for (const finding of findings.filter(each => FINDINGS.includes(each.id))) {
        const found = contradictions(finding, hosts, sent, cluster).map(({ message, result }) => ({
          finding,
          message,
          result,
        }));
        expect(found).toEqual([]);
      }
    }),
    { numRuns: 80 },
  );
});

/** Other checks explain why a rule of the VirtualService gets no request, or why its requests fail. */
const OTHERS = [
  'UnreachableRule',
  'HostNotInGateway',
  'OverlappingGateways',
  'ConflictingGateways',
  'UnknownDestination',
  'UnknownSubset',
  'InvalidVirtualService',
  'InvalidDestinationRule',
  'IneffectiveMatch',
];

test('a request arrives by each rule without a finding', () => {
  fc.assert(
    fc.property(world, objects => {
      const { cluster, findings, virtualService } = inspected(objects);
      const isReported = findings.some(each => [...FAMILY, ...OTHERS].includes(each.id));
      const sent = isReported ? [] : send(cluster);
      if (sent.length === 0 || sent.some(each => each.result === undefined)) {
        return;
      }
      const rules = ['http', 'tls'].flatMap(each => virtualService?.spec.get(each).items ?? []).map(String);
      const reached = new Set(sent.filter(arrives).map(ruleOf));
      expect({ rules, missing: rules.filter(each => !reached.has(each)) }).toEqual({ rules, missing: [] });
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test.each([
  ['in the mesh of Istio', { labels: { 'istio-injection': 'enabled' } }, 1],
  ['in the mesh of Linkerd', { annotations: { 'linkerd.io/inject': 'enabled' } }, 0],
  ['in both', { labels: { 'istio-injection': 'enabled' }, annotations: { 'linkerd.io/inject': 'enabled' } }, 0],
  ['in no mesh', {}, 0],
])('a rule of a Service without a backend fails with Istio alone: %s', (_, metadata, count) => {
  const { findings } = checkObjects([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...metadata } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { ports: [{ name: 'http', port: 80 }] },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { parentRefs: [{ group: '', kind: 'Service', name: 'web' }], rules: [{}] },
    },
  ]);

  expect(findings.filter(each => each.id === 'FailingRoute')).toHaveLength(count);
});
