import { endsOf, gatewayApi, istio, pods, traffic } from './support';

const own = (selector: object = { istio: 'ingress' }) =>
  istio('Gateway', 'own', {
    selector,
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  });
const toWeb = istio('VirtualService', 'v', {
  hosts: ['*'],
  gateways: ['own'],
  http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
});
const policy = (namespace: string, spec: object, kind = 'AuthorizationPolicy') =>
  istio(kind, 'policy', spec, namespace);
const enter = (objects: object[], selector?: object) =>
  endsOf(traffic([own(selector), toWeb, ...objects]).fromInternet('GET http://a.example/'));
const selecting = (labels: object) => ({ selector: { matchLabels: labels } });
const selectingPods = (matchLabels: object) => ({ podSelector: { matchLabels } });
const DENY = { action: 'DENY', rules: [{}] };
const DEPENDS = 'Throws';

/** The end of a request, or that it depends on what is not known. */
function result(objects: object[], selector?: object): string {
  try {
    return enter(objects, selector);
  } catch (error) {
    expect(String(error)).toContain('The Pods of the gateway shop/own are not in the manifests');
    expect(String(error)).toContain('Add the Deployment of the gateway to the manifests, or set `gatewayPods`.');
    return DEPENDS;
  }
}

test.each<[string, object, string]>([
  ['for all of the mesh', policy('istio-system', DENY), '403'],
  [
    'of the mesh that selects the labels',
    policy('istio-system', { ...selecting({ istio: 'ingress' }), ...DENY }),
    '403',
  ],
  [
    'of the mesh with a selector of further labels',
    policy('istio-system', { ...selecting({ istio: 'ingress', app: 'istio-ingress' }), ...DENY }),
    DEPENDS,
  ],
  [
    'of the mesh with a selector of other labels alone',
    policy('istio-system', { ...selecting({ app: 'istio-ingress' }), ...DENY }),
    DEPENDS,
  ],
  [
    'of the mesh for workloads that are there',
    policy('istio-system', { ...selecting({ app: 'cart' }), ...DENY }),
    'web-v1',
  ],
  [
    'of the mesh with a selector of another value',
    policy('istio-system', { ...selecting({ istio: 'egress' }), ...DENY }),
    'web-v1',
  ],
  [
    'of a namespace that selects the labels',
    policy('istio-ingress', { ...selecting({ istio: 'ingress' }), ...DENY }),
    DEPENDS,
  ],
  [
    'of a namespace with workloads that selects the labels',
    policy('money', { ...selecting({ istio: 'ingress' }), ...DENY }),
    DEPENDS,
  ],
  ['for a namespace of which nothing is known', policy('istio-ingress', DENY), DEPENDS],
  ['for a namespace with workloads', policy('money', DENY), 'web-v1'],
  [
    'for a Gateway by its name',
    policy('istio-ingress', {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'x' }],
      ...DENY,
    }),
    'web-v1',
  ],
  [
    'that changes nothing for the request',
    policy('istio-ingress', {
      ...selecting({ istio: 'ingress' }),
      action: 'DENY',
      rules: [{ to: [{ operation: { methods: ['PUT'] } }] }],
    }),
    'web-v1',
  ],
  [
    'that requires a token',
    policy('istio-ingress', {
      ...selecting({ istio: 'ingress' }),
      rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
    }),
    DEPENDS,
  ],
])('a gateway without Pods among the manifests, and a policy %s', (_name, object, expected) => {
  expect(result([object])).toBe(expected);
});

const network = (namespace: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'network', namespace },
  spec,
});
const from = (...peers: object[]) => ({
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: peers }],
});
const inNamespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
const notInNamespace = (name: string) => ({
  namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [name] }] },
});

test.each<[string, object, string]>([
  [
    "of a namespace that may be the gateway's, for its labels",
    network('istio-ingress', { ...selectingPods({ istio: 'ingress' }), policyTypes: ['Egress'] }),
    DEPENDS,
  ],
  [
    "of a namespace that may be the gateway's, for all",
    network('istio-ingress', { podSelector: {}, policyTypes: ['Egress'] }),
    DEPENDS,
  ],
  ['of a namespace with workloads, for all', network('money', { podSelector: {}, policyTypes: ['Egress'] }), 'web-v1'],
  ['of the root namespace, for all', network('istio-system', { podSelector: {}, policyTypes: ['Egress'] }), DEPENDS],
  ["that admits a namespace that may be the gateway's", network('shop', from(inNamespace('istio-ingress'))), DEPENDS],
  [
    "that admits all but a namespace that may be the gateway's",
    network('shop', from(notInNamespace('istio-ingress'))),
    DEPENDS,
  ],
  ['that admits a namespace with workloads', network('shop', from(inNamespace('money'))), '503'],
  [
    'that admits labels that the gateway may have',
    network('shop', from({ podSelector: { matchLabels: { app: 'edge' } } })),
    DEPENDS,
  ],
  [
    'that admits the labels of a workload that is there',
    network('shop', from({ podSelector: { matchLabels: { app: 'cart' } } })),
    '503',
  ],
  [
    'that admits labels that the gateway has not',
    network('shop', from({ podSelector: { matchLabels: { istio: 'egress' } } })),
    '503',
  ],
  ['that admits addresses alone', network('shop', from({ ipBlock: { cidr: '203.0.113.0/24' } })), '503'],
])('a gateway without Pods among the manifests, and a NetworkPolicy %s', (_name, object, expected) => {
  expect(result([object])).toBe(expected);
});

