import { endsOf, gatewayApi, istio, meshed, pods, service, TOWN, traffic } from './support';
import { Traffic, type InternetRequestProps } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';

const door = (listeners: object[] = [{ name: 'http', port: 80, protocol: 'HTTP' }]) =>
  gatewayApi('Gateway', 'door', { gatewayClassName: 'istio', listeners });
const route = (name: string, spec: object, namespace = 'shop') =>
  gatewayApi('HTTPRoute', name, { parentRefs: [{ name: 'door', namespace: 'shop' }], ...spec }, namespace);
const to = (name: string, more: object = {}) => ({ name, port: 80, ...more });
const enter = (objects: object[], request = 'GET http://a.example/', props: InternetRequestProps = {}) =>
  endsOf(traffic([door(), ...objects]).fromInternet(request, props));

/** Which of two matches, each with its own backend, takes a request, in whatever order they stand. */
function winner(one: object, other: object, request: string): string {
  const rules = [
    { matches: [one], backendRefs: [to('web')] },
    { matches: [other], backendRefs: [to('old')] },
  ];
  const [first, second] = [
    enter([route('r', { rules })], request),
    enter([route('r', { rules: [...rules].reverse() })], request),
  ];
  return first === second ? first : `${first} or ${second}`;
}

const path = (type: string, value: string) => ({ path: { type, value } });

test.each<[string, object, object, string]>([
  ['an exact path before a prefix', path('Exact', '/a'), path('PathPrefix', '/a'), 'GET http://a.example/a'],
  [
    'a long prefix before a short one',
    path('PathPrefix', '/a/b'),
    path('PathPrefix', '/a'),
    'GET http://a.example/a/b/c',
  ],
  [
    'a prefix before an expression',
    path('PathPrefix', '/a'),
    path('RegularExpression', '/a.*'),
    'GET http://a.example/a/b',
  ],
  [
    'a method before none',
    { ...path('PathPrefix', '/a'), method: 'GET' },
    path('PathPrefix', '/a'),
    'GET http://a.example/a',
  ],
  ['more headers before fewer', { headers: [{ name: 'x', value: '1' }] }, {}, 'GET http://a.example/'],
  ['a parameter before none', { queryParams: [{ name: 'q', value: '1' }] }, {}, 'GET http://a.example/?q=1'],
  ['a path before a method', path('Exact', '/a'), { method: 'GET' }, 'GET http://a.example/a'],
])('%s', (_name, one, other, request) => {
  expect(
    endsOf(
      traffic([
        door(),
        route('r', {
          rules: [
            { matches: [other], backendRefs: [to('old')] },
            { matches: [one], backendRefs: [to('web')] },
          ],
        }),
      ]).fromInternet(request, { headers: { x: '1' } }),
    ),
  ).toBe('web-v1');
  if (!('headers' in one)) {
    expect(winner(one, other, request)).toBe('web-v1');
  }
});

test('a prefix is one of whole parts', () => {
  const objects = [route('r', { rules: [{ matches: [path('PathPrefix', '/a/')], backendRefs: [to('web')] }] })];
  expect(['/a', '/a/', '/a/b', '/ab', '/'].map(each => enter(objects, `GET http://a.example${each}`))).toEqual([
    'web-v1',
    'web-v1',
    'web-v1',
    '404',
    '404',
  ]);
});

test('of equal rules those of the first route count, by namespace and name', () => {
  const rules = (name: string) => ({ rules: [{ backendRefs: [to(name)] }] });
  expect(enter([route('b', rules('old')), route('a', rules('web'))])).toBe('web-v1');
});

