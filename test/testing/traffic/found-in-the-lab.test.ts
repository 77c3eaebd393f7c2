import { endsOf, gatewayApi, istio, traffic } from './support';

/** What real proxies did otherwise than was simulated once. */

const listener = (name: string, port: number, more: object = {}) => ({
  name,
  port,
  protocol: 'HTTP',
  allowedRoutes: { namespaces: { from: 'All' } },
  ...more,
});
const door = gatewayApi('Gateway', 'door', {
  gatewayClassName: 'istio',
  listeners: [listener('any', 80), listener('named', 8000, { hostname: '*.town.example' })],
});
const route = (name: string, spec: object, namespace = 'shop') =>
  gatewayApi('HTTPRoute', name, { parentRefs: [{ name: 'door', namespace: 'shop' }], ...spec }, namespace);
const direct = (statusCode: number) => ({
  rules: [
    { filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: `${statusCode}.example`, statusCode } }] },
  ],
});

test(
  'a redirect to another scheme keeps the port that the client wrote, unless it is that of the scheme ' + 'it leaves',
  () => {
    const objects = [
      door,
      route('r', {
        rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
      }),
    ];
    const ask = (port: number, host?: string) =>
      traffic(objects).fromInternet(`GET http://a.town.example:${port}/x`, host ? { headers: { host } } : {})
        .outcomes[0]?.location;
    expect([ask(8000), ask(80), ask(80, 'a.town.example:80')]).toEqual([
      'https://a.town.example:8000/x',
      'https://a.town.example/x',
      'https://a.town.example/x',
    ]);
  },
);

test("of routes whose patterns a listener narrows to one host those of the gateway's namespace come first", () => {
  const [own, foreign] = [route('r', { hostnames: ['*.example'], ...direct(301) }), route('r', direct(302), 'money')];
  expect(endsOf(traffic([door, own, foreign]).fromInternet('GET http://a.town.example:8000/'))).toBe('301');
  expect(
    endsOf(
      traffic([door, foreign, route('r', { hostnames: ['*.example'], ...direct(301) }, 'old')]).fromInternet(
        'GET http://a.town.example:8000/',
      ),
    ),
  ).toBe('302');
});

