import { Traffic, type RequestProps } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';
import { istio, pods, service } from './support';

const namespace = (name: string, labels: object = { 'istio.io/dataplane-mode': 'ambient' }) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const waypoint = (labels: object = {}, name = 'waypoint') => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace: 'shop', labels },
  spec: {
    gatewayClassName: 'istio-waypoint',
    listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
  },
});
const IN_INFRA = { 'istio.io/use-waypoint': 'waypoint', 'istio.io/use-waypoint-namespace': 'infra' };
const inInfra = (namespaces: object) => ({
  ...waypoint(),
  metadata: { name: 'waypoint', namespace: 'infra' },
  spec: {
    gatewayClassName: 'istio-waypoint',
    listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE', allowedRoutes: { namespaces } }],
  },
});
const cart = (labels: object = { 'istio.io/use-waypoint': 'waypoint' }) => {
  const plain = service('cart') as { metadata: object };
  return { ...plain, metadata: { ...plain.metadata, labels } };
};
const policy = (name: string, spec: object, space = 'shop') => istio('AuthorizationPolicy', name, spec, space);
const identity = (name: string, space = 'shop') => `cluster.local/ns/${space}/sa/${name}`;
const by = (...principals: string[]) => [{ source: { principals } }];
const AT_SERVICE = { targetRefs: [{ group: '', kind: 'Service', name: 'cart' }] };
const AT_PODS = { selector: { matchLabels: { app: 'cart' } } };
const GET = 'GET http://cart.shop/items';

function traffic(objects: readonly object[]): Traffic {
  return Traffic.of(
    manifestsOf([
      namespace('shop'),
      namespace('plain', {}),
      namespace('cars', { 'istio-injection': 'enabled' }),
      pods('web'),
      pods('cart'),
      pods('out', 'v1', { namespace: 'plain' }),
      service('out', 'plain'),
      pods('car', 'v1', { namespace: 'cars' }),
      ...objects,
    ]),
  );
}

const statusOf = (objects: readonly object[], from = 'web', request = GET, options: RequestProps = {}) => {
  const { outcomes } = traffic(objects).from(from).http(request, options);
  return outcomes.map(each => each.destination || each.status);
};

