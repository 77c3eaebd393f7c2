import { cartRules, endsOf, gatewayApi, istio, meshConfig, traffic } from './support';

const CART = 'cart.shop.svc.cluster.local';
const cart = 'cart-v1 50%, cart-v2 50%';
const alias = (externalName: string, name = 'alias', spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { type: 'ExternalName', externalName, ...spec },
});
const entry = (spec: object = {}, host = 'bank.example') =>
  istio('ServiceEntry', 'bank', {
    hosts: [host],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'DNS',
    ...spec,
  });
const registryOnly = meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
const http80 = { ports: [{ name: 'http', port: 80 }] };

describe('a Service of type ExternalName', () => {
  test.each<[string, object[], string, string]>([
    ['leads to the Service that it is a name for', [alias(CART)], 'http://alias/', cart],
    ['has the ports of that Service', [alias(CART)], 'http://alias:81/', cart],
    ['has other names in other namespaces', [alias(CART)], 'http://alias.shop.svc.cluster.local./', cart],
    ['is a host of a proxy that has only the registry', [alias(CART), registryOnly], 'http://alias/', cart],
    ['may be a name for another one', [alias('b.shop.svc.cluster.local'), alias(CART, 'b')], 'http://alias/', cart],
    ['is a name in full', [alias('cart')], 'http://alias/', '0'],
    ['of a Service that does not exist has no address', [alias('x.shop.svc.cluster.local')], 'http://alias/', '0'],
    [
      'that leads back to itself has no address',
      [alias('b.shop.svc.cluster.local'), alias('alias.shop.svc.cluster.local', 'b')],
      'http://alias/',
      '0',
    ],
    ['leads outside', [alias('bank.example')], 'http://alias/', 'bank.example'],
    ['of two labels leads outside, not to a Service', [alias('cart.shop')], 'http://alias/', 'cart.shop'],
    ['leads to no unknown host outside', [alias('bank.example'), registryOnly], 'http://alias/', '502'],
    ['is a name for a ServiceEntry', [alias('bank.example'), entry(), registryOnly], 'http://alias/', 'bank.example'],
    [
      'leads to the host outside on another port than it has itself',
      [alias('bank.example', 'alias', http80), registryOnly],
      'http://alias:81/',
      '0',
    ],
    [
      'leads to the host that a client would dial',
      [alias('a.bank.example'), entry({ resolution: 'NONE' }, '*.bank.example')],
      'http://alias/',
      'a.bank.example',
    ],
  ])('%s', (_name, objects, url, end) => {
    expect(endsOf(traffic(objects).from('web').http(`GET ${url}`))).toBe(end);
  });

  test('is a name in DNS for callers without a proxy, on the ports of the Service', () => {
    const old = traffic([alias(CART, 'alias', { ports: [{ name: 'http', port: 82 }] })]).from('old');
    expect([endsOf(old.http('GET http://alias/')), endsOf(old.http('GET http://alias:82/'))]).toEqual([cart, '0']);
    expect(
      endsOf(
        traffic([alias('bank.example')])
          .from('old')
          .http('GET http://alias/'),
      ),
    ).toBe('bank.example');
  });

  test('leads connections to the Service', () => {
    expect(
      endsOf(
        traffic([alias(CART)])
          .from('web')
          .tcp('alias:9000'),
      ),
    ).toBe(cart);
  });

  test('leads to other manifests if its host is declared there', () => {
    const annotations = { 'cardinal.cdk8s.io/elsewhere': 'x.example' };
    const elsewhere = { ...alias('x.example'), metadata: { name: 'alias', namespace: 'shop', annotations } };
    expect(() => traffic([elsewhere]).from('web').http('GET http://alias/')).toThrow(
      'alias is declared in other manifests',
    );
  });

  test('stands in the Host header for policies of the Service', () => {
    const policy = istio('AuthorizationPolicy', 'cart', {
      selector: { matchLabels: { app: 'cart' } },
      action: 'DENY',
      rules: [{ to: [{ operation: { hosts: ['alias*'] } }] }],
    });
    const web = traffic([alias(CART), policy]).from('web');
    expect([endsOf(web.http('GET http://alias/')), endsOf(web.http('GET http://cart/'))]).toEqual(['403', cart]);
  });

  test('is read as its Service is: a rule that is not simulated', () => {
    const rule = istio('DestinationRule', 'cart', { host: 'cart', trafficPolicy: { tunnel: { targetHost: 'x' } } });
    expect(() =>
      traffic([alias(CART), rule])
        .from('web')
        .http('GET http://alias/'),
    ).toThrow('tunnel');
  });
});

