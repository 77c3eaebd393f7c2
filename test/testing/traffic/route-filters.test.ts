import { endsOf, gatewayApi, traffic } from './support';

const to = (name: string, more: object = {}) => ({ name, port: 80, ...more });
const door = (className = 'istio') =>
  gatewayApi('Gateway', 'door', {
    gatewayClassName: className,
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
const route = (kind: string, rules: object[], parent: object = { name: 'door' }) =>
  gatewayApi(kind, 'r', { parentRefs: [parent], hostnames: ['a.example'], rules });
const OPEN = gatewayApi('HTTPRoute', 'open', {
  parentRefs: [{ name: 'door' }],
  rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/open' } }], backendRefs: [to('old')] }],
});
const enter = (objects: object[], path = '/open') =>
  endsOf(traffic([door(), ...objects]).fromInternet(`POST http://a.example${path}`));

const modifier = { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x', value: 'y' }] } };
const mirror = (name: string, namespace = 'shop') => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: to(name, { namespace }) },
});
const FILTERS: Readonly<Record<string, object>> = {
  RequestHeaderModifier: modifier,
  ResponseHeaderModifier: {
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { set: [{ name: 'x', value: 'y' }] },
  },
  RequestMirror: mirror('old'),
  URLRewrite: { type: 'URLRewrite', urlRewrite: { hostname: 'b.example' } },
  RequestRedirect: { type: 'RequestRedirect', requestRedirect: { hostname: 'b.example' } },
  CORS: { type: 'CORS', cors: { allowOrigins: ['https://b.example'] } },
  ExternalAuth: { type: 'ExternalAuth', externalAuth: { protocol: 'GRPC', backendRef: to('old') } },
  ExtensionRef: { type: 'ExtensionRef', extensionRef: { group: 'x.example', kind: 'Filter', name: 'f' } },
  Later: { type: 'Later', later: {} },
};

test.each([
  [
    'HTTPRoute',
    'rule',
    ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'URLRewrite', 'RequestRedirect', 'CORS'],
  ],
  ['HTTPRoute', 'backend', ['RequestHeaderModifier', 'ResponseHeaderModifier']],
  ['GRPCRoute', 'rule', ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror']],
  ['GRPCRoute', 'backend', ['RequestHeaderModifier', 'ResponseHeaderModifier']],
])(
  '%s: at a %s Istio supports these filters, and leaves out the whole route for any other',
  (kind, level, supported) => {
    const rules = (filters: object[]) => [
      { backendRefs: [to('web')] },
      level === 'rule' ? { filters, backendRefs: [to('web')] } : { backendRefs: [to('web', { filters })] },
    ];
    const ends = Object.entries(FILTERS).map(([name, filter]) => [name, enter([route(kind, rules([filter]))])]);
    expect(ends.filter(([, end]) => end !== '404').map(([name]) => name)).toEqual(supported);
    expect(
      ends.filter(([, end]) => end !== '404').every(([, end]) => end === 'web-v1' || end === '301' || end === '302'),
    ).toBe(true);
  },
);

test('a route that is left out removes its hosts from no other route', () => {
  expect(enter([route('HTTPRoute', [{ filters: [FILTERS.ExternalAuth], backendRefs: [to('web')] }]), OPEN])).toBe(
    'old-v1',
  );
  expect(enter([route('HTTPRoute', [{ filters: [FILTERS.CORS], backendRefs: [to('web')] }]), OPEN])).toBe('web-v1');
});

test('a filter of a backend without a share is not read', () => {
  expect(
    enter([
      route('HTTPRoute', [{ backendRefs: [to('web'), to('old', { weight: 0, filters: [FILTERS.ExtensionRef] })] }]),
    ]),
  ).toBe('web-v1');
});

test('a header value with control characters leaves the route out, at a rule and at a backend', () => {
  const bad = (value: string) => ({
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { add: [{ name: 'x', value }] },
  });
  expect(
    ['\n', '\u007f', '\t'].map(each =>
      enter([route('HTTPRoute', [{ filters: [bad(`a${each}`)], backendRefs: [to('web')] }])]),
    ),
  ).toEqual(['404', '404', 'web-v1']);
  expect(enter([route('HTTPRoute', [{ backendRefs: [to('web', { filters: [bad('\r')] })] }])])).toBe('404');
});

test('a Service that is named by its host leaves the route out', () => {
  expect(enter([route('HTTPRoute', [{ backendRefs: [to('web')] }, { backendRefs: [to('web.shop')] }])])).toBe('404');
});

test(
  'a copy to what does not exist or may not be referenced is none of an HTTPRoute, and leaves a ' + 'GRPCRoute out',
  () => {
    const copying = (kind: string, filter: object) =>
      enter([route(kind, [{ filters: [filter], backendRefs: [to('web')] }])]);
    expect(
      ['HTTPRoute', 'GRPCRoute'].map(each => [
        copying(each, mirror('gone')),
        copying(each, mirror('bank', 'money')),
        copying(each, mirror('old')),
      ]),
    ).toEqual([
      ['web-v1', 'web-v1', 'web-v1'],
      ['404', '404', 'web-v1'],
    ]);
  },
);

test('a route of the mesh that is left out leaves the Service as it is without one', () => {
  const ofMesh = (filters: object[]) =>
    endsOf(
      traffic([
        route('HTTPRoute', [{ filters, backendRefs: [to('old')] }], { group: '', kind: 'Service', name: 'cart' }),
      ])
        .from('web')
        .http('GET http://cart/'),
    );
  expect([ofMesh([modifier]), ofMesh([FILTERS.ExternalAuth ?? {}])]).toEqual(['old-v1', 'cart-v1 50%, cart-v2 50%']);
});

test('what the controller of another gateway makes of such a filter is not guessed', () => {
  const other = (filter: object) =>
    endsOf(
      traffic([door('eg'), route('HTTPRoute', [{ filters: [filter], backendRefs: [to('web')] }])]).fromInternet(
        'GET http://a.example/',
      ),
    );
  expect(other(modifier)).toBe('web-v1');
  expect(() => other(FILTERS.ExtensionRef ?? {})).toThrow(
    'The HTTPRoute shop/r has a filter ExtensionRef (spec.rules[0].filters[0])',
  );
});

test.each(['istio', 'eg'])(
  'a gateway of class %s responds to a preflight of an origin that is not allowed',
  className => {
    const headers = { origin: 'https://c.example', 'access-control-request-method': 'GET' };
    expect(
      endsOf(
        traffic([
          door(className),
          route('HTTPRoute', [{ filters: [FILTERS.CORS], backendRefs: [to('web')] }]),
        ]).fromInternet('OPTIONS http://a.example/', { headers }),
      ),
    ).toBe('200');
  },
);
