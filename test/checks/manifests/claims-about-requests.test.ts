import fc from 'fast-check';
import { checkManifests, type ManifestFinding } from '../../../lib/checks';
import {
  contextOf,
  type Message,
  requestFrom,
  requestFromInternet,
  type SimulationResult,
  Unsimulated,
} from '../../../lib/dataplane';
import { Cluster, resourcesOf } from '../../../lib/manifests';
import { gatewayApi, istio, meshed, pods, service } from '../../testing/traffic/support';

const TOWN = [
  meshed('shop'),
  meshed('edge'),
  pods('web'),
  service('web'),
  pods('cart', 'v1'),
  pods('cart', 'v2', { replicas: 0 }),
  service('cart'),
  service('empty', 'shop', { selector: { app: 'none' } }),
  pods('gate', 'v1', { namespace: 'edge' }),
  service('gate', 'edge'),
  istio('Gateway', 'g', {
    selector: { app: 'gate' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['a.example', '*.b.example'] }],
  }),
  gatewayApi('Gateway', 'k', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: 'k.example' }],
  }),
];

const SUBSETS = [
  { name: 'v1', labels: { version: 'v1' } },
  { name: 'v2', labels: { version: 'v2' } },
  { name: 'v9', labels: { version: 'v9' } },
];
const destination = fc.constantFrom<object>(
  { host: 'cart', port: { number: 80 } },
  { host: 'cart', port: { number: 80 }, subset: 'v1' },
  { host: 'cart', port: { number: 80 }, subset: 'v9' },
  { host: 'cart', port: { number: 80 }, subset: 'v2' },
  { host: 'cart', port: { number: 80 }, subset: 'lost' },
  { host: 'cart', port: { number: 8443 } },
  { host: 'empty', port: { number: 80 } },
  { host: 'lost', port: { number: 80 } },
);
const match = fc.constantFrom<object>(
  { uri: { prefix: '/' } },
  { uri: { prefix: '/x' } },
  { uri: { prefix: '/x/y' } },
  { uri: { exact: '/x/y' } },
  { uri: { exact: '/x/y' }, method: { exact: 'POST' } },
  { uri: { prefix: '/x' }, method: { exact: 'GET' } },
  { method: { exact: 'GET' } },
  { uri: { regex: '/x.*' } },
  { port: 8443 },
  { sourceNamespace: 'edge' },
);
const rule = fc
  .record({
    matches: fc.option(fc.array(match, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    to: fc.uniqueArray(destination, { minLength: 1, maxLength: 2 }),
    cors: fc.boolean(),
  })
  .map(({ matches, to, cors }) => ({
    ...(matches ? { match: matches } : {}),
    ...(cors ? { corsPolicy: { allowOrigins: [{ exact: 'https://o.example' }] } } : {}),
    route: to.map(each => ({ destination: each, ...(to.length > 1 ? { weight: 50 } : {}) })),
  }));
const policy = fc
  .tuple(
    fc.constantFrom<[string, string]>(['cart', 'shop'], ['gate', 'edge']),
    fc.constantFrom<object>(
      {},
      { rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }] },
      { rules: [{ from: [{ source: { principals: ['cluster.local/ns/edge/sa/gate'] } }] }] },
      { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] },
      { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] },
      { action: 'DENY', rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }] },
    ),
  )
  .map(([[app, namespace], spec]) =>
    istio('AuthorizationPolicy', 'p', { selector: { matchLabels: { app } }, ...spec }, namespace),
  );