test.each<[string, object, string, string]>([
  ['any host', {}, 'http://x.example/', 'web-v1'],
  ['its host', { hostnames: ['a.example'] }, 'http://a.example/', 'web-v1'],
  ['another host', { hostnames: ['a.example'] }, 'http://b.example/', '404'],
  ['hosts by a pattern', { hostnames: ['*.example'] }, 'http://a.b.example/', 'web-v1'],
  ['not the end alone', { hostnames: ['*.example'] }, 'http://example/', '404'],
  ['a listener by its name', { parentRefs: [{ name: 'door', sectionName: 'http' }] }, 'http://a.example/', 'web-v1'],
  [
    'a listener that is not there',
    { parentRefs: [{ name: 'door', sectionName: 'other' }] },
    'http://a.example/',
    '404',
  ],
])('a route for %s', (_name, spec, url, expected) => {
  expect(enter([route('r', { rules: [{ backendRefs: [to('web')] }], ...spec })], `GET ${url}`)).toBe(expected);
});

test('a listener accepts routes of its namespace, unless it declares others', () => {
  const foreign = route('r', { rules: [{ backendRefs: [to('bank')] }] }, 'money');
  const from = (value?: object) =>
    endsOf(
      traffic([
        door([{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: value && { namespaces: value } }]),
        foreign,
      ]).fromInternet('GET http://a.example/'),
    );
  expect([
    from(),
    from({ from: 'Same' }),
    from({ from: 'All' }),
    from({ from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'money' } } }),
    from({ from: 'Selector', selector: { matchLabels: { x: 'y' } } }),
  ]).toEqual(['404', '404', 'bank-v1', 'bank-v1', '404']);
});

test('a listener has the hosts that it and a route have in common', () => {
  const named = door([{ name: 'http', port: 80, protocol: 'HTTP', hostname: '*.example' }]);
  const ask = (hostnames: string[], host: string) =>
    endsOf(
      traffic([named, route('r', { hostnames, rules: [{ backendRefs: [to('web')] }] })]).fromInternet(
        `GET http://${host}/`,
      ),
    );
  expect([ask(['a.example'], 'a.example'), ask(['*'], 'b.example'), ask(['a.other'], 'a.other')]).toEqual([
    'web-v1',
    'web-v1',
    '404',
  ]);
});

test('a Service of another namespace has to be granted', () => {
  const foreign = route('r', { rules: [{ backendRefs: [to('bank', { namespace: 'money' })] }] });
  const grant = (to: object) =>
    gatewayApi(
      'ReferenceGrant',
      'grant',
      {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
        to: [{ group: '', kind: 'Service', ...to }],
      },
      'money',
    );
  expect([
    enter([foreign]),
    enter([foreign, grant({})]),
    enter([foreign, grant({ name: 'bank' })]),
    enter([foreign, grant({ name: 'other' })]),
  ]).toEqual(['500', 'bank-v1', 'bank-v1', '500']);
});

test('weights are shares; what cannot be reached is answered with 500 for its share', () => {
  const refs = (...backendRefs: object[]) => enter([route('r', { rules: [{ backendRefs }] })]);
  expect(refs(to('web', { weight: 1 }), to('old', { weight: 3 }))).toBe('old-v1 75%, web-v1 25%');
  expect(refs(to('web'), to('nobody'))).toBe('500 50%, web-v1 50%');
  expect([refs(to('web', { weight: 0 })), refs(), refs({ name: 'web', port: 99 })]).toEqual(['500', '500', '500']);
});

test.each<[string, object, string]>([
  ['a prefix', { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } }, '/new/b?q=1'],
  ['a prefix by nothing', { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } }, '/b?q=1'],
  ['the path', { path: { type: 'ReplaceFullPath', replaceFullPath: '/all' } }, '/all?q=1'],
])('a filter rewrites %s', (_name, urlRewrite, expected) => {
  const result = traffic([
    door(),
    route('r', {
      rules: [
        {
          matches: [path('PathPrefix', '/a')],
          filters: [{ type: 'URLRewrite', urlRewrite: { ...urlRewrite, hostname: 'new.example' } }],
          backendRefs: [to('web')],
        },
      ],
    }),
  ]).fromInternet('GET http://a.example/a/b?q=1');
  expect(result.outcomes.map(each => [each.host, each.path])).toEqual([['new.example', expected]]);
});

