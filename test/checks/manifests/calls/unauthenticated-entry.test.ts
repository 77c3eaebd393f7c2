import fc from 'fast-check';
import { Auth, type Cors, Topology } from '../../../../lib';
import { CHECKS } from '../../../../lib/checks';
import { toYaml } from '../../../../lib/kubernetes/yaml';
import { Cluster, loadResources } from '../../../../lib/manifests';
import { Manifests, Traffic, Unsimulated } from '../../../../lib/testing';
import { plain, render } from '../../../istio/support';

const NAMESPACE = '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}';
const web = (namespace = 'shop') => [
  `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: ${namespace}}, spec: {selector: `
    + '{app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}',
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: ${namespace}}, spec: `
    + '{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: '
    + '[{name: web, image: w}]}}}}',
];
const istioGateway = (servers: string, selector = '{istio: ingressgateway}') =>
  '{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: shop}, spec: '
  + `{selector: ${selector}, servers: [${servers}]}}`;
const HTTP = '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["a.example"]}';
const HTTPS =
  '{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ["a.example"]}';
const virtualService = (http: string) =>
  '{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, '
  + `spec: {hosts: [a.example], gateways: [g], http: [${http}]}}`;
const TO_WEB = 'route: [{destination: {host: web, port: {number: 80}}}]';
const policy = (name: string, namespace: string, spec: string) =>
  `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: ${name}, namespace: `
  + `${namespace}}, spec: {${spec}}}`;
const gatewayOf = (className: string, listeners = '{name: http, port: 80, protocol: HTTP}', more = '') =>
  '{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: k, namespace: shop}, '
  + `spec: {gatewayClassName: ${className}, ${more}listeners: [${listeners}]}}`;
const route = (name: string, rules: string, parent = 'name: k') =>
  `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: ${name}, namespace: `
  + `shop}, spec: {hostnames: [a.example], parentRefs: [{${parent}}], rules: [${rules}]}}`;
const BACKEND = 'backendRefs: [{name: web, port: 80}]';
const security = (name: string, target: string, spec: string) =>
  `{apiVersion: gateway.envoyproxy.io/v1alpha1, kind: SecurityPolicy, metadata: {name: ${name}, `
  + `namespace: shop}, spec: {targetRefs: [{group: gateway.networking.k8s.io, ${target}}], ${spec}}}`;
const JWT = 'jwt: {providers: [{name: p, issuer: i, remoteJWKS: {uri: "https://i.example/jwks"}}]}';

const OF_GATEWAY = 'selector: {matchLabels: {istio: ingressgateway}}';
const OF_WEB = 'selector: {matchLabels: {app: web}}';
const TARGET = 'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: k}]';
const GATEWAY_PRINCIPAL = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const PLAIN = [NAMESPACE, ...web(), istioGateway(HTTP), virtualService(`{${TO_WEB}}`)];
const K8S = [NAMESPACE, ...web(), gatewayOf('istio'), route('r', `{${BACKEND}}`)];
const ENVOY = [NAMESPACE, ...web(), gatewayOf('eg'), route('r', `{${BACKEND}}`)];

const yamlOf = (objects: readonly string[]) => objects.join('\n---\n');

function findings(yaml: string) {
  const cluster = new Cluster(loadResources(yaml, { file: 'f.yaml' }));
  return CHECKS.filter(each => each.id === 'UnauthenticatedEntry').flatMap(each => [...each.find(cluster)]);
}

/** Whether a request without credentials arrives; undefined for what is not simulated. */
function arrives(yaml: string, request: string, headers: Readonly<Record<string, string>> = {}): boolean | undefined {
  return arrivesWith(Traffic.of(Manifests.ofYaml(yaml)), request, headers);
}

function arrivesWith(
  traffic: Traffic,
  request: string,
  headers: Readonly<Record<string, string>> = {},
): boolean | undefined {
  try {
    return traffic.fromInternet(request, { headers }).outcomes.some(each => each.destination !== '');
  } catch (error) {
    if (error instanceof Unsimulated) {
      return undefined;
    }
    throw error;
  }
}

/** Whether one of the requests that generated routes tell apart arrives without credentials. */
function anyArrives(yaml: string): boolean {
  const traffic = Traffic.of(Manifests.ofYaml(yaml));
  return ['GET', 'POST', 'PUT', 'DELETE'].some(method =>
    ['/', '/a', '/a/b', '/b', '/z'].some(path => arrivesWith(traffic, `${method} http://a.example${path}`) === true),
  );
}