test.each<[string, object]>([
  [
    'an EnvoyFilter',
    istio(
      'EnvoyFilter',
      'filter',
      { workloadSelector: { labels: { istio: 'ingress' } }, configPatches: [{ applyTo: 'HTTP_FILTER' }] },
      'istio-ingress',
    ),
  ],
  [
    'a WasmPlugin',
    {
      apiVersion: 'extensions.istio.io/v1alpha1',
      kind: 'WasmPlugin',
      metadata: { name: 'w', namespace: 'istio-ingress' },
      spec: selecting({ istio: 'ingress' }),
    },
  ],
])('%s that may be for the gateway is not simulated', (_name, object) => {
  expect(() => enter([object])).toThrow('may decide about the request');
});

test('a RequestAuthentication that may be for the gateway decides where it removes a header or a token', () => {
  const tokens = policy(
    'istio-ingress',
    {
      ...selecting({ istio: 'ingress' }),
      jwtRules: [
        { issuer: 'https://i.example', jwks: '{}', outputClaimToHeaders: [{ header: 'x-sub', claim: 'sub' }] },
      ],
    },
    'RequestAuthentication',
  );
  const all = traffic([own(), toWeb, tokens]);
  expect(endsOf(all.fromInternet('GET http://a.example/'))).toBe('web-v1');
  expect(() => all.fromInternet('GET http://a.example/', { headers: { 'x-sub': 'forged' } })).toThrow(
    'RequestAuthentication istio-ingress/policy',
  );
  expect(() => all.fromInternet('GET http://a.example/', { claims: { iss: 'https://other.example' } })).toThrow(
    'RequestAuthentication istio-ingress/policy',
  );
});

test.each<[string, object, string]>([
  ['its own workloads', { principals: ['cluster.local/ns/shop/sa/cart'] }, '403'],
  [
    "a ServiceAccount that may be the gateway's",
    { principals: ['cluster.local/ns/istio-ingress/sa/istio-ingress'] },
    DEPENDS,
  ],
  ["any of a namespace that may be the gateway's", { principals: ['cluster.local/ns/istio-ingress/*'] }, DEPENDS],
  ['one of any namespace', { principals: ['*/sa/edge'] }, DEPENDS],
  ["a namespace that may be the gateway's", { namespaces: ['istio-ingress'] }, DEPENDS],
  ['a namespace with workloads', { namespaces: ['money'] }, '403'],
  ["an account that may be the gateway's", { serviceAccounts: ['istio-ingress/edge'] }, DEPENDS],
  ['any', { principals: ['*'] }, 'web-v1'],
])('a callee that allows %s', (_name, source, expected) => {
  expect(result([policy('shop', { ...selecting({ app: 'web' }), rules: [{ from: [{ source }] }] })])).toBe(expected);
});

test('what routes and DestinationRules show to the namespace of the gateway decides too', () => {
  expect(
    result([
      istio('VirtualService', 'a', {
        hosts: ['a.example'],
        gateways: ['own'],
        exportTo: ['istio-ingress'],
        http: [{ directResponse: { status: 299 } }],
      }),
    ]),
  ).toBe(DEPENDS);
  const plain = (namespace: string) =>
    istio(
      'DestinationRule',
      'plain',
      { host: 'web.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } },
      namespace,
    );
  const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } });
  expect([result([plain('istio-ingress'), strict]), result([strict])]).toEqual([DEPENDS, 'web-v1']);
});

test('the gateway of the default profile is in the root namespace', () => {
  const selector = { istio: 'ingressgateway' };
  expect([
    result([policy('istio-system', { ...selecting(selector), ...DENY })], selector),
    result([policy('money', DENY)], selector),
  ]).toEqual(['403', 'web-v1']);
  expect(
    result(
      [
        policy('shop', {
          ...selecting({ app: 'web' }),
          rules: [
            {
              from: [
                { source: { principals: ['cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'] } },
              ],
            },
          ],
        }),
      ],
      selector,
    ),
  ).toBe('web-v1');
});

test('a policy that selects the gateway of the default profile in another namespace may be for a Helm release', () => {
  const selector = { istio: 'ingressgateway' };
  expect(result([policy('istio-ingress', { ...selecting(selector), ...DENY })], selector)).toBe(DEPENDS);
  expect(result([policy('istio-ingress', { ...selecting({ istio: 'other' }), ...DENY })], selector)).toBe('web-v1');
});