test.each<[string, string, string, string]>([
  ['/a', '/a/b', '/new', 'http://a.example/new/b'],
  ['/a', '/a', '/', 'http://a.example/'],
  ['/a', '/a/b', '/', 'http://a.example//b'],
  ['/a', '/a/b', '', 'http://a.example/a/b'],
  ['/', '/b', '/new', 'http://a.example/newb'],
])('Istio replaces the prefix %s of %s in a redirect by "%s": %s', (own, requested, replacePrefixMatch, location) => {
  const filter = {
    type: 'RequestRedirect',
    requestRedirect: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch } },
  };
  const result = traffic([
    door(),
    route('r', { rules: [{ matches: [path('PathPrefix', own)], filters: [filter] }] }),
  ]).fromInternet(`GET http://a.example${requested}`);
  expect(result.outcomes.map(each => each.location)).toEqual([location]);
});

test('of the prefix of all paths a rewrite replaces the slash', () => {
  const filter = {
    type: 'URLRewrite',
    urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } },
  };
  const rules = [{ matches: [path('PathPrefix', '/')], filters: [filter], backendRefs: [to('web')] }];
  const result = traffic([door(), route('r', { rules })]).fromInternet('GET http://a.example/b');
  expect(result.outcomes.map(each => each.path)).toEqual(['/newb']);
});

test('filters change headers, of the rule and of the backend', () => {
  const modifier = (name: string, value: string) => ({
    type: 'RequestHeaderModifier',
    requestHeaderModifier: { set: [{ name, value }], remove: ['x-gone'] },
  });
  const result = traffic([
    door(),
    route('r', {
      rules: [
        {
          filters: [
            modifier('X-Rule', '1'),
            { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'x-answer', value: '2' }] } },
          ],
          backendRefs: [to('web', { filters: [modifier('x-backend', '3')] })],
        },
      ],
    }),
  ]).fromInternet('GET http://a.example/', { headers: { 'x-gone': '0' } });
  expect([result.outcomes[0]?.headers, result.responseHeaders]).toEqual([
    { 'x-rule': '1', 'x-backend': '3' },
    { 'x-answer': '2' },
  ]);
});

test.each<[string, object, string]>([
  ['a scheme', { scheme: 'https', statusCode: 301 }, 'https://a.example/a?q=1'],
  ['a host and a port', { hostname: 'b.example', port: 8443 }, 'http://b.example:8443/a?q=1'],
  ['a path', { path: { type: 'ReplaceFullPath', replaceFullPath: '/b' } }, 'http://a.example/b?q=1'],
])('a filter sends clients to %s', (_name, requestRedirect, expected) => {
  traffic([door(), route('r', { rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect }] }] })])
    .fromInternet('GET http://a.example/a?q=1')
    .expectRedirectedTo(expected);
});

test('a GRPCRoute names services and methods', () => {
  const grpc = gatewayApi('GRPCRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    rules: [
      { matches: [{ method: { service: 'pkg.Cart', method: 'Add' } }], backendRefs: [to('web')] },
      { matches: [{ method: { service: 'pkg.Cart' } }], backendRefs: [to('old')] },
      { matches: [{ method: { method: 'Only' } }], backendRefs: [to('cart')] },
    ],
  });
  expect(
    ['pkg.Cart/Add', 'pkg.Cart/Get', 'pkg.Any/Only', 'pkg.Any/Other'].map(each =>
      enter([grpc], `POST http://a.example/${each}`),
    ),
  ).toEqual(['web-v1', 'old-v1', 'cart-v1 50%, cart-v2 50%', '404']);
});

test('a GRPCRoute without a method comes behind every HTTPRoute', () => {
  const grpc = gatewayApi('GRPCRoute', 'a', {
    parentRefs: [{ name: 'door' }],
    rules: [{ matches: [{ headers: [{ name: 'x', value: '1' }] }], backendRefs: [to('old')] }],
  });
  const all = (...objects: object[]) =>
    endsOf(traffic([door(), grpc, ...objects]).fromInternet('POST http://a.example/', { headers: { x: '1' } }));
  expect([all(), all(route('r', { rules: [{ backendRefs: [to('web')] }] }))]).toEqual(['old-v1', 'web-v1']);
});