const maybe = (...objects: object[]) => fc.option(fc.constantFrom(...objects), { nil: undefined, freq: 2 });
const peer = (mode: string) =>
  istio('PeerAuthentication', 'cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode } });
const sidecar = (host: string) =>
  istio('Sidecar', 'web', { workloadSelector: { labels: { app: 'web' } }, egress: [{ hosts: [host] }] });
const backend = fc.constantFrom<object>(
  { name: 'cart', port: 80 },
  { name: 'cart', port: 8443 },
  { name: 'cart' },
  { name: 'lost', port: 80 },
  { name: 'cart', kind: 'Deployment', group: 'apps', port: 80 },
  { name: 'gate', namespace: 'edge', port: 80 },
);

const world = fc
  .record({
    http: fc.array(rule, { minLength: 1, maxLength: 3 }),
    isForGateway: fc.boolean(),
    hosts: fc.subarray(['a.example', 'c.b.example', 'd.example'], { minLength: 1 }),
    backend,
    others: fc.tuple(
      maybe(istio('DestinationRule', 'cart', { host: 'cart', subsets: SUBSETS })),
      maybe(
        ...['DISABLE', 'ISTIO_MUTUAL'].map(mode =>
          istio('DestinationRule', 'tls', { host: 'cart', trafficPolicy: { tls: { mode } } }),
        ),
      ),
      maybe(...['STRICT', 'DISABLE'].map(peer)),
      maybe(...['edge/*', './cart.shop.svc.cluster.local'].map(sidecar)),
      fc.option(policy, { nil: undefined, freq: 3 }),
    ),
  })
  .map(({ http, isForGateway, hosts, backend: ref, others }) => [
    ...TOWN,
    istio(
      'VirtualService',
      'v',
      isForGateway ? { hosts, gateways: ['g'], http } : { hosts: ['cart'], exportTo: ['.'], http },
    ),
    gatewayApi('HTTPRoute', 'r', { parentRefs: [{ name: 'k' }], rules: [{ backendRefs: [ref] }] }),
    ...others.filter(each => each !== undefined),
  ]);

const PREFLIGHT = { origin: 'https://o.example', 'access-control-request-method': 'GET' };
const message = (host: string, path: string, method: string): Message => ({
  scheme: 'http',
  host,
  port: 80,
  path,
  method,
  query: '',
  headers: method === 'OPTIONS' ? PREFLIGHT : {},
});
const REQUESTS = ['a.example', 'c.b.example', 'd.example', 'k.example', 'cart', 'empty'].flatMap(host =>
  ['/', '/x', '/xz', '/x/y', '/x/y/z'].flatMap(path =>
    ['GET', 'POST', 'OPTIONS'].map(method => message(host, path, method)),
  ),
);

interface Sent {
  readonly message: Message;
  readonly result: SimulationResult;
}

const isInside = ({ host }: Message) => !host.includes('.');

/** All requests whose result is known: to Services from web, to other hosts from outside. */
function send(objects: readonly object[]): Sent[] {
  const cluster = new Cluster(resourcesOf(objects as Parameters<typeof resourcesOf>[0]));
  const context = contextOf(cluster);
  const web = cluster.workloads.all.find(each => each.name === 'web-v1');
  return REQUESTS.flatMap(each => {
    try {
      const result =
        isInside(each) && web
          ? requestFrom(web, each, context, false)
          : requestFromInternet(each, { hasCertificate: false }, context);
      return [{ message: each, result }];
    } catch (error) {
      expect(error).toBeInstanceOf(Unsimulated);
      return [];
    }
  });
}

const ruleOf = ({ result: { rule: at } }: Sent) => (at ? `${at.resource.kind} ${at.resource.name} ${String(at)}` : '');
const arriving = ({ result }: Sent) =>
  result.outcomes.filter(each => each.workload !== undefined).reduce((sum, each) => sum + each.share, 0);
const isPreflight = (each: Sent) => each.message.method === 'OPTIONS';

/** The requests that contradict a finding. */
type Claim = (finding: ManifestFinding, sent: readonly Sent[], objects: readonly object[]) => Sent[];

/** The part of a rule that a field is in, and the number of its destinations. */
function placeOf({ field, object: { kind, name } }: ManifestFinding): { readonly rule: string } {
  return { rule: `${kind} ${name} ${field.replace(/\.(route|match|backendRefs|corsPolicy)\b.*$/, '')}` };
}

/** Of the requests on the rule, the share for this destination does not arrive. */
const failsAtDestination: Claim = (finding, sent, objects) => {
  const { spec } = objects.find(
    each => 'kind' in each && each.kind === finding.object.kind && nameOf(each) === finding.object.name,
  ) as {
    spec: { http?: { route: unknown[] }[] };
  };
  const [, index = '0'] = /^spec\.http\[(\d+)\]/.exec(finding.field) ?? [];
  const count = spec.http?.[Number(index)]?.route.length ?? 1;
  return sent.filter(
    each => ruleOf(each) === placeOf(finding).rule && !isPreflight(each) && arriving(each) > 1 - 1 / count + 1e-9,
  );
};
const nameOf = (each: object) => (each as { metadata: { name: string } }).metadata.name;

/** No request is on the rule. */
const isUnused: Claim = (finding, sent) => sent.filter(each => ruleOf(each) === placeOf(finding).rule);

/** Nothing arrives at cart that proxies do not pass through as for an unknown host. */
const isClosed: Claim = (_, sent) =>
  sent.filter(
    ({ result }) => result.rule && result.outcomes.some(({ workload }) => workload?.name.startsWith('cart') === true),
  );

/** Without the match all results are the same. */
const changesNothing: Claim = ({ field }, sent, objects) => {
  const [, index = '', position = ''] = /^spec\.http\[(\d+)\]\.match\[(\d+)\]/.exec(field) ?? [];
  const without = objects.map(each => {
    if (!('kind' in each) || each.kind !== 'VirtualService') {
      return each;
    }
    const { spec, ...rest } = each as unknown as { spec: { http: { match: object[] }[] } };
    const http = spec.http.flatMap((one, at) => {
      const left = one.match?.filter((_, place) => place !== Number(position));
      return at !== Number(index) ? [one] : left.length === 0 ? [] : [{ ...one, match: left }];
    });
    return { ...rest, spec: { ...spec, http } };
  });
  const endOf = ({ result }: Sent) => result.outcomes.map(each => [each.workload?.name, each.status, each.share]);
  const others = send(without);
  return sent.filter(each => {
    const other = others.find(({ message: asked }) => asked === each.message);
    return other && JSON.stringify(endOf(other)) !== JSON.stringify(endOf(each));
  });
};

/** The claims about requests, by check. Those of other checks are in tests of their own. */
const CLAIMS: Readonly<Record<string, Claim>> = {
  UnreachableRule: isUnused,
  UnreachableRoute: (finding, sent, objects) =>
    finding.field.startsWith('spec.http') ? isUnused(finding, sent, objects) : [],
  IneffectiveMatch: changesNothing,
  UnknownDestination: failsAtDestination,
  UnknownPort: failsAtDestination,
  UnknownSubset: failsAtDestination,
  WeightWithoutReplicas: failsAtDestination,
  UnknownBackend: failsAtDestination,
  FailingRoute: (finding, sent, objects) =>
    finding.object.kind === 'AuthorizationPolicy' ? [] : failsAtDestination(finding, sent, objects),
  HostNotInGateway: ({ message: text }, sent) =>
    sent.filter(each => text.includes(each.message.host) && ruleOf(each).startsWith('VirtualService v ')),
  SubsetWithoutPods: (_, sent) =>
    sent.filter(each => each.result.outcomes.some(({ steps }) => steps?.some(step => step.includes('subset v9')))),
  ServiceWithoutPods: (_, sent) => sent.filter(each => each.message.host === 'empty' && arriving(each) > 0),
  PlainTextToStrict: isClosed,
  MutualTlsToPlainText: isClosed,
  RefusedPreflight: (finding, sent) =>
    sent.filter(
      each =>
        isPreflight(each)
        && ruleOf(each) === placeOf(finding).rule
        && each.result.outcomes.some(({ status }) => status === 200),
    ),
  CallWithoutGrant: (_, sent) => sent.filter(each => isInside(each.message) && arriving(each) > 0),
};

const textOf = ({ id, path, message: text }: ManifestFinding) => `${id} ${path}: ${text}`;
const describeSent = ({ message: { method, host, path }, result: { outcomes } }: Sent) =>
  `${method} ${host}${path}: ${outcomes.map(each => each.workload?.name ?? each.reason ?? each.status).join(', ')}`;

/** A subset that no route names. */
const isUnrouted = ({ id, severity }: ManifestFinding) => id === 'SubsetWithoutPods' && severity === 'info';

const found = new Set<string>();

test('what a check claims about requests holds for every request that is simulated', () => {
  fc.assert(
    fc.property(world, objects => {
      const { findings } = checkManifests(new Cluster(resourcesOf(objects as Parameters<typeof resourcesOf>[0])));
      const sent = send(objects);
      for (const finding of findings.filter(each => each.id in CLAIMS && !isUnrouted(each))) {
        found.add(finding.id);
        const contradictions = CLAIMS[finding.id]?.(finding, sent, objects) ?? [];
        expect([textOf(finding), ...contradictions.map(describeSent)]).toEqual([textOf(finding)]);
      }
    }),
    { numRuns: 120, seed: 20261126 },
  );
});

test('each of these checks has found something', () => {
  expect(Object.keys(CLAIMS).filter(each => !found.has(each))).toEqual([]);
});
