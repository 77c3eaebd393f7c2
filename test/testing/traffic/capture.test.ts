import { type Traffic, Unsimulated } from '../../../lib/testing';
import { trafficOf } from '../../support/manifests';
import { endsOf, istio, meshed, pods, service, traffic } from './support';

const STRICT = istio('PeerAuthentication', 'default', { mtls: { mode: 'STRICT' } });
const caller = (annotations: Readonly<Record<string, string>>) =>
  pods('till', 'v1', {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`traffic.sidecar.istio.io/${name}`, value]),
    ),
  });
const fromTill = (annotations: Readonly<Record<string, string>>, ...objects: object[]) =>
  traffic([STRICT, caller(annotations), ...objects]).from('till');
const HTTP = { ports: [{ name: 'http', port: 80, targetPort: 'web' }] };
const reachesOf = (all: Traffic) =>
  all
    .matrix()
    .reaches.filter(each => each.from === 'shop/till-v1' && each.to.startsWith('shop/web-v1'))
    .map(each => `${each.to}${each.isUnconditional ? '' : '*'}`);
const at = (clusterIP: string) => service('web', 'shop', { clusterIP });

describe('a request that annotations of the caller exclude from its sidecar', () => {
  const GET = 'GET http://web/';

  test.each([
    [{}, 'web-v1'],
    [{ excludeOutboundPorts: '443,80' }, '0'],
    [{ excludeOutboundPorts: '8080' }, 'web-v1'],
    [{ includeOutboundIPRanges: '' }, '0'],
    [{ includeOutboundIPRanges: '*' }, 'web-v1'],
    [{ includeOutboundIPRanges: '', includeOutboundPorts: '80' }, 'web-v1'],
    [{ includeOutboundIPRanges: '', includeOutboundPorts: '81' }, '0'],
    [{ includeOutboundPorts: '81' }, 'web-v1'],
    [{ includeOutboundPorts: '80', excludeOutboundPorts: '80' }, '0'],
    [{ excludeOutboundIPRanges: '' }, 'web-v1'],
  ])('is one in plain text, which strict mutual TLS rejects: %j → %s', (annotations, end) => {
    expect(endsOf(fromTill(annotations).http(GET))).toBe(end);
  });

  test.each([
    [{ excludeOutboundIPRanges: '10.0.0.0/24,10.0.1.0/24' }, '10.0.1.7', '0'],
    [{ excludeOutboundIPRanges: '10.0.0.0/24' }, '10.0.1.7', 'web-v1'],
    [{ includeOutboundIPRanges: '10.0.0.0/24' }, '10.0.0.7', 'web-v1'],
    [{ includeOutboundIPRanges: '10.0.0.0/24' }, '10.0.1.7', '0'],
    [{ includeOutboundIPRanges: '10.0.0.0/16', excludeOutboundIPRanges: '10.0.1.0/24' }, '10.0.1.7', '0'],
  ])('has the address of the Service: %j and %s → %s', (annotations, address, end) => {
    expect(endsOf(fromTill(annotations, at(address)).http(GET))).toBe(end);
  });

  test.each([
    [{ excludeOutboundIPRanges: '10.0.0.0/24' }],
    [{ excludeOutboundIPRanges: '34.118.224.0/20' }],
    [{ includeOutboundIPRanges: '10.0.0.0/8' }],
  ])('is not simulated without that address: %j', annotations => {
    expect(() => fromTill(annotations).http(GET)).toThrow(Unsimulated);
    expect(endsOf(fromTill({ ...annotations, excludeOutboundPorts: '80' }).http(GET))).toBe('0');
  });

  test.each(['169.254.169.254/32', '10.0.0.1/32', '203.0.113.0/24'])('is none to a Service for the range %s', range => {
    expect(endsOf(fromTill({ excludeOutboundIPRanges: range }).http(GET))).toBe('web-v1');
  });

  test('is not simulated if a Service has addresses of which only some are excluded', () => {
    const dual = service('web', 'shop', { clusterIP: '10.0.0.7', clusterIPs: ['10.0.0.7', 'fd00::7'] });
    expect(() => fromTill({ excludeOutboundIPRanges: 'fd00::/8' }, dual).http(GET)).toThrow(/that of web is unknown/);
  });

  test('has the address of the host, if that is one', () => {
    const only = istio('Sidecar', 'default', { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
    const ask = (range: string, host: string) =>
      fromTill({ excludeOutboundIPRanges: range }, only).http(`GET http://${host}/`).outcomes[0]?.destination;
    expect([ask('203.0.113.0/24', '203.0.113.9'), ask('203.0.113.0/24', '198.51.100.9')]).toEqual(['203.0.113.9', '']);
    expect(() => ask('203.0.113.0/24', 'out.example')).toThrow(Unsimulated);
    expect(ask('169.254.169.254/32', 'out.example')).toBe('');
  });

  test('follows no route of the mesh, and has no identity', () => {
    const aborted = istio('VirtualService', 'web', {
      hosts: ['web'],
      http: [
        {
          fault: { abort: { httpStatus: 418, percentage: { value: 100 } } },
          route: [{ destination: { host: 'web' } }],
        },
      ],
    });
    const ask = (annotations: Readonly<Record<string, string>>) =>
      traffic([aborted, caller(annotations)])
        .from('till')
        .http(GET);
    expect([endsOf(ask({})), endsOf(ask({ excludeOutboundPorts: '80' }))]).toEqual(['418', 'web-v1']);
    expect(ask({ excludeOutboundPorts: '80' }).steps[0]).toBe(
      'direct connection: annotations of shop/till-v1 exclude it from its proxy',
    );
  });
});

describe('a port that annotations of the callee leave to the application', () => {
  const NOBODY = istio('AuthorizationPolicy', 'nobody', {});

  test.each([
    [{ includeInboundPorts: '*' }, '403'],
    [{ includeInboundPorts: '8080,9000' }, '403'],
    [{ includeInboundPorts: '9000' }, 'till-v1'],
    [{ includeInboundPorts: '' }, 'till-v1'],
    [{ includeInboundPorts: '8080', excludeInboundPorts: '8080' }, '403'],
    [{ includeInboundPorts: '*', excludeInboundPorts: '8080' }, 'till-v1'],
  ])('has no policies: %j → %s', (annotations, end) => {
    const all = traffic([NOBODY, caller(annotations), service('till')]);
    expect(endsOf(all.from('old').http('GET http://till/'))).toBe(end);
  });
});

const ofLinkerd = (...objects: object[]) =>
  trafficOf([
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', annotations: { 'linkerd.io/inject': 'enabled' } },
    },
    pods('web'),
    service('web', 'shop', HTTP),
    {
      apiVersion: 'policy.linkerd.io/v1beta3',
      kind: 'Server',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app: 'web' } }, port: 8080 },
    },
    {
      apiVersion: 'policy.linkerd.io/v1alpha1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        targetRef: { group: 'policy.linkerd.io', kind: 'Server', name: 'web' },
        requiredAuthenticationRefs: [{ kind: 'ServiceAccount', name: 'till' }],
      },
    },
    ...objects,
  ]);