test('a gateway applies the tokens and policies that name it, and uses mutual TLS to services', () => {
  const objects = [
    route('r', { rules: [{ backendRefs: [to('web')] }] }),
    istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }),
    istio('AuthorizationPolicy', 'inside', {
      selector: { matchLabels: { app: 'web' } },
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/door-istio'] } }] }],
    }),
    istio('RequestAuthentication', 'tokens', {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
      jwtRules: [{ issuer: 'me', jwks: '{}' }],
    }),
    istio('AuthorizationPolicy', 'outside', {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
      rules: [{ from: [{ source: { requestPrincipals: ['me/*'] } }] }],
    }),
  ];
  const claims = { iss: 'me', sub: 'ann' };
  expect([
    enter(objects),
    enter(objects, undefined, { claims }),
    enter(objects, undefined, { claims, badToken: true }),
  ]).toEqual(['403', 'web-v1', '401']);
});

const own = (servers: object[], name = 'own', selector: object = { istio: 'ingressgateway' }) =>
  istio('Gateway', name, { selector, servers });
const http = (hosts: string[], more: object = {}) => ({
  port: { number: 80, name: 'http', protocol: 'HTTP' },
  hosts,
  ...more,
});
const rules = (hosts: string[], gateways: string[], namespace = 'shop', host = 'web.shop.svc.cluster.local') =>
  istio(
    'VirtualService',
    `rules-${namespace}`,
    { hosts, gateways, http: [{ route: [{ destination: { host, port: { number: 80 } } }] }] },
    namespace,
  );

test.each<[string, object[], string, string]>([
  ['its host', [own([http(['a.example'])]), rules(['a.example'], ['own'])], 'http://a.example/', 'web-v1'],
  ['a host that it has not', [own([http(['a.example'])]), rules(['b.example'], ['own'])], 'http://b.example/', '404'],
  [
    'hosts of a pattern',
    [own([http(['*.example'])]), rules(['a.example'], ['shop/own'])],
    'http://a.example/',
    'web-v1',
  ],
  ['the part that both have', [own([http(['a.example'])]), rules(['*.example'], ['own'])], 'http://b.example/', '404'],
  ['hosts for a namespace', [own([http(['money/*'])]), rules(['a.example'], ['own'])], 'http://a.example/', '404'],
  ['hosts for the own namespace', [own([http(['./*'])]), rules(['a.example'], ['own'])], 'http://a.example/', 'web-v1'],
  ['rules for the mesh alone', [own([http(['*'])]), rules(['a.example'], ['mesh'])], 'http://a.example/', '404'],
  [
    'rules of another namespace',
    [own([http(['*'])]), rules(['a.example'], ['shop/own'], 'money')],
    'http://a.example/',
    'web-v1',
  ],
  [
    'a redirect to https of a host without rules',
    [own([http(['b.example'], { tls: { httpsRedirect: true } })])],
    'http://b.example/x',
    '301',
  ],
  [
    'a redirect to https of hosts for a namespace, of which one has rules',
    [own([http(['shop/*.example'], { tls: { httpsRedirect: true } })]), rules(['a.example'], ['own'])],
    'http://a.example/x',
    '301',
  ],
  [
    'a redirect to https of hosts for a namespace, of which another has none',
    [own([http(['shop/*.example'], { tls: { httpsRedirect: true } })]), rules(['a.example'], ['own'])],
    'http://b.example/x',
    '404',
  ],
  [
    'rules for another Gateway of the same Pods and port, whose host is less specific',
    [own([http(['a.example'])]), own([http(['*'])], 'other'), rules(['a.example'], ['other'])],
    'http://a.example/',
    'web-v1',
  ],
  [
    'a redirect to https',
    [own([http(['*'], { tls: { httpsRedirect: true } })]), rules(['a.example'], ['own'])],
    'http://a.example/x',
    '301',
  ],
  ['no such port', [own([http(['*'])]), rules(['a.example'], ['own'])], 'http://a.example:81/', '0'],
])('a Gateway of Istio with %s', (_name, objects, url, expected) => {
  expect(endsOf(traffic(objects).fromInternet(`GET ${url}`))).toBe(expected);
});