/** The request of a message, e.g. `GET /x`. */
const requestIn = (message: string) => /\((\S+ \S+)\)/.exec(message)?.[1] ?? '';

test.each<[string, string[], string]>([
  ['a gateway without policies', PLAIN, 'GET http://a.example/'],
  [
    'an ALLOW policy of the service that names the gateway',
    [...PLAIN, policy('p', 'shop', `${OF_WEB}, rules: [{from: [{source: {principals: ["${GATEWAY_PRINCIPAL}"]}}]}]`)],
    'GET http://a.example/',
  ],
  [
    "an ALLOW policy of the service for the gateway's namespace",
    [...PLAIN, policy('p', 'shop', `${OF_WEB}, rules: [{from: [{source: {namespaces: [istio-system]}}]}]`)],
    'GET http://a.example/',
  ],
  [
    'a DENY policy for another identity',
    [
      ...PLAIN,
      policy(
        'p',
        'shop',
        `${OF_WEB}, action: DENY, rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/other]}}]}]`,
      ),
    ],
    'GET http://a.example/',
  ],
  [
    'a token demanded for other paths',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: `
          + '[{operation: {paths: ["/admin*"]}}]}]',
      ),
    ],
    'GET http://a.example/x',
  ],
  [
    'a token demanded but for one path',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}, {to: [{operation: {paths: `
          + '["/health/*"]}}]}]',
      ),
    ],
    'GET http://a.example/health/x',
  ],
  [
    'a token demanded but for one method',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}, {to: [{operation: {methods: [PUT]}}]}]`,
      ),
    ],
    'PUT http://a.example/',
  ],
  [
    'a token demanded on another port',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: `
          + '[{operation: {ports: ["8443"]}}]}]',
      ),
    ],
    'GET http://a.example/',
  ],
  [
    'a token demanded for another host',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: `
          + '[{operation: {hosts: [b.example]}}]}]',
      ),
    ],
    'GET http://a.example/',
  ],
  [
    'a condition on a missing claim',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, rules: [{when: [{key: "request.auth.claims[sub]", notValues: [bob]}]}]`,
      ),
    ],
    'GET http://a.example/',
  ],
  [
    'a policy in dry-run',
    [...PLAIN, policy('p', 'shop', '').replace('name: p,', 'name: p, annotations: {istio.io/dry-run: "true"},')],
    'GET http://a.example/',
  ],
  [
    'a policy for waypoints of the Service',
    [...PLAIN, policy('p', 'shop', 'targetRefs: [{group: "", kind: Service, name: web}]')],
    'GET http://a.example/',
  ],
  [
    'a server for HTTP beside one that requires certificates',
    [NAMESPACE, ...web(), istioGateway(`${HTTP}, ${HTTPS.replace('SIMPLE', 'MUTUAL')}`), virtualService(`{${TO_WEB}}`)],
    'GET http://a.example/',
  ],
  [
    'client certificates for listeners that are not of HTTPS',
    [
      NAMESPACE,
      ...web(),
      gatewayOf(
        'istio',
        undefined,
        'tls: {frontend: {default: {validation: {caCertificateRefs: [{name: ca, kind: ConfigMap, group: ""}]}}}}, ',
      ),
      route('r', `{${BACKEND}}`),
    ],
    'GET http://a.example/',
  ],
  [
    'a Gateway with a policy for another one',
    [...K8S, policy('p', 'shop', TARGET.replace('name: k', 'name: other'))],
    'GET http://a.example/',
  ],
  [
    'a namespace outside the mesh with a deny-all',
    [
      ...PLAIN.map(each => each.replace('istio-injection: enabled', 'istio-injection: disabled')),
      policy('p', 'shop', ''),
    ],
    'GET http://a.example/',
  ],
  [
    'a SecurityPolicy of Envoy Gateway at a Gateway of Istio',
    [...K8S, security('s', 'kind: Gateway, name: k', JWT)],
    'GET http://a.example/',
  ],
  [
    "a SecurityPolicy of the route that replaces the Gateway's",
    [
      ...ENVOY,
      security('s', 'kind: Gateway, name: k', JWT),
      security('t', 'kind: HTTPRoute, name: r', 'authorization: {defaultAction: Allow}').replace(
        'authorization: {defaultAction: Allow}',
        'cors: {allowOrigins: ["https://b.example"]}',
      ),
    ],
    'GET http://a.example/',
  ],
  [
    'a token that is optional',
    [...ENVOY, security('s', 'kind: Gateway, name: k', JWT.replace('jwt: {', 'jwt: {optional: true, '))],
    'GET http://a.example/',
  ],
])('%s is open', (_, objects, request) => {
  expect(findings(yamlOf(objects))).toHaveLength(1);
  expect(arrives(yamlOf(objects), request)).toBe(true);
});

