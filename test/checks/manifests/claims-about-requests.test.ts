import fc from 'fast-check';
import { checkManifests, CHECKS, type ManifestFinding } from '../../../lib/checks';
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
import { runs } from '../../support/runs';

/** Pods of web that have the addresses of their callees. */
function calling(...addresses: string[]): object {
  const deployment = JSON.parse(JSON.stringify(pods('web'))) as {
    spec: { template: { spec: { containers: { env?: object[] }[] } } };
  };
  deployment.spec.template.spec.containers.forEach(each => {
    each.env = addresses.map(value => ({ name: value.replace(/\W/g, '_').toUpperCase(), value }));
  });
  return deployment;
}

const TOWN = [
  meshed('shop'),
  meshed('edge'),
  service('web'),
  pods('cart', 'v1'),
  pods('cart', 'v2', { replicas: 0 }),
  service('cart'),
  service('empty', 'shop', { selector: { app: 'none' } }),
  pods('raw'),
  service('raw', 'shop', { ports: [{ name: 'tcp', port: 9000, targetPort: 'raw' }] }),
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
  { sourceLabels: { app: 'web' } },
  { sourceLabels: { app: 'nothing' } },
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
const [WEB, GATE] = ['cluster.local/ns/shop/sa/web', 'cluster.local/ns/edge/sa/gate'].map(each => ({
  source: { principals: [each] },
}));
const policy = fc
  .tuple(
    fc.constantFrom<[string, string]>(['cart', 'shop'], ['cart', 'shop'], ['gate', 'edge'], ['raw', 'shop']),
    fc.constantFrom<object>(
      {},
      { rules: [{ from: [WEB] }] },
      { rules: [{ from: [GATE] }] },
      { rules: [{ from: [WEB], to: [{ operation: { paths: ['/x/y'] } }] }, { from: [GATE] }] },
      {
        rules: [
          { from: [WEB], to: [{ operation: { paths: ['/x/y'] } }] },
          { from: [GATE], to: [{ operation: { paths: ['/x*'], methods: ['GET'] } }] },
        ],
      },
      { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] },
      { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] },
      { action: 'DENY', rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }] },
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
    addresses: fc.constantFrom(['cart:80', 'raw:9000'], ['raw:9000']),
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
      maybe(
        istio('VirtualService', 'raw', { hosts: ['raw'], http: [{ route: [{ destination: { host: 'cart' } }] }] }),
        gatewayApi('HTTPRoute', 'raw', {
          parentRefs: [{ group: '', kind: 'Service', name: 'raw' }],
          rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
        }),
      ),
    ),
  })
  .map(({ http, isForGateway, addresses, hosts, backend: ref, others }) => [
    ...TOWN,
    calling(...addresses),
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
const CONNECTION: Message = { ...message('raw', '/', ''), scheme: 'tcp', port: 9000 };
const REQUESTS = ['a.example', 'c.b.example', 'd.example', 'k.example', 'cart', 'empty']
  .flatMap(host =>
    ['/', '/x', '/xz', '/x/y', '/x/y/z'].flatMap(path =>
      ['GET', 'POST', 'OPTIONS'].map(method => message(host, path, method)),
    ),
  )
  .concat({ ...message('raw', '/', 'GET'), port: 9000 }, CONNECTION);

interface Sent {
  readonly message: Message;
  readonly result: SimulationResult;
}

const isInside = ({ host }: Message) => !host.includes('.');

/** Sends the requests to some hosts, each once: to Services from web, to others from outside. Unknown results are left out. */
function sender(cluster: Cluster): (hosts: readonly string[]) => Sent[] {
  const context = contextOf(cluster);
  const web = cluster.workloads.all.find(each => each.name === 'web-v1');
  const known = new Map<Message, Sent[]>();
  const send = (each: Message): Sent[] => {
    try {
      const result =
        isInside(each) && web
          ? requestFrom(web, each, context, each === CONNECTION)
          : requestFromInternet(each, { hasCertificate: false }, context);
      return [{ message: each, result }];
    } catch (error) {
      expect(error).toBeInstanceOf(Unsimulated);
      return [];
    }
  };
  return hosts =>
    REQUESTS.filter(each => hosts.includes(each.host)).flatMap(each => {
      const sent = known.get(each) ?? send(each);
      known.set(each, sent);
      return sent;
    });
}

const HOSTS = [...new Set(REQUESTS.map(({ host }) => host))];

/** The hosts whose requests a finding may be about: those of a route, or all. */
function hostsOf({ object: { kind, name } }: ManifestFinding, objects: readonly object[]): readonly string[] {
  const object = objects.find(each => 'kind' in each && each.kind === kind && nameOf(each) === name);
  const { spec } = object as { spec?: { hosts?: string[] } };
  return kind === 'VirtualService' ? (spec?.hosts ?? HOSTS) : kind === 'HTTPRoute' ? ['k.example', 'raw'] : HOSTS;
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

/** The proxy of web does not route what is sent to the callee: it knows no such host. */
const isUnknownToProxy: Claim = ({ message: text }, sent) => {
  const [, callee = ''] = /(?:address of|allowed to call) (\w+),/.exec(text) ?? [];
  return sent.filter(
    ({ message: { host }, result: { rule: at, steps } }) =>
      host === callee && (at ?? !steps.some(each => /^(PassthroughCluster|BlackHoleCluster)/.test(each))),
  );
};

/** The route has no requests, and what the policy is for gets no connections. */
const isForRequestsAlone: Claim = (finding, sent) =>
  finding.object.kind === 'AuthorizationPolicy'
    ? sent.filter(each => each.message.host === 'raw' && arriving(each) > 0)
    : sent.filter(each => ruleOf(each).startsWith(`${finding.object.kind} ${finding.object.name} `));

/** Some request from outside for the path that the rule routes is not denied. */
const isOpenOutside: Claim = (finding, sent) => {
  const [, path = ''] = /also matches (\S+), which/.exec(finding.message) ?? [];
  const requests = sent.filter(each => each.message.path === path && ruleOf(each) === placeOf(finding).rule);
  return requests.every(({ result }) => result.outcomes.some(({ status }) => status === 403)) ? requests : [];
};

/** Without the match all results are the same. */
const changesNothing: Claim = ({ field, object: { name } }, sent, objects) => {
  const [, index = '', position = ''] = /^spec\.http\[(\d+)\]\.match\[(\d+)\]/.exec(field) ?? [];
  const without = objects.map(each => {
    if (!('kind' in each) || each.kind !== 'VirtualService' || nameOf(each) !== name) {
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
  const others = sender(clusterOf(without))([...new Set(sent.map(({ message: { host } }) => host))]);
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
  SidecarMissesHost: isUnknownToProxy,
  GrantWithoutCall: isUnknownToProxy,
  RequestRulesOnTcp: isForRequestsAlone,
  ExposedOperation: isOpenOutside,
  CallWithoutGrant: ({ message: text }, sent) =>
    sent.filter(each => text.includes(` calls ${each.message.host},`) && arriving(each) > 0),
};

const textOf = ({ id, path, message: text }: ManifestFinding) => `${id} ${path}: ${text}`;
const describeSent = ({ message: { method, host, path }, result: { outcomes } }: Sent) =>
  `${method} ${host}${path}: ${outcomes.map(each => each.workload?.name ?? each.reason ?? each.status).join(', ')}`;

/** A subset that no route names. */
const isUnrouted = ({ id, severity }: ManifestFinding) => id === 'SubsetWithoutPods' && severity === 'info';

const found = new Set<string>();
const checks = CHECKS.filter(each => each.id in CLAIMS);

function clusterOf(objects: readonly object[]): Cluster {
  return new Cluster(resourcesOf(objects as Parameters<typeof resourcesOf>[0]));
}

test('what a check claims about requests holds for every request that is simulated', () => {
  fc.assert(
    fc.property(world, objects => {
      const cluster = clusterOf(objects);
      const findings = checkManifests(cluster, { checks }).findings.filter(each => !isUnrouted(each));
      const send = sender(cluster);
      for (const finding of findings) {
        found.add(finding.id);
        const contradictions = CLAIMS[finding.id]?.(finding, send(hostsOf(finding, objects)), objects) ?? [];
        expect([textOf(finding), ...contradictions.map(describeSent)]).toEqual([textOf(finding)]);
      }
    }),
    runs(60, 20261126),
  );
});

test('each of these checks has found something', () => {
  expect(Object.keys(CLAIMS).filter(each => !found.has(each))).toEqual([]);
});