test('an external authorizer is called for requests that a route matches', () => {
  const ask = istio('AuthorizationPolicy', 'ask', {
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
    action: 'CUSTOM',
    provider: { name: 'opa' },
    rules: [{}],
  });
  const gate = traffic(
    [door(), route('r', { rules: [{ matches: [{ path: { value: '/a' } }], backendRefs: [to('web')] }] }), ask],
    { denyingAuthorizers: ['opa'] },
  );
  expect(['/a', '/b'].map(path => endsOf(gate.fromInternet(`GET http://a.example${path}`)))).toEqual(['403', '404']);
});

test('a redirect to https keeps the port of the request', () => {
  const gate = traffic([
    own([{ port: { number: 8090, name: 'http', protocol: 'HTTP' }, hosts: ['*'], tls: { httpsRedirect: true } }]),
  ]);
  gate.fromInternet('GET http://a.example:8090/x?y=z').expectRedirectedTo('https://a.example:8090/x?y=z');
});

test('rules that match all requests come last, whichever VirtualService has them', () => {
  const all = istio('VirtualService', 'a', {
    hosts: ['a.example'],
    gateways: ['own'],
    http: [{ directResponse: { status: 201 } }],
  });
  const one = istio('VirtualService', 'b', {
    hosts: ['a.example'],
    gateways: ['own'],
    http: [{ match: [{ uri: { prefix: '/b' } }], directResponse: { status: 202 } }],
  });
  const gate = traffic([own([http(['*'])]), all, one]);
  expect(['/b', '/c'].map(each => endsOf(gate.fromInternet(`GET http://a.example${each}`)))).toEqual(['202', '201']);
});

test('TLS needs https, mutual TLS a certificate of the client', () => {
  const tls = (mode: string) =>
    traffic([
      own([
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          hosts: ['a.example'],
          tls: { mode, credentialName: 'cert' },
        },
      ]),
      rules(['a.example'], ['own']),
    ]);
  const ask = (mode: string, request: string, props: InternetRequestProps = {}) =>
    endsOf(tls(mode).fromInternet(request, props));
  expect([
    ask('SIMPLE', 'GET https://a.example/'),
    ask('SIMPLE', 'GET http://a.example:443/'),
    ask('SIMPLE', 'GET https://b.example/'),
  ]).toEqual(['web-v1', '0', '0']);
  expect([
    ask('MUTUAL', 'GET https://a.example/'),
    ask('MUTUAL', 'GET https://a.example/', { clientCertificate: true }),
    ask('OPTIONAL_MUTUAL', 'GET https://a.example/'),
    ask('OPTIONAL_MUTUAL', 'GET https://a.example/', { clientCertificate: true }),
    ask('OPTIONAL_MUTUAL', 'GET http://a.example:443/'),
  ]).toEqual(['0', 'web-v1', 'web-v1', 'web-v1', '0']);
});