describe('without a waypoint', () => {
  const direct = cart({});

  test('requests arrive, and ztunnel has carried them', () => {
    const result = traffic([direct]).from('web').http(GET);
    result.expectRoutedTo('cart');
    expect(result.steps).toContain('carried by ztunnel');
  });

  test('ztunnel enforces policies by identity and by the port of the pods, and closes other connections', () => {
    const allowed = (principal: string, port: string) =>
      policy('p', { ...AT_PODS, rules: [{ from: by(principal), to: [{ operation: { ports: [port] } }] }] });
    expect(statusOf([direct, allowed(identity('web'), '8080')])).toEqual(['shop/cart-v1']);
    expect(statusOf([direct, allowed(identity('web'), '80')])).toEqual([0]);
    expect(statusOf([direct, allowed(identity('other'), '8080')])).toEqual([0]);
  });

  test('a rule with conditions on requests allows nothing, and denies without them', () => {
    const rules = [{ from: by(identity('web')), to: [{ operation: { methods: ['POST'] } }] }];
    expect(statusOf([direct, policy('p', { ...AT_PODS, rules })])).toEqual([0]);
    expect(statusOf([direct, policy('p', { ...AT_PODS, action: 'DENY', rules })])).toEqual([0]);
  });

  test('conditions that ztunnel does not have are not guessed', () => {
    const rules = [{ when: [{ key: 'connection.sni', values: ['x'] }] }];
    expect(() => statusOf([direct, policy('p', { ...AT_PODS, rules })])).toThrow('ztunnel may not support');
    const sources = [{ from: [{ source: { remoteIpBlocks: ['10.0.0.0/8'] } }] }];
    expect(() => statusOf([direct, policy('p', { ...AT_PODS, rules: sources })])).toThrow('ztunnel may not support');
  });

  test('callers without the mesh have no identity, and reach ports that are not strict', () => {
    const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'shop');
    expect(statusOf([direct], 'out')).toEqual(['shop/cart-v1']);
    expect(statusOf([direct, strict], 'out')).toEqual([0]);
    expect(statusOf([direct, policy('p', { ...AT_PODS, rules: [{ from: by('*') }] })], 'out')).toEqual([0]);
  });

  test('pods outside the mesh are reached in plain text', () => {
    expect(statusOf([direct], 'web', 'GET http://out.plain/')).toEqual(['plain/out-v1']);
  });

  test('sidecars connect in HBONE with their identity, unless their settings may disable it', () => {
    const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'shop');
    const allowed = (principal: string) =>
      policy('p', { ...AT_PODS, rules: [{ from: by(identity(principal, 'cars')) }] });
    expect(statusOf([direct, strict, allowed('car')], 'car')).toEqual(['shop/cart-v1']);
    expect(statusOf([direct, strict, allowed('van')], 'car')).toEqual([503]);
    const disabling = { 'proxy.istio.io/config': "proxyMetadata: { ISTIO_META_DISABLE_HBONE_SEND: 'true' }" };
    const van = pods('van', 'v1', { namespace: 'cars', annotations: disabling });
    expect(() => statusOf([direct, van], 'van')).toThrow('whether it sends HBONE is unknown');
  });

  test('sidecars pass waypoints by', () => {
    const denied = policy('p', { ...AT_SERVICE, action: 'DENY', rules: [{}] });
    expect(statusOf([cart(), waypoint(), denied], 'web')).toEqual([403]);
    expect(statusOf([cart(), waypoint(), denied], 'car')).toEqual(['shop/cart-v1']);
    const ofWaypoint = policy('q', { ...AT_PODS, rules: [{ from: by(identity('waypoint')) }] });
    expect(statusOf([cart(), waypoint(), ofWaypoint], 'car')).toEqual([503]);
  });

  test('sidecars that accept HBONE enforce their policies for callers in ambient mode', () => {
    const annotations = { 'proxy.istio.io/config': "proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' }" };
    const van = [pods('van', 'v1', { namespace: 'cars', annotations }), service('van', 'cars')];
    const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'cars');
    const rules = (principal: string) => [{ from: by(identity(principal)), to: [{ operation: { methods: ['GET'] } }] }];
    const allowed = (principal: string) => policy('p', { rules: rules(principal) }, 'cars');
    const toVan = (objects: readonly object[], request = 'GET http://van.cars/') =>
      statusOf([...van, strict, ...objects], 'web', request);
    expect(toVan([allowed('web')])).toEqual(['cars/van-v1']);
    expect(toVan([allowed('web')], 'POST http://van.cars/')).toEqual([403]);
    expect(toVan([allowed('other')])).toEqual([403]);
    expect(() => statusOf([service('car', 'cars')], 'web', 'GET http://car.cars/')).toThrow(
      'whether that accepts HBONE is unknown',
    );
    const disabled = istio('PeerAuthentication', 'strict', { mtls: { mode: 'DISABLE' } }, 'cars');
    expect(() => statusOf([...van, disabled], 'web', 'GET http://van.cars/')).toThrow('mutual TLS disabled');
    const operator = {
      apiVersion: 'install.istio.io/v1alpha1',
      kind: 'IstioOperator',
      metadata: { name: 'istio', namespace: 'istio-system' },
      spec: { meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } } },
    };
    expect(statusOf([service('car', 'cars'), operator], 'web', 'GET http://car.cars/')).toEqual(['cars/car-v1']);
  });

  test('no range has the address of a connection at a waypoint, and remoteIpBlocks have that of the client', () => {
    const of = (at: object, source: object) =>
      statusOf([cart(), waypoint(), policy('p', { ...at, rules: [{ from: [{ source }] }] })], 'web', GET, {
        address: '10.0.0.7',
      });
    expect(of(AT_SERVICE, { ipBlocks: ['0.0.0.0/0'] })).toEqual([403]);
    expect(of(AT_SERVICE, { notIpBlocks: ['0.0.0.0/0'] })).toEqual(['shop/cart-v1']);
    expect(of(AT_SERVICE, { remoteIpBlocks: ['10.0.0.0/8'] })).toEqual(['shop/cart-v1']);
    expect(of(AT_SERVICE, { remoteIpBlocks: ['10.1.0.0/16'] })).toEqual([403]);
  });

  test('pods in the network of the host have no ztunnel', () => {
    const host = pods('agent') as { spec: { template: { spec: object } } };
    const { spec } = host;
    const onHost = {
      ...host,
      spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, hostNetwork: true } } },
    };
    const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'shop');
    expect(statusOf([direct, onHost, strict], 'agent')).toEqual([0]);
  });
});