test('a gateway of an IstioOperator is in its declared namespace only', () => {
  const operator = (gateway: object) => ({
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    metadata: { name: 'istio', namespace: 'istio-system' },
    spec: { components: { ingressGateways: [{ name: 'public', ...gateway }] } },
  });
  const selector = { istio: 'public' };
  const declared = operator({ namespace: 'edge', label: { istio: 'public', team: 'web' } });
  const deny = (namespace: string, labels: object) => policy(namespace, { ...selecting(labels), ...DENY });
  expect([
    result([declared, deny('edge', { team: 'web' })], selector),
    result([declared, deny('edge', { team: 'bank' })], selector),
    result([declared, deny('istio-ingress', selector)], selector),
    result([operator({ label: selector, enabled: false }), deny('istio-ingress', selector)], selector),
  ]).toEqual(['403', 'web-v1', 'web-v1', DEPENDS]);
});

test("requests come in by the ports of the default profile's Service, or of the one that an IstioOperator declares", () => {
  const at = (number: number, port: number, ...objects: object[]) =>
    endsOf(
      traffic([
        istio('Gateway', 'own', {
          selector: { istio: 'ingressgateway' },
          servers: [{ port: { number, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
        }),
        toWeb,
        ...objects,
      ]).fromInternet(`GET http://a.example:${port}/`),
    );
  expect([at(80, 80), at(8080, 80), at(8080, 8080), at(9000, 9000)]).toEqual(['web-v1', 'web-v1', '0', 'web-v1']);
  const ports = [{ name: 'http', port: 9000, targetPort: 8080 }];
  const operator = {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    metadata: { name: 'istio', namespace: 'istio-system' },
    spec: { components: { ingressGateways: [{ name: 'istio-ingressgateway', k8s: { service: { ports } } }] } },
  };
  expect([at(8080, 9000, operator), at(8080, 80, operator)]).toEqual(['web-v1', '0']);
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'nlb', namespace: 'istio-system' },
    spec: { selector: { istio: 'ingressgateway' }, ports: [{ port: 7000, targetPort: 8080 }] },
  };
  expect([at(8080, 7000, service), at(8080, 80, service)]).toEqual(['web-v1', 'web-v1']);
});

test('a request to the Service of a gateway that no manifest contains is unknown, also behind a rule', () => {
  const egress = 'istio-egressgateway.istio-system.svc.cluster.local';
  const rule = istio('VirtualService', 'out', {
    hosts: ['out.example'],
    http: [{ route: [{ destination: { host: egress, port: { number: 80 } } }] }],
  });
  const entry = istio('ServiceEntry', 'out', {
    hosts: ['out.example'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'DNS',
  });
  for (const url of ['http://out.example/', `http://${egress}/`, 'http://istio-egressgateway.istio-system/']) {
    expect(() => traffic([rule, entry]).from('shop/cart').http(`GET ${url}`)).toThrow(
      `${egress} is a gateway whose Service and Pods are not in the manifests.`,
    );
  }
  expect(endsOf(traffic([]).from('shop/cart').http('GET http://other.istio-system.svc.cluster.local/'))).toBe('0');
});

test('with its Deployment among the manifests nothing is assumed', () => {
  const deployment = pods('edge', 'v1', { namespace: 'istio-ingress', labels: { istio: 'ingress' } });
  expect(result([deployment, policy('istio-ingress', { ...selecting({ istio: 'ingress' }), ...DENY })])).toBe('403');
  expect(result([deployment, policy('money', { ...selecting({ istio: 'ingress' }), ...DENY })])).toBe('web-v1');
});

test(
  'the matrix shows that requests get in in part where it depends on a policy, and throws where routes '
    + 'depend on it',
  () => {
    const matrix = (...objects: object[]) => traffic([own(), toWeb, ...objects]).matrix();
    const internet = (text: string) => text.split('\n').find(each => each.startsWith('internet'));
    expect(internet(String(matrix()))).toBe('internet → shop/web-v1:8080');
    expect(internet(String(matrix(policy('istio-ingress', { ...selecting({ istio: 'ingress' }), ...DENY }))))).toBe(
      'internet → shop/web-v1:8080*',
    );
    expect(() =>
      matrix(
        istio('VirtualService', 'a', {
          hosts: ['a.example'],
          gateways: ['own'],
          exportTo: ['istio-ingress'],
          http: [{ directResponse: { status: 299 } }],
        }),
      ),
    ).toThrow('are not in the manifests');
  },
);

test('a Gateway of the Gateway API has Pods in its own namespace, regardless of selectors elsewhere', () => {
  const door = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  const route = gatewayApi('HTTPRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  });
  expect(endsOf(traffic([door, route, policy('istio-ingress', DENY)]).fromInternet('GET http://a.example/'))).toBe(
    'web-v1',
  );
});