test('a Service of several ports has to be named with one, unless it has that of the gateway', () => {
  const bare = istio('VirtualService', 'bare', {
    hosts: ['a.example'],
    gateways: ['own'],
    http: [{ route: [{ destination: { host: 'web' } }] }],
  });
  const at = (number: number) =>
    endsOf(
      traffic([own([{ port: { number, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }]), bare]).fromInternet(
        `GET http://a.example:${number}/`,
      ),
    );
  expect([at(80), at(8090)]).toEqual(['web-v1', '503']);
});

test('the outside comes in by the ports of the Service in front of the gateway', () => {
  const gatePods = { ...pods('gate') };
  const gate = service('gate', 'shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] });
  const all = traffic([
    gatePods,
    gate,
    own([{ port: { number: 8080, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }], 'own', { app: 'gate' }),
    rules(['a.example'], ['own']),
  ]);
  expect([
    endsOf(all.fromInternet('GET http://a.example/')),
    endsOf(all.fromInternet('GET http://a.example:8080/')),
  ]).toEqual(['web-v1', '0']);
});

test('a token that a gateway has verified may decide the route', () => {
  const byClaim = istio('VirtualService', 'claims', {
    hosts: ['a.example'],
    gateways: ['own'],
    http: [
      { match: [{ headers: { '@request.auth.claims.role': { exact: 'boss' } } }], directResponse: { status: 201 } },
      { match: [{ headers: { '@request.auth.claims[group][id]': { prefix: 'g' } } }], directResponse: { status: 202 } },
      { directResponse: { status: 203 } },
    ],
  });
  const gate = traffic([
    own([http(['*'])]),
    byClaim,
    istio('RequestAuthentication', 'tokens', { jwtRules: [{ issuer: 'me', jwks: '{}' }] }, 'istio-system'),
  ]);
  const ask = (claims?: object) =>
    endsOf(gate.fromInternet('GET http://a.example/', claims ? { claims: { iss: 'me', ...claims } } : {}));
  expect([ask(), ask({ role: 'boss' }), ask({ role: ['clerk', 'boss'] }), ask({ group: { id: 'g1' } })]).toEqual([
    '203',
    '201',
    '201',
    '202',
  ]);
});

test('a host of two gateways requires the name of one of them', () => {
  const both = traffic([
    door(),
    route('r', { rules: [{ backendRefs: [to('web')] }] }),
    own([http(['*'])]),
    rules(['a.example'], ['own'], 'shop', 'old.shop.svc.cluster.local'),
  ]);
  expect(() => both.fromInternet('GET http://a.example/')).toThrow("Select one: { gateway: 'shop/door' }");
  expect(
    ['shop/door', 'shop/own'].map(gateway => endsOf(both.fromInternet('GET http://a.example/', { gateway }))),
  ).toEqual(['web-v1', 'old-v1']);
});

test('a gateway outside the mesh proves no identity', () => {
  const outsideMesh = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'eg',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  const objects = [
    ...TOWN,
    meshed('envoy-gateway-system'),
    outsideMesh,
    route('r', { rules: [{ backendRefs: [to('web')] }] }),
  ];
  expect(endsOf(Traffic.of(manifestsOf(objects)).fromInternet('GET http://a.example/'))).toBe('web-v1');
  expect(
    endsOf(
      Traffic.of(
        manifestsOf([...objects, istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } })]),
      ).fromInternet('GET http://a.example/'),
    ),
  ).toBe('503');
});

test('a gateway with TLS passthrough routes by the SNI of the client', () => {
  const server = own([
    { port: { number: 443, name: 'tls', protocol: 'TLS' }, hosts: ['*.example'], tls: { mode: 'PASSTHROUGH' } },
  ]);
  const byName = istio('VirtualService', 'tls', {
    hosts: ['*.example'],
    gateways: ['own'],
    tls: [
      {
        match: [{ port: 443, sniHosts: ['a.example'] }],
        route: [{ destination: { host: 'web', port: { number: 9000 } } }],
      },
      { match: [{ sniHosts: ['*.b.example'] }], route: [{ destination: { host: 'old', port: { number: 9000 } } }] },
    ],
  });
  const through = traffic([server, byName]);
  expect(
    ['a.example', 'x.b.example', 'c.example'].map(host => endsOf(through.fromInternet(`GET https://${host}/`))),
  ).toEqual(['web-v1', 'old-v1', '0']);

  const listener = door([{ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }]);
  const tlsRoute = gatewayApi('TLSRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    hostnames: ['a.example'],
    rules: [
      {
        backendRefs: [
          { name: 'web', port: 9000 },
          { name: 'old', port: 9000, weight: 3 },
        ],
      },
    ],
  });
  expect(
    ['a.example', 'c.example'].map(host => endsOf(traffic([listener, tlsRoute]).fromInternet(`GET https://${host}/`))),
  ).toEqual(['old-v1 75%, web-v1 25%', '0']);
});
