import { Traffic } from '../../lib/testing';
import { app, imported, istio, namespace, object, policy, synthesized } from '../support/imported';

const shop = namespace + app('web') + app('pay');
const http = 'port: { number: 80, name: http, protocol: HTTP }';
const https = 'port: { number: 443, name: https, protocol: HTTPS }';
const gateway = (...servers: readonly string[]) =>
  istio(
    'Gateway',
    'front',
    `{ selector: { istio: ingressgateway }, servers: [${servers.map(each => `{ ${each} }`).join(', ')}] }`,
  );
const plain = gateway(`${http}, hosts: [shop.example]`);
const route = (rules: string, name = 'web', host = 'shop.example') =>
  istio('VirtualService', name, `{ hosts: [${host}], gateways: [front], http: [${rules}] }`);
const toWeb = 'route: [{ destination: { host: web } }]';
const ofApi = (kind: string, name: string, spec: string) => object('gateway.networking.k8s.io/v1', kind, name, spec);
const api = (more = '') =>
  ofApi(
    'Gateway',
    'front',
    `{ gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example }${more}] }`,
  );
const httpRoute = (rules: string, more = 'hostnames: [shop.example]') =>
  ofApi('HTTPRoute', 'web', `{ parentRefs: [{ name: front }], ${more}, rules: [${rules}] }`);

test('a Gateway of Istio with a VirtualService becomes an edge with its routes', () => {
  const result = imported(
    shop
      + plain
      + route(
        `{ match: [{ uri: { exact: /a }, method: { exact: GET } }], timeout: 2s, ${toWeb} }, { route: [{ destination: { host: pay } }] }`,
      ),
  );
  const traffic = Traffic.of(synthesized(result));

  expect(result.status).toBe(0);
  expect(result.model).toContain(
    "const front = topology.addEdge('front', { host: 'shop.example', timeout: Duration.seconds(0) });\n"
      + "front.route('GET /a', web, { timeout: Duration.seconds(2) });\nfront.route('ANY /*', pay);",
  );
  expect(result.model).not.toContain('IstioGateway');
  traffic.fromInternet('GET http://shop.example/a').expectRoutedTo('web');
  traffic.fromInternet('GET http://shop.example/b').expectRoutedTo('pay');
});

test('a Gateway for all hosts becomes an edge for all hosts', () => {
  const result = imported(shop + gateway(`${http}, hosts: ['*']`) + route(`{ ${toWeb} }`, 'web', "'*'"));

  expect(result.status).toBe(0);
  expect(result.model).toContain(
    "const front = topology.addEdge('front', { host: '*', timeout: Duration.seconds(0) });",
  );
  Traffic.of(synthesized(result)).fromInternet('GET http://any.example/a').expectRoutedTo('web');
});

test('an edge states what changes with the pods of its gateway', () => {
  const { model } = imported(shop + plain + route(`{ ${toWeb} }`));

  expect(model.replaceAll('\n// ', ' ')).toContain(
    'The Gateway shop/front has pods and a load balancer of its own here: Deployment and Service shop/front-istio. '
      + 'Point DNS at it before the old Gateway is deleted.',
  );
});

test('several hosts of a Gateway become edges that share it, with their Secret', () => {
  const tls = 'tls: { mode: SIMPLE, credentialName: shop-tls }';
  const { status, model } = imported(
    shop
      + gateway(
        `${http}, hosts: ['*.example'], tls: { httpsRedirect: true }`,
        `${https}, hosts: [a.example, b.example], ${tls}`,
      ).replaceAll("'*.example'", 'a.example, b.example')
      + route(`{ ${toWeb} }`, 'a', 'a.example')
      + route('{ route: [{ destination: { host: pay } }] }', 'b', 'b.example'),
  );

  expect(status).toBe(0);
  expect(model).toContain("const front = topology.addSharedGateway('front');");
  expect(model).toContain(
    "const b = topology.addEdge('b', {\n  gateway: front,\n  host: 'b.example',\n  tlsSecret: 'shop-tls',",
  );
  expect(model.replaceAll('\n// ', ' ')).toContain('Copy its Secrets to the namespace shop: shop-tls.');
});