describe('NetworkPolicies see the tunnel', () => {
  const allowing = (port: number, from: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'np', namespace: 'shop' },
    spec: {
      podSelector: { matchLabels: { app: 'cart' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: from } }], ports: [{ port }] }],
    },
  });
  const OF_WAYPOINT = { 'gateway.networking.k8s.io/gateway-name': 'waypoint' };

  test('its port, not that of the pods', () => {
    expect(statusOf([cart({}), allowing(15008, { app: 'web' })])).toEqual(['shop/cart-v1']);
    expect(statusOf([cart({}), allowing(8080, { app: 'web' })])).toEqual([0]);
  });

  test('from the waypoint, if there is one', () => {
    expect(statusOf([cart(), waypoint(), allowing(15008, OF_WAYPOINT)])).toEqual(['shop/cart-v1']);
    expect(statusOf([cart(), waypoint(), allowing(15008, { app: 'web' })])).toEqual([503]);
  });

  test('to the waypoint', () => {
    const { metadata, ...others } = allowing(15008, { app: 'other' });
    const before = { ...others, metadata, spec: { ...others.spec, podSelector: { matchLabels: OF_WAYPOINT } } };
    expect(statusOf([cart(), waypoint(), before])).toEqual([0]);
  });
});

describe('with a waypoint', () => {
  const rules = (principal = identity('web'), port = '80') => [
    { from: by(principal), to: [{ operation: { methods: ['GET'], ports: [port] } }] },
  ];
  const both = [cart(), waypoint()];

  test('its policies are those that target the Service, by the identity of the caller and the port of the Service', () => {
    expect(statusOf([...both, policy('p', { ...AT_SERVICE, rules: rules() })])).toEqual(['shop/cart-v1']);
    expect(statusOf([...both, policy('p', { ...AT_SERVICE, rules: rules() })], 'web', 'POST http://cart/')).toEqual([
      403,
    ]);
    expect(statusOf([...both, policy('p', { ...AT_SERVICE, rules: rules(identity('x')) })])).toEqual([403]);
    expect(statusOf([...both, policy('p', { ...AT_SERVICE, rules: rules(identity('web'), '8080') })])).toEqual([403]);
  });

  test('policies for its Gateway are for all its Services', () => {
    const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }];
    expect(statusOf([...both, policy('none', { targetRefs, action: 'ALLOW' })])).toEqual([403]);
    expect(statusOf([...both, policy('none', { targetRefs }), policy('p', { ...AT_SERVICE, rules: rules() })])).toEqual(
      ['shop/cart-v1'],
    );
  });

  test('policies of the namespace are for ztunnel, which sees the identity of the waypoint', () => {
    expect(statusOf([...both, policy('nothing', {})])).toEqual([503]);
    expect(
      statusOf([
        ...both,
        policy('nothing', {}),
        policy('p', { ...AT_PODS, rules: [{ from: by(identity('waypoint')) }] }),
      ]),
    ).toEqual(['shop/cart-v1']);
    expect(statusOf([...both, policy('p', { ...AT_PODS, rules: [{ from: by(identity('web')) }] })])).toEqual([503]);
  });

  test('callers outside the mesh pass it by', () => {
    const atService = policy('p', { ...AT_SERVICE, rules: rules() });
    expect(statusOf([...both, atService], 'out', 'POST http://cart.shop/')).toEqual(['shop/cart-v1']);
  });

  test('routes of the Service apply', () => {
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'cart', port: 80 }],
        rules: [
          {
            matches: [{ path: { value: '/items' } }],
            backendRefs: [{ name: 'new', port: 80 }],
            timeouts: { request: '2s' },
          },
        ],
      },
    };
    const result = traffic([...both, route, pods('new'), service('new')])
      .from('web')
      .http(GET);
    result.expectRoutedTo('new');
    expect(result.timeout).toBe(2000);
    expect(statusOf([...both, route, pods('new'), service('new')], 'web', 'GET http://cart/other')).toEqual([404]);
  });

  test('a token that is required there is verified there', () => {
    const jwt = istio(
      'RequestAuthentication',
      'jwt',
      { ...AT_SERVICE, jwtRules: [{ issuer: 'https://i.example', jwksUri: 'https://i.example/keys' }] },
      'shop',
    );
    const required = policy('p', {
      ...AT_SERVICE,
      rules: [{ from: [{ source: { requestPrincipals: ['https://i.example/*'] } }] }],
    });
    const claims = { iss: 'https://i.example', sub: 'me' };
    expect(statusOf([...both, jwt, required])).toEqual([403]);
    expect(statusOf([...both, jwt, required], 'web', GET, { claims })).toEqual(['shop/cart-v1']);
  });

  test('connections have policies without conditions on requests', () => {
    const all = [
      ...both,
      policy('p', { ...AT_SERVICE, rules: [{ from: by(identity('web')), to: [{ operation: { ports: ['9000'] } }] }] }),
    ];
    expect(traffic(all).from('web').tcp('cart:9000').outcomes[0]?.destination).toBe('shop/cart-v1');
    expect(
      traffic([...all, pods('other')])
        .from('other')
        .tcp('cart:9000').isDenied,
    ).toBe(true);
  });

  test.each([
    [
      'the label of the namespace',
      [
        namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'waypoint' }),
        cart({}),
        waypoint(),
      ],
      403,
    ],
    [
      'none against that of the namespace',
      [
        namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'waypoint' }),
        cart({ 'istio.io/use-waypoint': 'none' }),
        waypoint(),
      ],
      'shop/cart-v1',
    ],
    [
      'a waypoint for workloads only',
      [namespace('shop'), cart(), waypoint({ 'istio.io/waypoint-for': 'workload' })],
      'shop/cart-v1',
    ],
    ['a waypoint for all traffic', [namespace('shop'), cart(), waypoint({ 'istio.io/waypoint-for': 'all' })], 403],
    [
      'a waypoint of a class for workloads only',
      [
        namespace('shop'),
        cart(),
        waypoint(),
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'GatewayClass',
          metadata: { name: 'istio-waypoint', labels: { 'istio.io/waypoint-for': 'workload' } },
          spec: { controllerName: 'istio.io/mesh-controller' },
        },
      ],
      'shop/cart-v1',
    ],
    [
      'a waypoint of another namespace, which accepts its own',
      [namespace('shop'), cart(IN_INFRA), inInfra({ from: 'Same' })],
      'shop/cart-v1',
    ],
    [
      'a waypoint of another namespace, which accepts all',
      [namespace('shop'), cart(IN_INFRA), inInfra({ from: 'All' })],
      403,
    ],
  ])('%s', (_, objects, expected) => {
    const denying = policy('p', { ...AT_SERVICE, action: 'DENY', rules: [{}] });
    const all = Traffic.of(manifestsOf([pods('web'), pods('cart'), ...objects, denying]));
    const [outcome] = all.from('web').http(GET).outcomes;
    expect(outcome?.destination || outcome?.status).toBe(expected);
  });

  test('a waypoint that accepts namespaces by labels is unknown for one that is not declared', () => {
    const ambient = (name: string) => pods(name, 'v1', { labels: { 'istio.io/dataplane-mode': 'ambient' } });
    const objects = [ambient('web'), ambient('cart'), cart(IN_INFRA)];
    const statuses = (namespaces: object) =>
      Traffic.of(manifestsOf([...objects, inInfra(namespaces)]))
        .from('web')
        .http(GET)
        .outcomes.map(each => each.destination);

    expect(statuses({ from: 'Same' })).toEqual(['shop/cart-v1']);
    expect(() => statuses({ from: 'Selector', selector: { matchLabels: { team: 'a' } } })).toThrow(
      'The manifests do not declare the namespace shop',
    );
  });

  test.each([
    ['a waypoint that no manifest has', [cart()], 'No manifest has the waypoint shop/waypoint'],
    [
      'a Gateway of another class',
      [cart(), { ...waypoint(), spec: { gatewayClassName: 'istio', listeners: [] } }],
      'has another class',
    ],
    [
      'a second waypoint by weight',
      [cart({ 'istio.io/use-waypoint': 'waypoint', 'istio.io/use-waypoint-canary': 'next' }), waypoint()],
      'second waypoint',
    ],
    [
      'a VirtualService for the host',
      [...both, istio('VirtualService', 'v', { hosts: ['cart'], http: [] }, 'shop')],
      'which has a waypoint',
    ],
    [
      'a module at the Service',
      [
        ...both,
        {
          apiVersion: 'extensions.istio.io/v1alpha1',
          kind: 'WasmPlugin',
          metadata: { name: 'w', namespace: 'shop' },
          spec: { ...AT_SERVICE, url: 'oci://x' },
        },
      ],
      'WasmPlugin',
    ],
  ])('%s is not guessed', (_, objects, reason) => {
    expect(() => statusOf(objects)).toThrow(reason);
  });

  test('a module at another Service does not matter', () => {
    const module = {
      apiVersion: 'extensions.istio.io/v1alpha1',
      kind: 'WasmPlugin',
      metadata: { name: 'w', namespace: 'shop' },
      spec: { targetRefs: [{ group: '', kind: 'Service', name: 'other' }], url: 'oci://x' },
    };
    expect(statusOf([...both, module])).toEqual(['shop/cart-v1']);
  });

  test('a port without a protocol is not guessed', () => {
    expect(() => statusOf(both, 'web', 'GET http://cart:81/')).toThrow('declares no protocol');
  });
});
