import { Traffic } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';
import { cartRules, endsOf, istio, meshConfig, meshed, pods, service, traffic } from './support';

const peer = (mode: string, spec: object = {}, namespace = 'shop') =>
  istio('PeerAuthentication', 'peer', { mtls: { mode }, ...spec }, namespace);
const rule = (tls: object, spec: object = {}) =>
  istio('DestinationRule', 'cart', { host: 'cart', trafficPolicy: { tls }, ...spec });
const cart = 'cart-v1 50%, cart-v2 50%';

test.each<[string, object[], string, string]>([
  ['by default both are allowed', [], cart, cart],
  ['STRICT denies clients without mutual TLS', [peer('STRICT')], cart, '0'],
  ['PERMISSIVE allows both', [peer('PERMISSIVE')], cart, cart],
  ['DISABLE allows both, in plain text', [peer('DISABLE')], cart, cart],
  ['STRICT for the mesh', [peer('STRICT', {}, 'istio-system')], cart, '0'],
  ['STRICT for another namespace', [peer('STRICT', {}, 'money')], cart, cart],
  [
    'STRICT for one version',
    [peer('STRICT', { selector: { matchLabels: { version: 'v1' } } })],
    cart,
    '0 50%, cart-v2 50%',
  ],
  ['the older of two', [peer('STRICT'), istio('PeerAuthentication', 'a', { mtls: { mode: 'DISABLE' } })], cart, cart],
  [
    'an exception for the port',
    [peer('STRICT', { selector: { matchLabels: { app: 'cart' } }, portLevelMtls: { 8080: { mode: 'DISABLE' } } })],
    cart,
    cart,
  ],
  [
    'STRICT for the Pods of a namespace that is DISABLE, which callers go by',
    [
      peer('DISABLE'),
      istio('PeerAuthentication', 'cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'STRICT' } }),
    ],
    '503',
    '0',
  ],
  [
    'DISABLE for the mesh and PERMISSIVE for the namespace',
    [peer('DISABLE', {}, 'istio-system'), peer('PERMISSIVE')],
    cart,
    cart,
  ],
  ['a caller configured for plain text', [peer('STRICT'), rule({ mode: 'DISABLE' })], '503', '0'],
  [
    'a caller configured for mutual TLS to a callee without it',
    [peer('DISABLE'), rule({ mode: 'ISTIO_MUTUAL' })],
    '503',
    cart,
  ],
  [
    'a mesh whose proxies do not choose by themselves',
    [peer('STRICT'), meshConfig({ enableAutoMtls: false })],
    '503',
    '0',
  ],
])('%s', (_name, objects, fromWeb, fromOld) => {
  const all = traffic(objects);
  expect([endsOf(all.from('web').http('GET http://cart/')), endsOf(all.from('old').http('GET http://cart/'))]).toEqual([
    fromWeb,
    fromOld,
  ]);
});

test('a callee without a sidecar is called in plaintext, unless a DestinationRule sets another mode', () => {
  const ask = (...objects: object[]) =>
    endsOf(
      traffic([peer('STRICT'), ...objects])
        .from('web')
        .http('GET http://old/'),
    );
  expect([
    ask(),
    ask(istio('DestinationRule', 'old', { host: 'old', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } })),
  ]).toEqual(['old-v1', '503']);
});

test(
  'of the Pods behind a Service those are reached that accept connections, as long as there ' + 'are further retries',
  () => {
    const one = peer('DISABLE', { selector: { matchLabels: { app: 'cart', version: 'v1' } } });
    const http = (attempts: number) =>
      istio('VirtualService', 'cart', {
        hosts: ['cart'],
        http: [{ route: [{ destination: { host: 'cart' } }], retries: { attempts } }],
      });
    const ask = (attempts: number) =>
      endsOf(
        traffic([one, rule({ mode: 'ISTIO_MUTUAL' }), http(attempts)])
          .from('web')
          .http('GET http://cart/'),
      );
    expect([ask(0), ask(1)]).toEqual(['503 50%, cart-v2 50%', 'cart-v2']);
  },
);