test(
  'a Gateway of Istio on the Pods of one of the Gateway API applies the policies that name that, before '
    + 'it matches a route',
  () => {
    const own = istio('Gateway', 'own', {
      selector: { 'gateway.networking.k8s.io/gateway-name': 'door' },
      servers: [{ port: { number: 8088, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    });
    const policy = istio('AuthorizationPolicy', 'none', {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
    });
    const ask = (...objects: object[]) =>
      endsOf(traffic([door, own, ...objects]).fromInternet('GET http://a.example:8088/', { gateway: 'shop/own' }));
    expect([ask(), ask(policy)]).toEqual(['404', '403']);
  },
);

test(
  'a Sidecar that declares a port for requests responds to unknown hosts there, with or without ' + 'hosts of its own',
  () => {
    const sidecar = (protocol: string) =>
      istio('Sidecar', 's', {
        egress: [{ port: { number: 8443, name: 'x', protocol }, hosts: ['money/nobody.example'] }, { hosts: ['./*'] }],
        outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      });
    expect(
      ['HTTP', 'TCP'].map(protocol =>
        endsOf(
          traffic([sidecar(protocol)])
            .from('web')
            .http('GET http://bank.money:8443/'),
        ),
      ),
    ).toEqual(['502', '0']);
  },
);

test('a gRPC service is the first part of a path, also of one that has no more', () => {
  const grpc = gatewayApi('GRPCRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    rules: [{ matches: [{ method: { service: 'a' } }], backendRefs: [{ name: 'web', port: 80 }] }],
  });
  expect(
    ['/a', '/a/b', '/ab'].map(path => endsOf(traffic([door, grpc]).fromInternet(`POST http://x.example${path}`))),
  ).toEqual(['web-v1', 'web-v1', '404']);
});

test('routes that match all requests end the list of their host: later ones have no effect', () => {
  const rules = {
    rules: [
      { backendRefs: [{ name: 'web', port: 80 }] },
      { matches: [{ headers: [{ name: 'x', value: '1' }] }], backendRefs: [{ name: 'old', port: 80 }] },
    ],
  };
  expect(
    endsOf(traffic([door, route('r', rules)]).fromInternet('GET http://x.example/', { headers: { x: '1' } })),
  ).toBe('old-v1');
});

test('a rule with a direct response responds to preflights too, regardless of its CORS policy', () => {
  const cors = { type: 'CORS', cors: { allowOrigins: ['https://*.example'] } };
  const redirect = { type: 'RequestRedirect', requestRedirect: { hostname: 'x.example', statusCode: 301 } };
  const headers = { origin: 'https://www.example', 'access-control-request-method': 'GET' };
  const ask = (rule: object) =>
    endsOf(traffic([door, route('r', { rules: [rule] })]).fromInternet('OPTIONS http://a.town.example/', { headers }));
  expect([
    ask({ filters: [cors] }),
    ask({ filters: [cors, redirect] }),
    ask({ filters: [cors], backendRefs: [{ name: 'web', port: 80 }] }),
  ]).toEqual(['500', '301', '200']);
});

describe('a host that a Sidecar does not list and a route sends requests to has a cluster in the proxy', () => {
  const listed = (egress: object) =>
    istio('Sidecar', 's', { egress: [egress], outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
  const rule = (number?: number, match?: object[]) => ({
    match,
    route: [
      { destination: { host: 'bank.money.svc.cluster.local', ...(number === undefined ? {} : { port: { number } }) } },
    ],
  });
  const ask = (sidecar: object, ...http: object[]) =>
    endsOf(
      traffic([sidecar, istio('VirtualService', 'cart', { hosts: ['cart'], http })])
        .from('web')
        .http('GET http://cart/'),
    );
  const hosts = ['shop/cart.shop.svc.cluster.local'];
  const onPort = (number: number) => listed({ port: { number, name: 'http', protocol: 'HTTP' }, hosts });

  test.each<readonly [string, string, string]>([
    ['the port of the listener alone', ask(onPort(80), rule(81)), '503'],
    ['the port of the listener', ask(onPort(80), rule(80)), 'bank-v1'],
    ['the port that the route names, behind a listener for all', ask(listed({ hosts }), rule(81)), 'bank-v1'],
    [
      'all ports, where one route names none',
      ask(listed({ hosts }), { ...rule(81), match: [{ uri: { exact: '/x' } }] }, rule()),
      'bank-v1',
    ],
    [
      'no port for a rule of another namespace',
      ask(listed({ hosts }), rule(80, [{ sourceNamespace: 'money' }]), { directResponse: { status: 299 } }),
      '299',
    ],
  ])('%s', (_what, ends, expected) => {
    expect(ends).toBe(expected);
  });
});

test('bytes for a port on which the proxy of the callee reads requests are not simulated', () => {
  const rule = istio('VirtualService', 'v', {
    hosts: ['cart'],
    tcp: [{ route: [{ destination: { host: 'cart', port: { number: 80 } } }] }],
  });
  expect(() => traffic([rule]).from('web').tcp('cart:9000')).toThrow(
    /proxy of shop\/cart-v1 reads requests on port 8080/,
  );
  expect(
    endsOf(
      traffic([
        istio('VirtualService', 'v', {
          hosts: ['cart'],
          tcp: [{ route: [{ destination: { host: 'old', port: { number: 80 } } }] }],
        }),
      ])
        .from('web')
        .tcp('cart:9000'),
    ),
  ).toBe('old-v1');
});

describe('a VirtualService with a pattern is not for a Service that an HTTPRoute has as its parent', () => {
  const pattern = istio('VirtualService', 'v', {
    hosts: ['*.shop.svc.cluster.local'],
    http: [{ directResponse: { status: 299 } }],
  });
  const own = (
    namespace: string,
    spec: object = {
      rules: [{ matches: [{ path: { value: '/x' } }], backendRefs: [{ name: 'web', namespace: 'shop', port: 80 }] }],
    },
  ) =>
    gatewayApi(
      'HTTPRoute',
      'r',
      { parentRefs: [{ group: '', kind: 'Service', name: 'cart', namespace: 'shop' }], ...spec },
      namespace,
    );
  const sidecar = istio('Sidecar', 's', { egress: [{ hosts: ['./*'] }] });
  const ask = (...objects: object[]) =>
    endsOf(
      traffic([pattern, ...objects])
        .from('web')
        .http('GET http://cart/'),
    );

  test.each<readonly [string, string, string]>([
    ['without one', ask(), '299'],
    ['of the namespace of the Service, which then answers alone', ask(own('shop')), '404'],
    [
      'of another namespace, which is for its own callers, so that no rule is left',
      ask(own('money')),
      'cart-v1 50%, cart-v2 50%',
    ],
    ['of another namespace that the Sidecar of the caller does not list', ask(own('money'), sidecar), '299'],
    ['of another namespace, without rules', ask(own('money', { rules: [] })), '299'],
  ])('%s', (_what, ends, expected) => {
    expect(ends).toBe(expected);
  });
});

test('a token with the signature of another issuer is rejected for its audience first', () => {
  const jwtRules = [{ issuer: 'https://issuer.example', jwks: '{}', audiences: ['shop'] }];
  const tokens = istio('RequestAuthentication', 'it', { selector: { matchLabels: { app: 'cart' } }, jwtRules });
  const ask = (badToken: boolean, aud?: string) =>
    endsOf(
      traffic([tokens])
        .from('web')
        .http('GET http://cart/', { badToken, claims: { iss: 'https://issuer.example', aud } }),
    );
  expect([ask(true), ask(true, 'else'), ask(true, 'shop'), ask(false, 'else')]).toEqual(['403', '403', '401', '403']);
  expect(ask(false, 'shop')).toBe('cart-v1 50%, cart-v2 50%');
});

test('a NetworkPolicy with private addresses throws for Pods, unless the address of the caller is given', () => {
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'admitted', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] },
  };
  const ask = (address?: string) => traffic([policy]).from('web').http('GET http://cart/', { address }).isAllowed;
  expect(() => ask()).toThrow(/NetworkPolicy shop\/admitted allows the addresses 10\.0\.0\.0\/8, and manifests do not/);
  expect([ask('10.1.2.3'), ask('192.168.1.1')]).toEqual([true, false]);
});
