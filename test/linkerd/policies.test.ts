import { Manifests, Traffic, Unsimulated } from '../../lib/testing';

/** payment has a proxy of Linkerd in namespace shop; client, too; plain has none. */
const BASE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled, config.linkerd.io/default-inbound-policy: deny } }
---
apiVersion: v1
kind: Service
metadata: { name: payment, namespace: shop }
spec: { selector: { app: payment }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
${pods('payment', 'ports: [{ name: web, containerPort: 8080 }], readinessProbe: { httpGet: { path: /ready, port: web } }')}
---
${pods('client')}
---
${pods('plain', '', '{ linkerd.io/inject: disabled }')}
`;

function pods(name: string, container = '', annotations = '{}'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} }, annotations: ${annotations} }
    spec: { serviceAccountName: ${name}, containers: [{ name: main, image: x, ${container} }] }`;
}

const object = (kind: string, name: string, spec: string, version = 'policy.linkerd.io/v1alpha1') =>
  `---\napiVersion: ${version}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const server = (more = '', name = 'payment') =>
  object(
    'Server',
    name,
    `{ podSelector: { matchLabels: { app: payment } }, port: 8080, proxyProtocol: HTTP/1, ${more} }`,
    'policy.linkerd.io/v1beta3',
  );
const policy = (refs: string, target = '{ group: policy.linkerd.io, kind: Server, name: payment }', name = 'p') =>
  object('AuthorizationPolicy', name, `{ targetRef: ${target}, requiredAuthenticationRefs: [${refs}] }`);
const ofAccount = (name: string) => `{ kind: ServiceAccount, name: ${name} }`;
const MESH_TLS = '{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: m }';
const NETWORK = '{ group: policy.linkerd.io, kind: NetworkAuthentication, name: net }';
const route = (name: string, rules: string, parent = '{ group: policy.linkerd.io, kind: Server, name: payment }') =>
  object('HTTPRoute', name, `{ parentRefs: [${parent}], rules: [${rules}] }`, 'gateway.networking.k8s.io/v1');
const onRoute = (name: string) => `{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }`;

/** The status that a caller gets, 200 for one that arrives; undefined if it is not simulated. */
function status(yaml: string, request = 'GET http://payment/', from = 'client', options = {}): number | undefined {
  try {
    const result = Traffic.of(Manifests.ofYaml(BASE + yaml))
      .from(from)
      .http(request, options);
    return result.isDenied ? (result.outcomes[0]?.status ?? 0) : 200;
  } catch (error) {
    if (error instanceof Unsimulated) {
      return undefined;
    }
    throw error;
  }
}

describe('without a Server', () => {
  test.each([
    ['deny', 403, 403],
    ['all-unauthenticated', 200, 200],
    ['audit', 200, 200],
    ['all-authenticated', 200, 403],
    ['cluster-authenticated', 200, 403],
    ['cluster-unauthenticated', 200, undefined],
  ])('the default policy %s decides', (name, ofMesh, ofPlain) => {
    const at = (from: string) => statusOf(BASE.replace('inbound-policy: deny', `inbound-policy: ${name}`), from);
    expect([at('client'), at('plain')]).toEqual([ofMesh, ofPlain]);
  });

  test('and without a default policy it is unknown', () => {
    expect(statusOf(BASE.replace(', config.linkerd.io/default-inbound-policy: deny', ''), 'client')).toBeUndefined();
  });

  test('whether a probe is allowed depends on the networks of the nodes', () => {
    expect(status('', 'GET http://payment/ready')).toBeUndefined();
    expect(status('', 'POST http://payment/ready')).toBe(403);
  });
});

function statusOf(yaml: string, from: string): number | undefined {
  try {
    const result = Traffic.of(Manifests.ofYaml(yaml)).from(from).http('GET http://payment/');
    return result.isDenied ? (result.outcomes[0]?.status ?? 0) : 200;
  } catch (error) {
    if (error instanceof Unsimulated) {
      return undefined;
    }
    throw error;
  }
}

describe('at a Server', () => {
  test.each([
    ['no policy', server(), 403, 403],
    ['an access policy', server('accessPolicy: all-unauthenticated'), 200, 200],
    ['a ServiceAccount', server() + policy(ofAccount('client')), 200, 403],
    ['another ServiceAccount', server() + policy(ofAccount('other')), 403, 403],
    [
      'a ServiceAccount of another namespace',
      server() + policy('{ kind: ServiceAccount, name: client, namespace: other }'),
      403,
      403,
    ],
    [
      'a policy for another Server',
      server() + policy(ofAccount('client'), '{ group: policy.linkerd.io, kind: Server, name: x }'),
      403,
      403,
    ],
    ['a policy for the namespace', server() + policy(ofAccount('client'), '{ kind: Namespace, name: shop }'), 200, 403],
    ['an object that does not exist', server() + policy(MESH_TLS), 403, 403],
    [
      'all identities',
      server() + policy(MESH_TLS) + object('MeshTLSAuthentication', 'm', '{ identities: ["*"] }'),
      200,
      403,
    ],
    [
      'an identity',
      server()
        + policy(MESH_TLS)
        + object(
          'MeshTLSAuthentication',
          'm',
          '{ identities: [client.shop.serviceaccount.identity.linkerd.cluster.local] }',
        ),
      200,
      403,
    ],
    [
      'the identities of a namespace',
      server()
        + policy(MESH_TLS)
        + object(
          'MeshTLSAuthentication',
          'm',
          '{ identities: ["*.shop.serviceaccount.identity.linkerd.cluster.local"] }',
        ),
      200,
      403,
    ],
    [
      'a reference to a namespace',
      server()
        + policy(MESH_TLS)
        + object('MeshTLSAuthentication', 'm', '{ identityRefs: [{ kind: Namespace, name: shop }] }'),
      200,
      403,
    ],
    [
      'a reference to another namespace',
      server()
        + policy(MESH_TLS)
        + object('MeshTLSAuthentication', 'm', '{ identityRefs: [{ kind: Namespace, name: x }] }'),
      403,
      403,
    ],
    [
      'any address',
      server() + policy(NETWORK) + object('NetworkAuthentication', 'net', '{ networks: [{ cidr: 0.0.0.0/0 }] }'),
      200,
      200,
    ],
    [
      'any address and an identity',
      server()
        + policy(`${ofAccount('client')}, ${NETWORK}`)
        + object('NetworkAuthentication', 'net', '{ networks: [{ cidr: 0.0.0.0/0 }] }'),
      200,
      403,
    ],
    [
      'some addresses',
      server() + policy(NETWORK) + object('NetworkAuthentication', 'net', '{ networks: [{ cidr: 10.0.0.0/8 }] }'),
      undefined,
      undefined,
    ],
  ])('%s decides', (_, yaml, ofMesh, ofPlain) => {
    expect([status(yaml), status(yaml, undefined, 'plain')]).toEqual([ofMesh, ofPlain]);
  });

  test('addresses are compared, and exceptions', () => {
    const yaml =
      server()
      + policy(NETWORK)
      + object('NetworkAuthentication', 'net', '{ networks: [{ cidr: 10.0.0.0/8, except: [10.1.0.0/16] }] }');
    const from = (address: string) => status(yaml, undefined, 'plain', { address });
    expect([from('10.2.0.1'), from('10.1.0.1'), from('11.0.0.1')]).toEqual([200, 403, 403]);
  });

  test('a part of an identity is not simulated', () => {
    expect(
      status(server() + policy(MESH_TLS) + object('MeshTLSAuthentication', 'm', '{ identities: ["*.local"] }')),
    ).toBeUndefined();
  });

  test('the port is one by number or name', () => {
    const named = server().replace('port: 8080', 'port: web');
    expect(status(named + policy(ofAccount('client')))).toBe(200);
    expect(status(server().replace('port: 8080', 'port: 9090') + policy(ofAccount('client')))).toBe(403);
  });

  test('of two for one port the older applies, which is not simulated', () => {
    expect(status(server() + server('', 'second'))).toBeUndefined();
  });

  test('an opaque port is not read, so that connections are denied', () => {
    const yaml = server().replace('HTTP/1', 'opaque');
    expect(status(yaml)).toBe(0);
    expect(status(yaml + policy(ofAccount('client')))).toBe(200);
  });

  test('connections that skip the proxy are allowed', () => {
    const skipping = BASE.replace(
      'labels: { app: payment }, annotations: {}',
      "labels: { app: payment }, annotations: { config.linkerd.io/skip-inbound-ports: '8000-8100' }",
    );
    expect(statusOf(skipping + server(), 'plain')).toBe(200);
    expect(statusOf(skipping.replace('8000-8100', '8000-8079') + server(), 'plain')).toBe(403);
  });
});

describe('at routes of a Server', () => {
  const GET = '{ matches: [{ method: GET, path: { type: Exact, value: /a } }] }';
  const yaml = server() + route('a', GET) + policy(ofAccount('client'), onRoute('a'));

  test('the policies of the route that matches decide, else there is none', () => {
    expect(status(yaml, 'GET http://payment/a')).toBe(200);
    expect(status(yaml, 'GET http://payment/a', 'plain')).toBe(403);
    expect(status(yaml, 'POST http://payment/a')).toBe(404);
    expect(status(yaml, 'GET http://payment/b')).toBe(404);
  });

  test('policies of the Server are for all of its routes', () => {
    expect(status(yaml + policy(ofAccount('plain'), undefined, 'q'), 'GET http://payment/a', 'plain')).toBe(403);
    expect(status(server() + route('a', GET) + policy(ofAccount('client')), 'GET http://payment/a')).toBe(200);
  });

  test('a longer path match precedes, then a method', () => {
    const all = route('all', '{ matches: [{ path: { type: PathPrefix, value: / } }] }');
    expect(status(yaml + all, 'GET http://payment/a')).toBe(200);
    expect(status(yaml + all, 'GET http://payment/b')).toBe(403);
    const any = route('any', '{ matches: [{ path: { type: Exact, value: /a } }] }');
    expect(status(yaml + any, 'GET http://payment/a')).toBe(200);
    expect(status(yaml + any, 'POST http://payment/a')).toBe(403);
  });

  test('of two that match alike the older applies, which is not simulated', () => {
    const other = route('b', '{ matches: [{ method: GET, path: { type: RegularExpression, value: "/[a-z]" } }] }');
    expect(status(yaml + other, 'GET http://payment/a')).toBeUndefined();
    expect(status(yaml + other + policy(ofAccount('client'), onRoute('b'), 'q'), 'GET http://payment/a')).toBe(200);
  });

  test('probes are no longer allowed by themselves', () => {
    expect(status(yaml, 'GET http://payment/ready')).toBe(404);
  });

  test('what Linkerd does not convert is not simulated', () => {
    const rewriting = route(
      'a',
      `{ matches: [{ path: { type: Exact, value: /a } }], filters: [{ type: URLRewrite, urlRewrite: { hostname: x } }] }`,
    );
    expect(status(server() + rewriting, 'GET http://payment/a')).toBeUndefined();
  });
});

describe('membership', () => {
  test('of Pods in a namespace that is not declared is unknown', () => {
    const [, ...others] = BASE.split('---');
    expect(statusOf(others.join('---') + server(), 'client')).toBeUndefined();
  });

  test('a value that is none excludes the Pods', () => {
    expect(statusOf(BASE.replace('linkerd.io/inject: enabled', 'linkerd.io/inject: "true"') + server(), 'client')).toBe(
      200,
    );
  });

  test('of two meshes is not simulated', () => {
    const both = BASE.replace(
      'name: shop, annotations',
      'name: shop, labels: { istio-injection: enabled }, annotations',
    );
    expect(statusOf(both, 'client')).toBeUndefined();
  });

  test('a Server for Pods without a proxy has no effect', () => {
    const none = BASE.replace(
      'labels: { app: payment }, annotations: {}',
      'labels: { app: payment }, annotations: { linkerd.io/inject: disabled }',
    );
    expect(statusOf(none + server(), 'plain')).toBe(200);
  });

  test('policies of older kinds are not simulated', () => {
    const older = object(
      'ServerAuthorization',
      's',
      '{ server: { name: payment }, client: { unauthenticated: true } }',
      'policy.linkerd.io/v1beta1',
    );
    expect(status(server() + older)).toBeUndefined();
  });
});

describe('at the proxy of the caller', () => {
  const open = server('accessPolicy: all-unauthenticated');
  const SERVICE = '{ group: "", kind: Service, name: payment, port: 80 }';
  const other = `---\n${pods('second')}\n---\napiVersion: v1\nkind: Service\nmetadata: { name: second, namespace: shop }\nspec: { selector: { app: second }, ports: [{ port: 80 }] }\n`;
  const toSecond = route(
    'r',
    '{ matches: [{ headers: [{ name: x, value: "1" }] }], backendRefs: [{ name: second, port: 80 }] }',
    SERVICE,
  );

  test('routes of the Service apply, and to none else', () => {
    const allowed = BASE.replace('inbound-policy: deny', 'inbound-policy: all-unauthenticated');
    const at = (from: string, x: string) =>
      Traffic.of(Manifests.ofYaml(allowed + open + other + toSecond))
        .from(from)
        .http('GET http://payment/', { headers: { x } });
    at('client', '1').expectRoutedTo('second');
    at('client', '2').expectDenied(404);
    at('plain', '1').expectRoutedTo('payment');
  });

  test('two routes for one port are not simulated', () => {
    expect(status(open + other + toSecond + toSecond.replace('name: r,', 'name: s,'))).toBeUndefined();
  });

  const network = (policyText: string, more = '') =>
    object('EgressNetwork', 'external', `{ trafficPolicy: ${policyText}${more} }`);
  const EGRESS = '{ group: policy.linkerd.io, kind: EgressNetwork, name: external, port: 443 }';
  const bank = object(
    'TLSRoute',
    'bank',
    `{ parentRefs: [${EGRESS}], hostnames: [bank.example], rules: [{ backendRefs: [${EGRESS}] }] }`,
    'gateway.networking.k8s.io/v1',
  );

  test.each([
    ['none', '', 200, 200],
    ['one that allows', network('Allow'), 200, 200],
    ['one that denies', network('Deny'), 0, 0],
    ['one with a route', network('Deny') + bank, 200, 0],
    ['one for other addresses', network('Deny', ', networks: [{ cidr: 10.9.0.0/16 }]'), undefined, undefined],
  ])('of EgressNetworks %s decides about hosts outside', (_, yaml, ofBank, ofOther) => {
    expect([status(yaml, 'GET https://bank.example/'), status(yaml, 'GET https://other.example/')]).toEqual([
      ofBank,
      ofOther,
    ]);
    expect(status(yaml, 'GET https://bank.example/', 'plain')).toBe(200);
  });

  test('an address outside the networks is not denied', () => {
    const yaml = network('Deny', ', networks: [{ cidr: 10.9.0.0/16 }]');
    expect(status(yaml, 'GET https://10.9.0.1/')).toBe(0);
    expect(status(yaml, 'GET https://10.8.0.1/')).toBe(200);
  });
});