test.each<[string, string[]]>([
  ['deny-all of the namespace', [...PLAIN, policy('p', 'shop', '')]],
  ['deny-all of the mesh', [...PLAIN, policy('p', 'istio-system', '')]],
  [
    'an ALLOW policy of the service that names another caller',
    [
      ...PLAIN,
      policy('p', 'shop', `${OF_WEB}, rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/other]}}]}]`),
    ],
  ],
  [
    'a service account of another namespace',
    [
      ...PLAIN,
      policy(
        'p',
        'shop',
        `${OF_WEB}, rules: [{from: [{source: {serviceAccounts: [istio-ingressgateway-service-account]}}]}]`,
      ),
    ],
  ],
  [
    'another namespace',
    [...PLAIN, policy('p', 'shop', `${OF_WEB}, rules: [{from: [{source: {namespaces: [shop]}}]}]`)],
  ],
  [
    'a DENY policy for the gateway',
    [
      ...PLAIN,
      policy(
        'p',
        'shop',
        `${OF_WEB}, action: DENY, rules: [{from: [{source: {principals: `
          + '["*/sa/istio-ingressgateway-service-account"]}}]}]',
      ),
    ],
  ],
  [
    'a DENY policy for all others',
    [
      ...PLAIN,
      policy(
        'p',
        'shop',
        `${OF_WEB}, action: DENY, rules: [{from: [{source: {notPrincipals: [cluster.local/ns/shop/sa/other]}}]}]`,
      ),
    ],
  ],
  [
    'an ALLOW policy for another port of the service',
    [...PLAIN, policy('p', 'shop', `${OF_WEB}, rules: [{to: [{operation: {ports: ["80"]}}]}]`)],
  ],
  [
    'a token at the gateway',
    [...PLAIN, policy('p', 'istio-system', `${OF_GATEWAY}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]`)],
  ],
  [
    'a token at the service',
    [...PLAIN, policy('p', 'shop', `${OF_WEB}, rules: [{when: [{key: "request.auth.claims[sub]", values: ["*"]}]}]`)],
  ],
  [
    'a token by a DENY policy',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]`,
      ),
    ],
  ],
  [
    'a token, and a grant for another port',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, rules: [{to: [{operation: {ports: ["8080"]}}]}, {from: [{source: {requestPrincipals: `
          + '["*"]}}]}]',
      ),
    ],
  ],
  [
    'a token, and a grant for paths that the route has not',
    [
      ...PLAIN.slice(0, -1),
      virtualService(`{match: [{uri: {prefix: /api}}], ${TO_WEB}}`),
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, rules: [{to: [{operation: {paths: [/health]}}]}, {from: [{source: `
          + '{requestPrincipals: ["*"]}}]}]',
      ),
    ],
  ],
  [
    'client principals at the gateway',
    [...PLAIN, policy('p', 'istio-system', `${OF_GATEWAY}, rules: [{from: [{source: {principals: ["*"]}}]}]`)],
  ],
  [
    'an address',
    [
      ...PLAIN,
      policy('p', 'istio-system', `${OF_GATEWAY}, rules: [{from: [{source: {remoteIpBlocks: [10.0.0.0/8]}}]}]`),
    ],
  ],
  [
    'a header with a key',
    [
      ...PLAIN,
      policy(
        'p',
        'istio-system',
        `${OF_GATEWAY}, rules: [{when: [{key: "request.headers[x-api-key]", values: [secret]}]}]`,
      ),
    ],
  ],
  [
    'certificates of clients',
    [NAMESPACE, ...web(), istioGateway(HTTPS.replace('SIMPLE', 'MUTUAL')), virtualService(`{${TO_WEB}}`)],
  ],
  [
    'a server that redirects',
    [
      NAMESPACE,
      ...web(),
      istioGateway(HTTP.replace('hosts:', 'tls: {httpsRedirect: true}, hosts:')),
      virtualService(`{${TO_WEB}}`),
    ],
  ],
  [
    'an earlier rule that leads elsewhere',
    [
      ...PLAIN.slice(0, -1),
      virtualService(`{match: [{uri: {prefix: /}}], redirect: {uri: /x}}, {match: [{uri: {prefix: /}}], ${TO_WEB}}`),
    ],
  ],
  [
    'a policy that names the Gateway',
    [...K8S, policy('p', 'shop', `${TARGET}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]`)],
  ],
  [
    "a policy for the labels of the Gateway's Pods",
    [...K8S, policy('p', 'shop', 'selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: k}}')],
  ],
  [
    "a grant for the redirect's port",
    [
      NAMESPACE,
      ...web(),
      gatewayOf(
        'istio',
        '{name: http, port: 80, protocol: HTTP}, {name: https, port: 443, protocol: HTTPS, tls: '
          + '{certificateRefs: [{name: c}]}}',
      ),
      route('r', `{${BACKEND}}`, 'name: k, sectionName: https'),
      policy(
        'p',
        'shop',
        `${TARGET}, rules: [{to: [{operation: {ports: ["80"]}}]}, {from: [{source: {requestPrincipals: ["*"]}}]}]`,
      ),
    ],
  ],
  [
    'a route of a longer prefix that is open to others',
    [
      ...K8S.slice(0, -1),
      route(
        'r',
        `{matches: [{path: {type: Exact, value: /a}}], ${BACKEND}}, {matches: [{path: {type: PathPrefix, `
          + 'value: /}}], filters: [{type: RequestRedirect, requestRedirect: {hostname: b.example}}]}',
      ),
      policy('p', 'shop', `${TARGET}, rules: [{to: [{operation: {notPaths: [/a]}}]}]`),
    ],
  ],
  [
    'STRICT mutual TLS behind a gateway outside the mesh',
    [
      ...ENVOY,
      '{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: '
        + 'shop}, spec: {mtls: {mode: STRICT}}}',
    ],
  ],
  ['a SecurityPolicy of the Gateway', [...ENVOY, security('s', 'kind: Gateway, name: k', JWT)]],
  ['a SecurityPolicy of the route', [...ENVOY, security('s', 'kind: HTTPRoute, name: r', JWT)]],
  [
    'a SecurityPolicy of the route merged with that of the Gateway',
    [
      ...ENVOY,
      security('s', 'kind: Gateway, name: k', JWT),
      security(
        't',
        'kind: HTTPRoute, name: r',
        'mergeType: StrategicMerge, cors: {allowOrigins: ["https://b.example"]}',
      ),
    ],
  ],
  [
    'Pods of a gateway that are not among the manifests, in a namespace with deny-all',
    [NAMESPACE, ...web(), istioGateway(HTTP, '{app: edge}'), virtualService(`{${TO_WEB}}`), policy('p', 'edge', '')],
  ],
])('%s is not called open', (_, objects) => {
  expect(findings(yamlOf(objects))).toEqual([]);
  expect(arrives(yamlOf(objects), 'GET http://a.example/')).not.toBe(true);
});

test('what an external authorizer decides is not called open', () => {
  expect(
    findings(
      yamlOf([
        ...PLAIN,
        policy('p', 'istio-system', `${OF_GATEWAY}, action: CUSTOM, provider: {name: opa}, rules: [{}]`),
      ]),
    ),
  ).toEqual([]);
});

test('the finding names a request that is allowed, and the number of others', () => {
  const [finding] = findings(
    yamlOf([
      ...PLAIN.slice(0, -1),
      virtualService(`{match: [{uri: {exact: /a}}], ${TO_WEB}}, {match: [{uri: {exact: /b}}], ${TO_WEB}}`),
    ]),
  );

  expect(finding?.message).toBe(
    'A request without credentials (GET /a) passes g and reaches web, and 1 more of this route do.',
  );
});

const CORS: Cors = { origins: ['https://app.example'] };
const TOKEN = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

test('an edge with a certificate, tokens and CORS has no open route', () => {
  const shop = new Topology('shop');
  shop
    .addEdge('door', { host: 'shop.example', tlsSecret: 'c', auth: TOKEN, cors: CORS })
    .route('GET /items/{id}', plain(shop, 'web'));

  expect(findings(yamlOf(render(shop).map(each => toYaml(each))))).toEqual([]);
});

test('of overlapping routes of an edge the open one alone is found', () => {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example', auth: TOKEN, cors: CORS });
  edge.route('GET /items/{id}', plain(shop, 'guarded'));
  edge.route('ANY /admin/{rest+}', plain(shop, 'admin'));
  edge.route('ANY /{rest+}', plain(shop, 'public'), { auth: Auth.none() });

  expect(findings(yamlOf(render(shop).map(each => toYaml(each)))).map(each => each.message)).toEqual([
    expect.stringMatching(/^A request without credentials \(\w+ \S+\) passes door and reaches public\.$/),
  ]);
});

describe('as the traffic simulator has it', () => {
  const paths = fc.constantFrom('/', '/a', '/a/b', '/b');
  const operation = fc.record(
    {
      paths: fc.option(fc.subarray(['/a', '/a/*', '/b', '*', '/{*}', '/a/{**}'], { minLength: 1, maxLength: 2 }), {
        nil: undefined,
      }),
      notPaths: fc.option(fc.subarray(['/a', '/b*'], { minLength: 1 }), { nil: undefined, freq: 5 }),
      methods: fc.option(fc.subarray(['GET', 'POST', 'D*', '*T'], { minLength: 1 }), { nil: undefined, freq: 5 }),
      notMethods: fc.option(fc.constantFrom(['GET', 'POST'], ['P*']), { nil: undefined, freq: 8 }),
      ports: fc.option(fc.constantFrom(['80'], ['8080']), { nil: undefined, freq: 5 }),
      hosts: fc.option(fc.constantFrom(['a.example'], ['*.other']), { nil: undefined, freq: 8 }),
    },
    { requiredKeys: [] },
  );
  const source = fc.oneof(
    fc.record({ requestPrincipals: fc.constant(['*']) }),
    fc.record({ notRequestPrincipals: fc.constant(['*']) }),
    fc.record({ principals: fc.constantFrom([GATEWAY_PRINCIPAL], ['cluster.local/ns/shop/sa/x'], ['*']) }),
    fc.record({ notPrincipals: fc.constantFrom([GATEWAY_PRINCIPAL], ['cluster.local/ns/shop/sa/x']) }),
    fc.record({ namespaces: fc.constantFrom(['istio-system'], ['shop'], ['istio*']) }),
    fc.record({ serviceAccounts: fc.constantFrom(['istio-system/istio-ingressgateway-service-account'], ['x']) }),
  );
  const rule = fc
    .record({
      from: fc.option(
        source.map(each => [{ source: each }]),
        { nil: undefined },
      ),
      to: fc.option(
        operation.map(each => [{ operation: each }]),
        { nil: undefined },
      ),
      when: fc.option(
        fc.constantFrom(
          [{ key: 'request.auth.claims[sub]', values: ['*'] }],
          [{ key: 'request.auth.claims[sub]', notValues: ['x'] }],
          [{ key: 'request.headers[x-key]', values: ['*'] }],
        ),
        { nil: undefined, freq: 5 },
      ),
    })
    .map(each => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));
  const policies = fc.array(
    fc.record({
      place: fc.constantFrom(
        ['istio-system', { istio: 'ingressgateway' }] as const,
        ['shop', { app: 'web' }] as const,
        ['shop', undefined] as const,
        ['istio-system', undefined] as const,
      ),
      action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY'),
      rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 3 },
  );
  const match = fc
    .record({
      uri: fc.oneof(
        paths.map(exact => ({ exact })),
        paths.map(prefix => ({ prefix })),
      ),
      method: fc.option(fc.constantFrom({ exact: 'GET' }, { exact: 'POST' }), { nil: undefined }),
      headers: fc.option(fc.constant({ 'x-key': { exact: 'k' } }), { nil: undefined, freq: 6 }),
    })
    .map(each => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));
  const rules = fc.array(match, { minLength: 1, maxLength: 3 });

  const manifests = fc
    .record({ rules, policies, mode: fc.constantFrom('STRICT', 'PERMISSIVE', 'DISABLE') })
    .map(each => ({
      yaml: yamlOf([
        NAMESPACE,
        ...web(),
        istioGateway(HTTP),
        '{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: '
          + `shop}, spec: {mtls: {mode: ${each.mode}}}}`,
        virtualService(each.rules.map(one => `{match: [${JSON.stringify(one)}], ${TO_WEB}}`).join(', ')),
        ...each.policies.map(({ place: [namespace, labels], action, rules: given }, index) =>
          JSON.stringify({
            apiVersion: 'security.istio.io/v1',
            kind: 'AuthorizationPolicy',
            metadata: { name: `p${index}`, namespace },
            spec: { ...(labels ? { selector: { matchLabels: labels } } : {}), action, rules: given },
          }),
        ),
      ]),
      headers: [{}, { 'x-key': 'k' }] as Readonly<Record<string, string>>[],
    }));

  test('a request that is named arrives', () => {
    fc.assert(
      fc.property(manifests, ({ yaml, headers }) => {
        for (const { message } of findings(yaml)) {
          const request = requestIn(message).replace(' ', ' http://a.example');
          expect(headers.some(each => arrives(yaml, request, each))).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('where a plain request arrives, the route is found', () => {
    fc.assert(
      fc.property(manifests, ({ yaml }) => {
        fc.pre(anyArrives(yaml));
        expect(findings(yaml)).toHaveLength(1);
      }),
      { numRuns: 30 },
    );
  });

  describe('at Gateways of the Gateway API', () => {
    const routeMatch = fc
      .record({
        path: fc.record({ type: fc.constantFrom('Exact', 'PathPrefix'), value: fc.constantFrom('/', '/a', '/a/b') }),
        method: fc.option(fc.constantFrom('GET', 'POST'), { nil: undefined }),
        headers: fc.option(fc.constant([{ name: 'X-Key', value: 'k' }]), { nil: undefined, freq: 6 }),
      })
      .map(each => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));
    const target = fc.constantFrom('kind: Gateway, name: k', 'kind: HTTPRoute, name: r');
    const authorization = fc.record({
      defaultAction: fc.constantFrom('Allow', 'Deny'),
      rules: fc.array(
        fc.record({
          action: fc.constantFrom('Allow', 'Deny'),
          principal: fc.constantFrom({ clientCIDRs: ['10.0.0.0/8'] }, { headers: [{ name: 'x-key', values: ['k'] }] }),
          operation: fc.option(fc.record({ methods: fc.constantFrom(['GET'], ['DELETE', 'PUT']) }), { nil: undefined }),
        }),
        { maxLength: 2 },
      ),
    });
    const settings = fc.oneof(
      fc.constantFrom(JWT, JWT.replace('jwt: {', 'jwt: {optional: true, '), 'basicAuth: {users: {name: u}}'),
      authorization.map(each => `authorization: ${JSON.stringify(each)}`),
    );
    const ofGateway = fc.record({
      className: fc.constantFrom('istio', 'eg', 'other'),
      matches: fc.array(routeMatch, { minLength: 1, maxLength: 3 }),
      rules: fc.array(rule, { maxLength: 2 }),
      policies: fc.array(fc.tuple(target, settings), { maxLength: 2 }),
    });
    const yamlFor = ({
      className,
      matches,
      rules: given,
      policies: others,
    }: {
      className: string;
      matches: object[];
      rules: object[];
      policies: [string, string][];
    }) =>
      yamlOf([
        NAMESPACE,
        ...web(),
        gatewayOf(className),
        route('r', matches.map(each => `{matches: [${JSON.stringify(each)}], ${BACKEND}}`).join(', ')),
        ...(given.length > 0 ? [policy('p', 'shop', `${TARGET}, rules: ${JSON.stringify(given)}`)] : []),
        ...others.map(([at, spec], index) => security(`s${index}`, at, spec)),
      ]);

    test('a request that is named arrives', () => {
      fc.assert(
        fc.property(ofGateway, generated => {
          const yaml = yamlFor(generated);
          for (const { message } of findings(yaml)) {
            const request = requestIn(message).replace(' ', ' http://a.example');
            expect([{}, { 'x-key': 'k' }].some(each => arrives(yaml, request, each as Record<string, string>))).toBe(
              true,
            );
          }
        }),
        { numRuns: 100 },
      );
    });

    test('where a plain request arrives, the route is found', () => {
      fc.assert(
        fc.property(ofGateway.map(yamlFor), yaml => {
          fc.pre(anyArrives(yaml));
          expect(findings(yaml)).toHaveLength(1);
        }),
        { numRuns: 30 },
      );
    });
  });
});

test('a rule of a delegate is found in the delegate', () => {
  const delegate =
    '{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: d, namespace: shop}, '
    + `spec: {http: [{match: [{uri: {prefix: /a/b}}], ${TO_WEB}}]}}`;
  const yaml = yamlOf([
    ...PLAIN.slice(0, -1),
    virtualService('{match: [{uri: {prefix: /a}}], delegate: {name: d}}'),
    delegate,
  ]);
  expect(findings(yaml).map(each => each.message)).toEqual([
    expect.stringMatching(/^A request without credentials \(GET \/a\/b\) passes g and reaches web\.$/),
  ]);
});

test('a host that another Gateway of the same Pods guards with certificates is not open', () => {
  const other = (mode: string) => istioGateway(HTTPS.replace('SIMPLE', mode)).replace('name: g,', 'name: h,');
  const wide = istioGateway(HTTPS.replace('"a.example"', '"*.example"'));
  const objects = (mode: string) => [NAMESPACE, ...web(), wide, other(mode), virtualService(`{${TO_WEB}}`)];
  expect(findings(yamlOf(objects('MUTUAL')))).toEqual([]);
  expect(arrives(yamlOf(objects('MUTUAL')), 'GET https://a.example/')).toBe(false);
});

test.each<[string, string, number]>([
  ['without annotations', '', 1],
  ...[
    'nginx.ingress.kubernetes.io/auth-url: "https://x"',
    'haproxy-ingress.github.io/auth-secret: users',
    'nginx.org/basic-auth-secret: users',
    'nginx.com/jwt-key: keys',
    'nginx.ingress.kubernetes.io/auth-type: basic',
    'nginx.ingress.kubernetes.io/auth-tls-secret: shop/ca',
    'alb.ingress.kubernetes.io/auth-type: oidc',
  ].map<[string, string, number]>(each => [`that requires credentials by ${each}`, `annotations: {${each}}, `, 0]),
  ...[
    'nginx.ingress.kubernetes.io/auth-url: ""',
    'nginx.ingress.kubernetes.io/auth-signin: "https://x"',
    'nginx.ingress.kubernetes.io/auth-tls-secret: ""',
    'alb.ingress.kubernetes.io/auth-type: none',
    'alb.ingress.kubernetes.io/auth-type: ""',
    'alb.ingress.kubernetes.io/auth-type: oidc, alb.ingress.kubernetes.io/auth-on-unauthenticated-request: allow',
    ...['off', 'optional', 'optional_no_ca'].map(
      each =>
        `nginx.ingress.kubernetes.io/auth-tls-secret: shop/ca, nginx.ingress.kubernetes.io/auth-tls-verify-client: "${each}"`,
    ),
  ].map<[string, string, number]>(each => [`that requires none by ${each}`, `annotations: {${each}}, `, 1]),
])('an Ingress %s', (_name, annotations, count) => {
  const ingress =
    `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, ${annotations}namespace: shop}, spec: `
    + '{rules: [{host: a.example, http: {paths: [{path: /a, pathType: Prefix, backend: {service: {name: web, port: '
    + '{number: 80}}}}]}}]}}';
  const found = (...objects: string[]) => findings(yamlOf([NAMESPACE, ...web(), ingress, ...objects])).length;
  expect([
    found(),
    found(policy('p', 'shop', `${OF_WEB}, rules: [{to: [{operation: {paths: [/a]}}]}]`)),
    found(policy('p', 'shop', `${OF_WEB}, rules: [{from: [{source: {namespaces: [ingress]}}]}]`)),
    found(
      '{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: shop}, '
        + 'spec: {mtls: {mode: STRICT}}}',
    ),
  ]).toEqual([count, count, 0, 0]);
});

test('the default backend of an Ingress is open as its paths are', () => {
  const ingress = (spec: string) =>
    `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: shop}, spec: {${spec}}}`;
  const backend = '{service: {name: web, port: {number: 80}}}';
  const places = (spec: string) => findings(yamlOf([NAMESPACE, ...web(), ingress(spec)])).map(each => String(each.at));
  expect(places(`defaultBackend: ${backend}`)).toEqual(['spec.defaultBackend']);
  expect(places('rules: [{host: a.example}]')).toEqual([]);
});

test('for connections of a TLSRoute, the advice is no token', () => {
  const tlsRoute =
    '{apiVersion: gateway.networking.k8s.io/v1, kind: TLSRoute, metadata: {name: r, namespace: shop}, '
    + 'spec: {hostnames: [a.example], parentRefs: [{name: k}], rules: [{backendRefs: [{name: web, port: 443}]}]}}';
  const gateway = gatewayOf('istio', '{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}');
  const services = web().map(each => each.replace('name: http, port: 80', 'name: tls, port: 443'));
  const cluster = new Cluster(
    loadResources([NAMESPACE, ...services, gateway, tlsRoute].join('\n---\n'), { file: 'a.yaml' }),
  );
  const check = CHECKS.find(({ id }) => id === 'UnauthenticatedEntry');
  const found = [...(check?.find(cluster) ?? [])];
  expect(found.map(each => /^A connection /.test(each.message) && !/token/.test(each.fix))).toEqual([true]);
});