test('a port that is excluded from the proxy has neither mutual TLS nor policies', () => {
  const excluded = pods('free', 'v1', { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' } });
  const all = traffic([excluded, service('free'), peer('STRICT'), istio('AuthorizationPolicy', 'none', {})]);
  expect([endsOf(all.from('old').http('GET http://free/')), endsOf(all.from('old').http('GET http://cart/'))]).toEqual([
    'free-v1',
    '0',
  ]);
});

test(
  'callers with sidecars use mutual TLS to an excluded port, which has no proxy to terminate it, unless '
    + 'it is disabled',
  () => {
    const excluded = pods('free', 'v1', { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' } });
    const ask = (...objects: object[]) =>
      endsOf(
        traffic([excluded, service('free'), ...objects])
          .from('web')
          .http('GET http://free/'),
      );
    expect([
      ask(),
      ask(istio('DestinationRule', 'free', { host: 'free', trafficPolicy: { tls: { mode: 'DISABLE' } } })),
    ]).toEqual(['503', 'free-v1']);
  },
);

test('only proxies have a ServiceEntry: a caller without one connects to the address from DNS', () => {
  const entry = istio(
    'ServiceEntry',
    'out',
    {
      hosts: ['out.example'],
      location: 'MESH_INTERNAL',
      resolution: 'STATIC',
      ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
      workloadSelector: { labels: { app: 'bank' } },
    },
    'money',
  );
  const places = (from: string) =>
    traffic([entry])
      .from(from)
      .http('GET http://out.example/')
      .outcomes.map(each => each.destination);
  expect([places('web'), places('old')]).toEqual([['money/bank-v1'], ['out.example']]);
});

const db = (port: object, ...more: object[]) =>
  traffic([
    pods('db', 'v1'),
    pods('db', 'v2'),
    service('db', 'shop', { clusterIP: 'None', ports: [port] }),
    istio('DestinationRule', 'db', { host: 'db', subsets: [{ name: 'v2', labels: { version: 'v2' } }] }),
    istio('VirtualService', 'db', {
      hosts: ['db'],
      http: [{ route: [{ destination: { host: 'db', subset: 'v2' } }] }],
    }),
    ...more,
  ]);
const same = { name: 'http', port: 8080, targetPort: 8080 };

test(
  'a client chooses among the Pods of a headless Service, regardless of subsets of routes, and reaches '
    + 'the port of its request',
  () => {
    expect(
      [db(same), db(same)].map((all, index) =>
        endsOf(all.from(['web', 'old'][index] ?? '').http('GET http://db:8080/')),
      ),
    ).toEqual(['db-v1 50%, db-v2 50%', 'db-v1 50%, db-v2 50%']);
    expect(
      db({ ...same, port: 80 })
        .from('web')
        .http('GET http://db/')
        .outcomes.map(each => each.port),
    ).toEqual([80, 80]);
  },
);

test(
  'a route from another Service to a headless one goes where the client has connected to, which is not ' + 'guessed',
  () => {
    expect(() =>
      db(same, cartRules({ route: [{ destination: { host: 'db', port: { number: 8080 } } }] }))
        .from('web')
        .http('GET http://cart/'),
    ).toThrow('Route to a Service with a cluster IP');
  },
);

test('a Pod that calls its own headless Service reaches itself and the other Pods, and is listed in the matrix', () => {
  const all = db(same);
  all.from('db-v1').http('GET http://db:8080/').expectSplit({ 'db-v1': 50, 'db-v2': 50 });
  // Only for the other one does the proxy normalize the path.
  expect(() => all.from('db-v1').http('GET http://db:8080/a/./b')).toThrow('may choose its own address');
  expect(all.matrix().has('shop/db-v1', 'shop/db-v2')).toBe(true);
});

test.each<[string, object]>([
  ['another service', { route: [{ destination: { host: 'cart', port: { number: 80 } } }] }],
  [
    'itself with a delay',
    {
      fault: { delay: { fixedDelay: '1s', percentage: { value: 100 } } },
      route: [{ destination: { host: 'db' } }],
    },
  ],
  ['itself with a copy', { mirror: { host: 'cart', port: { number: 80 } }, route: [{ destination: { host: 'db' } }] }],
  ['itself with a header', { headers: { response: { set: { x: 'y' } } }, route: [{ destination: { host: 'db' } }] }],
])('a Pod whose own headless Service a rule leads to %s may choose itself, past the rule', (_name, http) => {
  const all = traffic([
    pods('db', 'v1', { replicas: 2 }),
    service('db', 'shop', { clusterIP: 'None', ports: [same] }),
    istio('VirtualService', 'db', { hosts: ['db'], http: [http] }),
  ]);
  expect(() => all.from('db-v1').http('GET http://db:8080/')).toThrow('may choose its own address');
  expect(() => all.from('web').http('GET http://db:8080/')).not.toThrow();
});

test('what a rule for its own headless Service leads to is no certain path of a Pod', () => {
  const all = traffic([
    pods('db', 'v1', { replicas: 2 }),
    service('db', 'shop', { clusterIP: 'None', ports: [same] }),
    istio('VirtualService', 'db', {
      hosts: ['db'],
      http: [{ route: [{ destination: { host: 'bank.money.svc.cluster.local', port: { number: 80 } } }] }],
    }),
    istio('Sidecar', 'db', {
      workloadSelector: { labels: { app: 'db' } },
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      egress: [{ hosts: ['./db.shop.svc.cluster.local'] }],
    }),
  ]);
  expect(String(all.matrix())).toContain('shop/db-v1 → money/bank-v1:8080*');
});

test('sidecars use mutual TLS to a headless Service if all of its Pods have sidecars', () => {
  const outsider = pods('db', 'v3', { labels: { 'sidecar.istio.io/inject': 'false' } });
  expect([
    endsOf(db(same, peer('STRICT')).from('web').http('GET http://db:8080/')),
    endsOf(db(same, peer('STRICT'), outsider).from('web').http('GET http://db:8080/')),
  ]).toEqual(['db-v1 50%, db-v2 50%', '503 66.67%, db-v3 33.33%']);
  expect(
    endsOf(
      db(
        same,
        istio('PeerAuthentication', 'v1', { selector: { matchLabels: { app: 'db' } }, mtls: { mode: 'DISABLE' } }),
      )
        .from('web')
        .http('GET http://db:8080/'),
    ),
  ).toBe('503');
});

test(
  'a workload whose label turns mutual TLS off, and one behind a host outside the mesh, are called in ' + 'plain text',
  () => {
    const isMutual = (...objects: object[]) =>
      traffic([
        istio('AuthorizationPolicy', 'known', { rules: [{ from: [{ source: { principals: ['*'] } }] }] }),
        ...objects,
      ]);
    const labelled = [pods('free', 'v1', { labels: { 'security.istio.io/tlsMode': 'disabled' } }), service('free')];
    const entry = (location: string) =>
      istio('ServiceEntry', 'out', {
        hosts: ['out.example'],
        location,
        resolution: 'STATIC',
        ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
        workloadSelector: { labels: { app: 'web' } },
      });
    expect(
      endsOf(
        isMutual(...labelled)
          .from('web')
          .http('GET http://free/'),
      ),
    ).toBe('403');
    expect(
      ['MESH_EXTERNAL', 'MESH_INTERNAL'].map(each =>
        endsOf(isMutual(entry(each)).from('cart-v1').http('GET http://out.example/')),
      ),
    ).toEqual(['403', 'web-v1']);
  },
);

const closed = (spec: object, namespace = 'shop') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'closed', namespace },
  spec,
});

test.each<[string, object, string, string]>([
  [
    'one that allows no ingress',
    { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Ingress'] },
    '503',
    '0',
  ],
  [
    'one that allows no egress of web',
    { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] },
    '503',
    cart,
  ],
  [
    'one that allows the port, by its name in the Pods',
    { podSelector: { matchLabels: { app: 'cart' } }, ingress: [{ ports: [{ port: 'web' }] }] },
    cart,
    cart,
  ],
  [
    'one that allows web',
    {
      podSelector: { matchLabels: { app: 'cart' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
    },
    cart,
    '0',
  ],
])('a NetworkPolicy: %s', (_name, spec, fromWeb, fromOld) => {
  const all = traffic([closed(spec)]);
  expect([endsOf(all.from('web').http('GET http://cart/')), endsOf(all.from('old').http('GET http://cart/'))]).toEqual([
    fromWeb,
    fromOld,
  ]);
});

const tokens = (rules: object, spec: object = {}) =>
  istio('RequestAuthentication', 'tokens', {
    jwtRules: [{ issuer: 'https://issuer.example', jwks: '{}', ...rules }],
    ...spec,
  });
const claims = { iss: 'https://issuer.example', sub: 'ann', aud: 'shop' };

test.each<[string, object, object, string]>([
  ['no token', tokens({}), {}, cart],
  ['a valid one', tokens({}), { claims }, cart],
  ['one that is not valid', tokens({}), { claims, badToken: true }, '401'],
  ['one of another issuer', tokens({}), { claims: { ...claims, iss: 'https://other.example' } }, '401'],
  ['one for the audience', tokens({ audiences: ['x', 'shop'] }), { claims }, cart],
  ['one for another audience', tokens({ audiences: ['x'] }), { claims }, '403'],
  [
    'a bad one where no rule reads it',
    tokens({ fromHeaders: [{ name: 'x-token' }] }),
    { claims, badToken: true },
    cart,
  ],
  [
    'a bad one where one rule reads it',
    tokens({ fromHeaders: [{ name: 'x-token' }] }),
    { claims, badToken: true, tokenHeader: 'X-Token' },
    '401',
  ],
  ['a bad one in the default parameter', tokens({}), { claims, badToken: true, tokenParameter: 'access_token' }, '401'],
  ['a bad one in another parameter', tokens({}), { claims, badToken: true, tokenParameter: 'token' }, cart],
  [
    'a bad one in a parameter that is named',
    tokens({ fromParams: ['token'] }),
    { claims, badToken: true, tokenParameter: 'token' },
    '401',
  ],
  [
    'a bad one in a cookie that is named',
    tokens({ fromCookies: ['session'] }),
    { claims, badToken: true, tokenCookie: 'session' },
    '401',
  ],
  ['a bad one in a cookie that no rule names', tokens({}), { claims, badToken: true, tokenCookie: 'session' }, cart],
  [
    'a bad one at a workload without rules',
    tokens({}, { selector: { matchLabels: { app: 'bank' } } }),
    { claims, badToken: true },
    cart,
  ],
])('a request with %s', (_name, object, props, expected) => {
  expect(endsOf(traffic([object]).from('web').http('GET http://cart/', props))).toBe(expected);
});

test('a token in two places throws', () => {
  expect(() =>
    traffic().from('web').http('GET http://cart/', { claims, tokenCookie: 'a', tokenParameter: 'b' }),
  ).toThrow('in one place, not in the parameter b and in the cookie a');
});

test('a verified token is forwarded only if declared, and claims become headers', () => {
  const headers = (object: object) =>
    traffic([object]).from('web').http('GET http://cart/', { claims }).outcomes[0]?.headers;
  expect(headers(tokens({}))).toEqual({});
  expect(headers(tokens({ forwardOriginalToken: true }))).toEqual({ authorization: 'Bearer token' });
  expect(headers(tokens({ outputClaimToHeaders: [{ header: 'X-Sub', claim: 'sub' }] }))).toEqual({ 'x-sub': 'ann' });
});

test('without a mesh, Services lead to the Pods that run', () => {
  const plain = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const objects = [
    plain,
    pods('web'),
    pods('cart', 'v1', { replicas: 3 }),
    pods('cart', 'v2', { replicas: 1 }),
    pods('gone', 'v1', { replicas: 0 }),
    service('cart'),
    service('gone'),
  ];
  const web = Traffic.of(manifestsOf(objects)).from('web');
  expect(endsOf(web.http('GET http://cart/'))).toBe('cart-v1 75%, cart-v2 25%');
  expect([
    endsOf(web.http('GET http://gone/')),
    endsOf(web.http('GET http://cart:82/')),
    endsOf(web.http('GET http://nobody/')),
  ]).toEqual(['0', '0', '0']);
  expect(web.http('GET http://www.example/').outcomes.map(each => each.destination)).toEqual(['www.example']);
});

test('whether a sidecar accepts connections of ambient mode is not guessed', () => {
  const ambient = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'amb', labels: { 'istio.io/dataplane-mode': 'ambient' } },
  };
  const all = traffic([ambient, pods('fog', 'v1', { namespace: 'amb' }), service('fog', 'amb'), meshed('other')]);
  expect(() => all.from('fog').http('GET http://cart.shop/')).toThrow('whether that accepts HBONE is unknown');
});

test('a proxy sends the cluster as the name in mutual TLS, and a DestinationRule can set another', () => {
  const policy = (condition: object) =>
    istio(
      'AuthorizationPolicy',
      'sni',
      { selector: { matchLabels: { app: 'bank' } }, rules: [{ when: [{ key: 'connection.sni', ...condition }] }] },
      'money',
    );
  const ask = (condition: object, ...objects: object[]) =>
    endsOf(
      traffic([policy(condition), ...objects])
        .from('web')
        .http('GET http://bank.money/'),
    );
  const rule = (tls: object) =>
    istio(
      'DestinationRule',
      'bank',
      {
        host: 'bank.money.svc.cluster.local',
        trafficPolicy: { tls },
        subsets: [{ name: 'v1', labels: { version: 'v1' } }],
      },
      'money',
    );
  const toSubset = istio(
    'VirtualService',
    'bank',
    {
      hosts: ['bank.money.svc.cluster.local'],
      http: [{ route: [{ destination: { host: 'bank.money.svc.cluster.local', subset: 'v1' } }] }],
    },
    'money',
  );
  const name = 'outbound_.80_._.bank.money.svc.cluster.local';
  expect([
    ask({ values: [name] }),
    ask({ notValues: [name] }),
    ask({ values: ['bank.money.svc.cluster.local'] }),
  ]).toEqual(['bank-v1', '403', '403']);
  expect(
    ask({ values: ['outbound_.80_.v1_.bank.money.svc.cluster.local'] }, rule({ mode: 'ISTIO_MUTUAL' }), toSubset),
  ).toBe('bank-v1');
  expect(ask({ values: ['own.example'] }, rule({ mode: 'ISTIO_MUTUAL', sni: 'own.example' }))).toBe('bank-v1');
  expect([
    ask({ values: ['*'] }, rule({ mode: 'DISABLE' })),
    ask({ notValues: [name] }, rule({ mode: 'DISABLE' })),
  ]).toEqual(['403', 'bank-v1']);
});

const machine = (name: string, spec: object, namespace = 'shop', metadata: object = {}) =>
  istio('WorkloadEntry', name, { address: '10.1.2.3', labels: { app: 'vm' }, ...spec }, namespace, metadata);
const toMachines = istio('ServiceEntry', 'vm', {
  hosts: ['vm.example'],
  location: 'MESH_INTERNAL',
  resolution: 'STATIC',
  ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
  workloadSelector: { labels: { app: 'vm' } },
});
const endingsOf = (objects: object[], url = 'http://vm.example/') =>
  traffic(objects)
    .from('web')
    .http(`GET ${url}`)
    .outcomes.map(({ destination: place, port, share }) => `${place}:${port} ${share * 100}%`);

test.each<[string, object[], string[]]>([
  ['selected by its labels', [machine('a', {})], ['10.1.2.3:8080 100%']],
  [
    'with a port and a weight of its own, beside Pods',
    [machine('a', { ports: { http: 9090 }, weight: 3 }), pods('vm')],
    ['10.1.2.3:9090 75%', 'shop/vm-v1:8080 25%'],
  ],
  [
    'selected by the labels of the object',
    [machine('a', { labels: {} }, 'shop', { labels: { app: 'vm' } })],
    ['10.1.2.3:8080 100%'],
  ],
  ['of another namespace', [machine('a', {}, 'money')], [':0 100%']],
  ['with other labels', [machine('a', { labels: { app: 'other' } })], [':0 100%']],
])('a WorkloadEntry %s', (_name, objects, expected) => {
  expect(endingsOf([toMachines, ...objects])).toEqual(expected);
});

test('a WorkloadEntry is behind a Service that selects it too, and not behind one without a selector', () => {
  const ofService = (spec: object = {}) => endingsOf([machine('a', {}), service('vm', 'shop', spec)], 'http://vm/');
  expect([ofService({ ports: [{ name: 'http', port: 80, targetPort: 7070 }] }), ofService({ selector: {} })]).toEqual([
    ['10.1.2.3:7070 100%'],
    [':0 100%'],
  ]);
});

test('what a policy for a WorkloadEntry does is not guessed', () => {
  expect(() =>
    endingsOf([
      toMachines,
      machine('a', {}),
      istio('AuthorizationPolicy', 'p', { selector: { matchLabels: { app: 'vm' } } }),
    ]),
  ).toThrow('The AuthorizationPolicy shop/p selects the WorkloadEntry shop/a');
});

test.each(['clusterIP', 'clusterIPs', 'externalIPs', 'loadBalancerIP'])(
  'a request for an address of a Service (%s) is not taken to leave the cluster',
  field => {
    const addressed = service('web', 'shop', { [field]: field.endsWith('s') ? ['10.1.1.1'] : '10.1.1.1' });
    expect(() => traffic([addressed]).from('old').http('GET http://10.1.1.1/')).toThrow(
      '10.1.1.1 is an address of the Service shop/web. Ask for the Service by its name.',
    );
    expect(endsOf(traffic([addressed]).from('old').http('GET http://10.1.1.2/'))).toBe('10.1.1.2');
  },
);

test('the address that a load balancer has given a Service is one of it', () => {
  const balanced = { ...service('web'), status: { loadBalancer: { ingress: [{ ip: '10.1.1.1' }] } } };
  expect(() => traffic([balanced]).from('cart').http('GET http://10.1.1.1/')).toThrow(
    'an address of the Service shop/web',
  );
});

describe('TCP services outside without addresses', () => {
  const external = (name: string, port: object = {}, more: object = {}) =>
    istio('ServiceEntry', name, {
      hosts: [`${name}.example`],
      ports: [{ number: 5432, name: 'p', protocol: 'TCP', ...port }],
      resolution: 'DNS',
      ...more,
    });
  const ask = (other: object, settings: object = {}) =>
    endsOf(
      traffic([external('db1'), other, meshConfig(settings)])
        .from('web')
        .tcp('db1.example:5432'),
    );

  test('are not distinguished on one port', () => {
    expect(() => ask(external('db2'))).toThrow('db1.example and db2.example are TCP services without addresses');
    expect(() => ask(external('db2', { protocol: 'MONGO' }))).toThrow('db2.example');
  });

  test('have the port only if no HTTP of another host was there first', () => {
    expect(() => ask(external('db2', { protocol: 'HTTP' }))).toThrow(
      'db1.example is a TCP service without addresses on port 5432, on which',
    );
    expect(ask(external('db2', { protocol: 'HTTP', number: 5433 }))).toBe('db1.example');
  });

  test.each<[string, object, object]>([
    ['another port', external('db2', { number: 5433 }), {}],
    ['an address', external('db2', {}, { addresses: ['10.1.1.1'] }), {}],
    ['TLS', external('db2', { protocol: 'TLS' }), {}],
    ['another visibility', external('db2', {}, { exportTo: ['money'] }), {}],
    [
      'addresses of the proxies',
      external('db2'),
      {
        defaultConfig: {
          proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_DNS_AUTO_ALLOCATE: 'true' },
        },
      },
    ],
  ])('are distinguished by %s', (_name, other, settings) => {
    expect(ask(other, settings)).toBe('db1.example');
  });
});