describe('rules for a Service of type ExternalName', () => {
  const redirect = { redirect: { uri: '/other' } };
  const rules = (host: string) => istio('VirtualService', 'rules', { hosts: [host], http: [redirect] });
  const ask = (objects: object[], url: string) => endsOf(traffic(objects).from('web').http(`GET ${url}`));

  test('apply to its full name alone', () => {
    const objects = [alias(CART), rules('alias')];
    expect([
      ask(objects, 'http://alias.shop.svc.cluster.local/'),
      ask(objects, 'http://alias/'),
      ask(objects, 'http://cart/'),
    ]).toEqual(['301', cart, cart]);
  });

  test('apply to all of its names if it has the port', () => {
    const objects = [alias(CART, 'alias', http80), rules('alias')];
    expect([ask(objects, 'http://alias/'), ask(objects, 'http://cart/')]).toEqual(['301', cart]);
  });

  test('of its Service apply to it too', () => {
    expect(ask([alias(CART), cartRules(redirect)], 'http://alias/')).toBe('301');
  });
});

describe('a route to a Service of type ExternalName', () => {
  const routed = (port = 80) =>
    istio('VirtualService', 'web', {
      hosts: ['old'],
      http: [{ route: [{ destination: { host: 'alias', port: { number: port } } }] }],
    });
  const ask = (...objects: object[]) => endsOf(traffic(objects).from('web').http('GET http://old/'));

  test('leads to the Service that it is a name for, if it has the port', () => {
    expect([ask(alias(CART, 'alias', http80), routed()), ask(alias(CART), routed())]).toEqual([cart, '503']);
  });

  test('leads by one step', () => {
    expect(ask(alias('b.shop.svc.cluster.local', 'alias', http80), alias(CART, 'b', http80), routed())).toBe('503');
  });

  test('leads to no host outside that is not declared', () => {
    expect(ask(alias('bank.example', 'alias', http80), routed())).toBe('503');
    expect(ask(alias('bank.example', 'alias', http80), entry(), routed())).toBe('bank.example');
  });

  test('needs no port at a gateway of Istio, and is not simulated at others', () => {
    const at = (gatewayClassName: string) =>
      traffic(
        [
          // The alias of another gateway has the port, or it would have no backend.
          alias(CART, 'alias', gatewayClassName === 'eg' ? http80 : {}),
          gatewayApi('Gateway', 'edge', {
            gatewayClassName,
            listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
          }),
          gatewayApi('HTTPRoute', 'edge', {
            parentRefs: [{ name: 'edge' }],
            rules: [{ backendRefs: [{ name: 'alias', port: 80 }] }],
          }),
        ],
        { gatewayClasses: { eg: 'gateway.envoyproxy.io/gatewayclass-controller' } },
      ).fromInternet('GET http://x.example/');
    expect(endsOf(at('istio'))).toBe(cart);
    expect(() => at('eg')).toThrow('The Service shop/alias, to which the request goes, is a name for cart.shop.svc');
  });
});

describe('a Sidecar', () => {
  const sidecar = (...hosts: string[]) =>
    istio('Sidecar', 'web', {
      workloadSelector: { labels: { app: 'web' } },
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      egress: [{ hosts }],
    });
  test.each([
    [['./*'], cart],
    [[`./${CART}`], '502'],
    [[`./${CART}`, './alias.shop.svc.cluster.local'], cart],
    [[`./${CART}`, '*/alias.shop.svc.cluster.local'], '502'],
    [[`*/*`], cart],
  ])('with the hosts %j has the name of an alias as far as it names both', (hosts, end) => {
    expect(
      endsOf(
        traffic([alias(CART), sidecar(...hosts)])
          .from('web')
          .http('GET http://alias/'),
      ),
    ).toBe(end);
  });
});

test.each([
  ['a port', http80],
  ['no port', {}],
])('the matrix has what rules for an alias with %s lead to', (_name, spec) => {
  const sidecar = istio('Sidecar', 'web', {
    workloadSelector: { labels: { app: 'web' } },
    egress: [{ hosts: [`./${CART}`, './alias.shop.svc.cluster.local'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  const rules = istio('VirtualService', 'rules', {
    hosts: ['alias'],
    http: [{ route: [{ destination: { host: 'bank.money.svc.cluster.local', port: { number: 80 } } }] }],
  });
  const reaches = (...objects: object[]) =>
    traffic([sidecar, ...objects])
      .matrix()
      .has('shop/web-v1', 'money/bank-v1');
  expect([reaches(alias(CART, 'alias', spec), rules), reaches(alias(CART, 'alias', spec))]).toEqual([true, false]);
});