test.each([
  ['', 'web-v1'],
  ['443', 'web-v1'],
  ['80', '403'],
  ['70-90', '403'],
])('a caller in Linkerd has no identity on ports that it skips: %s → %s', (skipped, end) => {
  const annotations = { 'config.linkerd.io/skip-outbound-ports': skipped };
  const all = ofLinkerd(pods('till', 'v1', { annotations }));
  expect(endsOf(all.from('till').http('GET http://web/'))).toBe(end);
  expect(reachesOf(all)).toEqual(end === '403' ? [] : ['shop/web-v1:8080']);
});

describe('the matrix', () => {
  test.each([
    [{}, ['shop/web-v1:8080']],
    [{ excludeOutboundPorts: '80' }, []],
    [{ excludeOutboundIPRanges: '10.0.0.0/24' }, ['shop/web-v1:8080*']],
    [{ includeOutboundIPRanges: '' }, []],
  ])('has what callers reach with their proxy and past it: %j → %j', (annotations, reached) => {
    const only = { hosts: ['./web.shop.svc.cluster.local'] };
    const narrow = istio('Sidecar', 'default', { egress: [only], outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
    const all = trafficOf([
      meshed('shop'),
      STRICT,
      narrow,
      caller(annotations),
      pods('web'),
      service('web', 'shop', HTTP),
    ]);
    expect(reachesOf(all)).toEqual(reached);
  });

  test('has what a route of the mesh keeps from callers, if they bypass it', () => {
    const aborted = istio('VirtualService', 'web', { hosts: ['web'], http: [{ directResponse: { status: 410 } }] });
    const of = (annotations: Readonly<Record<string, string>>) =>
      reachesOf(trafficOf([meshed('shop'), aborted, caller(annotations), pods('web'), service('web', 'shop', HTTP)]));
    expect([of({}), of({ excludeOutboundPorts: '80' })]).toEqual([[], ['shop/web-v1:8080']]);
  });
});

describe('what keeps traffic from a proxy by more than ports and addresses', () => {
  test.each([
    ['sidecar.istio.io/interceptionMode', 'NONE'],
    ['proxy.istio.io/config', 'interceptionMode: NONE'],
    ['traffic.sidecar.istio.io/excludeInterfaces', 'eth1'],
    ['inject.istio.io/templates', 'grpc-agent'],
  ])('is not simulated, at callers and at callees: %s', (name, value) => {
    const all = traffic([pods('till', 'v1', { annotations: { [name]: value } }), service('till')]);
    expect(() => all.from('till').http('GET http://web/')).toThrow(name);
    expect(() => all.from('web').http('GET http://till/')).toThrow(Unsimulated);
    expect(endsOf(all.from('web').http('GET http://cart/'))).toBe('cart-v1 50%, cart-v2 50%');
    expect(reachesOf(all)).toContain('shop/web-v1:8080*');
  });

  test.each([
    ['sidecar.istio.io/interceptionMode', 'TPROXY'],
    ['traffic.sidecar.istio.io/excludeInterfaces', ''],
    ['inject.istio.io/templates', 'sidecar,custom'],
  ])('is none of: %s %s', (name, value) => {
    const all = traffic([pods('till', 'v1', { annotations: { [name]: value } })]);
    expect(endsOf(all.from('till').http('GET http://web/'))).toBe('web-v1');
  });

  test('does not concern Pods without a sidecar', () => {
    const [labels, annotations] = [
      { 'sidecar.istio.io/inject': 'false' },
      { 'sidecar.istio.io/interceptionMode': 'NONE' },
    ];
    expect(
      endsOf(
        traffic([pods('till', 'v1', { labels, annotations })])
          .from('till')
          .http('GET http://web/'),
      ),
    ).toBe('web-v1');
  });

  test('is not simulated in Linkerd: config.linkerd.io/skip-subnets', () => {
    const of = (value: string) =>
      ofLinkerd(pods('till', 'v1', { annotations: { 'config.linkerd.io/skip-subnets': value } })).from('till');
    expect(() => of('10.0.0.0/8').http('GET http://web/')).toThrow('config.linkerd.io/skip-subnets');
    expect(endsOf(of('').http('GET http://web/'))).toBe('web-v1');
  });
});