test('a Gateway of the Gateway API with an HTTPRoute becomes an edge, and its redirect to HTTPS with it', () => {
  const { status, model } = imported(
    shop
      + api(
        ', { name: https, port: 443, protocol: HTTPS, hostname: shop.example, tls: { certificateRefs: [{ name: shop-tls }] } }',
      )
      + ofApi(
        'HTTPRoute',
        'to-https',
        '{ parentRefs: [{ name: front, sectionName: http }], rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https, statusCode: 301 } }] }] }',
      )
      + httpRoute(
        '{ matches: [{ path: { value: /a/ } }, { method: GET, headers: [{ name: x, value: b }], queryParams: [{ name: q, value: v }] }], backendRefs: [{ name: web, port: 80 }] }',
      ).replace('{ name: front }', '{ name: front, sectionName: https }'),
  );

  expect(status).toBe(0);
  expect(model).toContain("tlsSecret: 'shop-tls',");
  expect(model).toContain("front.route('ANY /a/*', web);");
  expect(model).toContain(
    "match: { headers: [HeaderMatch.exact('x', 'b')], queryParams: [QueryParamMatch.exact('q', 'v')] },",
  );
  expect(model).not.toMatch(/new (Gateway|HttpRoute)\(/);
});

test.each([
  [
    'for all hosts, and for one besides',
    gateway(`${http}, hosts: ['*']`) + route(`{ ${toWeb} }`, 'web', "'*'") + route(`{ ${toWeb} }`, 'pay'),
    'an edge for all hosts has no other hosts, and no other edge shares its gateway',
  ],
  [
    'with a prefix without segments',
    plain + route(`{ match: [{ uri: { prefix: /a } }], ${toWeb} }`),
    'matches the prefix /a without regard to segments',
  ],
  [
    'with an expression',
    plain + route(`{ match: [{ uri: { regex: '/a.*' } }], ${toWeb} }`),
    'matches paths by an expression',
  ],
  ['with a rewrite', plain + route(`{ rewrite: { uri: / }, ${toWeb} }`), 'has `rewrite`'],
  [
    'with shares',
    plain + route('{ route: [{ destination: { host: web }, weight: 1 }, { destination: { host: pay }, weight: 1 }] }'),
    'has another destination than one service',
  ],
  [
    'with another port',
    gateway(`port: { number: 8080, name: http, protocol: HTTP }, hosts: [shop.example]`) + route(`{ ${toWeb} }`),
    'and it has HTTP on port 8080',
  ],
  [
    'for the mesh, too',
    plain + route(`{ ${toWeb} }`).replace('[front]', '[front, mesh]'),
    'is for other gateways or the mesh, too',
  ],
  ['without routes', plain, 'it has no routes'],
  [
    'of another class',
    api().replace('gatewayClassName: istio', 'gatewayClassName: eg')
      + httpRoute('{ backendRefs: [{ name: web, port: 80 }] }'),
    'its class is not that of Istio',
  ],
  [
    'with filters',
    api()
      + httpRoute(
        '{ backendRefs: [{ name: web, port: 80 }], filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { remove: [x] } }] }',
      ),
    'has `filters`',
  ],
  [
    'with addresses',
    api().replace('listeners:', 'addresses: [{ value: 10.0.0.1 }], listeners:')
      + httpRoute('{ backendRefs: [{ name: web, port: 80 }] }'),
    'it has `addresses`',
  ],
  [
    'to which a policy applies',
    api()
      + httpRoute('{ backendRefs: [{ name: web, port: 80 }] }')
      + policy(
        'front',
        '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: front }], action: DENY, rules: [{ to: [{ operation: { paths: [/a] } }] }] }',
      ),
    'AuthorizationPolicy shop/front applies to its pods',
  ],
  [
    'to whose pods a policy applies',
    plain
      + route(`{ ${toWeb} }`)
      + policy(
        'front',
        '{ selector: { matchLabels: { istio: ingressgateway } }, action: DENY, rules: [{ to: [{ operation: { paths: [/a] } }] }] }',
      ).replace('namespace: shop', 'namespace: istio-system'),
    'AuthorizationPolicy istio-system/front applies to its pods',
  ],
  [
    'to whose namespace a policy applies',
    plain
      + route(`{ ${toWeb} }`)
      + object('security.istio.io/v1', 'RequestAuthentication', 'front', '{ jwtRules: [{ issuer: a, jwks: "{}" }] }'),
    'RequestAuthentication shop/front applies to its pods',
  ],
  [
    'to whose pods an extension applies',
    plain
      + route(`{ ${toWeb} }`)
      + object(
        'extensions.istio.io/v1alpha1',
        'TrafficExtension',
        'front',
        '{ selector: { matchLabels: { istio: ingressgateway } }, lua: { inlineCode: "function envoy_on_request() end" } }',
      ).replace('namespace: shop', 'namespace: istio-system'),
    'TrafficExtension istio-system/front applies to its pods',
  ],
  [
    'whose namespace would have a filter',
    plain + route(`{ ${toWeb} }`) + istio('EnvoyFilter', 'any', '{ configPatches: [] }'),
    'EnvoyFilter shop/any applies to its pods',
  ],
])('a Gateway %s stays as it is, with the reason', (_, manifests, reason) => {
  const { model } = imported(shop + manifests);

  expect(model.replaceAll('\n// ', ' ')).toContain('The Gateway shop/front is no edge of the model: ');
  expect(model.replaceAll('\n// ', ' ')).toContain(reason);
  expect(model).not.toContain('addEdge');
});

test('a Gateway whose requests would get another result stays as it is', () => {
  // An edge redirects HTTP to HTTPS.
  const { status, model } = imported(
    shop
      + gateway(
        `${http}, hosts: [shop.example]`,
        `${https}, hosts: [shop.example], tls: { mode: SIMPLE, credentialName: shop-tls }`,
      )
      + route(`{ ${toWeb} }`),
  );

  expect(status).toBe(0);
  expect(model).toContain('The Gateway shop/front is no edge of the model: its traffic would differ.');
});

test('a Gateway whose name the model rejects stays as it is', () => {
  const { status, model } = imported(shop + (plain + route(`{ ${toWeb} }`)).replaceAll('front', 'allow-nothing'));

  expect(status).toBe(0);
  expect(model.replaceAll('\n// ', ' ')).toContain('is no edge of the model: the model rejects it');
});
