import { Auth, Operation, Port, Topology } from '../../lib';
import { names, one, plain, render } from './support';

const principal = (namespace: string, account: string) => `cluster.local/ns/${namespace}/sa/${account}`;

test('every namespace of the topology requires mutual TLS and allows nothing', () => {
  const shop = new Topology('shop');
  shop.addNamespace('money');
  plain(shop, 'web');
  plain(shop, 'ledger', { namespace: 'money' });

  const objects = render(shop);
  for (const namespace of ['shop', 'money']) {
    expect(one(objects, 'PeerAuthentication', 'default', namespace).spec).toEqual({ mtls: { mode: 'STRICT' } });
    expect(one(objects, 'AuthorizationPolicy', 'allow-nothing', namespace).spec).toEqual({});
  }
});

test('a call allows the identity of its caller on the port of the pod', () => {
  const shop = new Topology('shop');
  shop.addNamespace('money');
  const ledger = plain(shop, 'ledger', { namespace: 'money', port: Port.grpc(50051, { target: 8080 }) });
  plain(shop, 'web').calls(ledger);

  expect(one(render(shop), 'AuthorizationPolicy', 'ledger', 'money').spec).toEqual({
    selector: { matchLabels: { app: 'ledger' } },
    action: 'ALLOW',
    rules: [
      { from: [{ source: { principals: [principal('shop', 'web')] } }], to: [{ operation: { ports: ['8080'] } }] },
    ],
  });
});

test('the operations of a call are its methods and paths, each method with its own paths', () => {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(plain(shop, 'cart'), {
    allowedOperations: ['GET /items/{id}', 'GET /items', 'POST /items', 'ANY /files/{path+}'].map(each =>
      Operation.http(each),
    ),
  });

  expect(one(render(shop), 'AuthorizationPolicy', 'cart').spec.rules[0].to).toEqual([
    { operation: { ports: ['80'], methods: ['GET'], paths: ['/items/{*}', '/items'] } },
    { operation: { ports: ['80'], methods: ['POST'], paths: ['/items'] } },
    { operation: { ports: ['80'], paths: ['/files/{**}'] } },
  ]);
});

test('a gRPC method is a POST of its full name', () => {
  const shop = new Topology('shop');
  const payment = plain(shop, 'payment', {
    port: Port.grpc(50051, { service: 'shop.Payment', methods: ['Charge', 'Refund'] }),
  });
  plain(shop, 'web').calls(payment, { allowedOperations: [payment.method('Charge')] });

  expect(one(render(shop), 'AuthorizationPolicy', 'payment').spec.rules[0].to).toEqual([
    { operation: { ports: ['50051'], methods: ['POST'], paths: ['/shop.Payment/Charge'] } },
  ]);
});

test('each caller has a rule of its own', () => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  plain(shop, 'web').calls(cart, { allowedOperations: [Operation.http('GET /')] });
  plain(shop, 'app').calls(cart, { allowedOperations: [Operation.http('POST /')] });

  const { rules } = one(render(shop), 'AuthorizationPolicy', 'cart').spec;
  expect(
    rules.map((rule: { from: { source: { principals: string[] } }[]; to: { operation: { methods: string[] } }[] }) => [
      rule.from[0]?.source.principals,
      rule.to[0]?.operation.methods,
    ]),
  ).toEqual([
    [[principal('shop', 'web')], ['GET']],
    [[principal('shop', 'app')], ['POST']],
  ]);
});

test('a service that nothing calls has no policy beyond the one that allows nothing', () => {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(plain(shop, 'cart'));

  expect(names(render(shop), 'AuthorizationPolicy')).toEqual(['allow-nothing', 'cart']);
});

test('the trust domain is that of the mesh', () => {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(plain(shop, 'cart'));

  const objects = render(shop, { trustDomain: 'prod.example' });
  expect(one(objects, 'AuthorizationPolicy', 'cart').spec.rules[0].from[0].source.principals).toEqual([
    'prod.example/ns/shop/sa/web',
  ]);
});

test('existing pods are selected by their labels and identified by their ServiceAccount', () => {
  const shop = new Topology('shop');
  const legacy = shop.addService('legacy', {
    port: Port.http(80),
    existingWorkload: { labels: { release: 'old' }, serviceAccount: 'legacy-sa' },
  });
  const web = plain(shop, 'web');
  web.calls(legacy);
  legacy.calls(web);

  const objects = render(shop);
  expect(one(objects, 'AuthorizationPolicy', 'legacy').spec.selector).toEqual({ matchLabels: { release: 'old' } });
  expect(one(objects, 'AuthorizationPolicy', 'web').spec.rules[0].from[0].source.principals).toEqual([
    principal('shop', 'legacy-sa'),
  ]);
});

test('a service behind an edge allows the gateway for the routes only', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { ports: [Port.http(9000, { name: 'admin' })] });
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', web);
  edge.route('GET /static/{file+}', web);

  expect(one(render(shop), 'AuthorizationPolicy', 'web').spec.rules).toEqual([
    {
      from: [{ source: { principals: [principal('shop', 'door-istio')] } }],
      to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/', '/static/{**}'] } }],
    },
  ]);
});

test('on each port of a service behind an edge, the gateway is allowed the operations of the routes to that port', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { ports: [Port.http(9000, { name: 'admin' })] });
  const cart = plain(shop, 'cart');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', web);
  edge.route('GET /admin', web, { port: 9000 });
  edge.route('GET /cart', cart);

  const objects = render(shop);
  const operationsOf = (name: string) =>
    one(objects, 'AuthorizationPolicy', name).spec.rules.flatMap(({ to }: { to: { operation: object }[] }) =>
      to.map(({ operation }) => operation),
    );
  expect(operationsOf('web')).toEqual([
    { ports: ['80'], methods: ['GET'], paths: ['/'] },
    { ports: ['9000'], methods: ['GET'], paths: ['/admin'] },
  ]);
  expect(operationsOf('cart')).toEqual([{ ports: ['80'], methods: ['GET'], paths: ['/cart'] }]);
});

test('a service that edges route to and a service calls has a rule for each of them', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  plain(shop, 'app').calls(web);
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', web);
  shop.addEdge('back', { host: 'back.example' }).route('GET /', web);

  const { rules } = one(render(shop), 'AuthorizationPolicy', 'web').spec;
  expect(rules.map(({ from }: { from: { source: { principals: string[] } }[] }) => from[0]?.source.principals)).toEqual(
    [[principal('shop', 'app')], [principal('shop', 'door-istio')], [principal('shop', 'back-istio')]],
  );
});

describe('in a namespace that the topology does not own', () => {
  function elsewhere() {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const ledger = plain(shop, 'ledger', { namespace: 'money' });
    return { shop, web, ledger };
  }
  const selector = { matchLabels: { app: 'ledger', 'app.kubernetes.io/part-of': 'shop' } };

  test("mutual TLS, a DENY of undeclared identities and an ALLOW of declared calls select the topology's pods", () => {
    const { shop, web, ledger } = elsewhere();
    web.calls(ledger, { allowedOperations: [Operation.http('GET /')] });
    plain(shop, 'app').calls(ledger);

    const objects = render(shop);
    const principals = [principal('shop', 'web'), principal('shop', 'app')];
    expect(one(objects, 'PeerAuthentication', 'ledger', 'money').spec).toEqual({ selector, mtls: { mode: 'STRICT' } });
    expect(one(objects, 'AuthorizationPolicy', 'ledger.undeclared-callers', 'money').spec).toEqual({
      selector,
      action: 'DENY',
      rules: [{ from: [{ source: { notPrincipals: principals } }] }],
    });
    expect(one(objects, 'AuthorizationPolicy', 'ledger', 'money').spec).toEqual({
      selector,
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: [principals[0]] } }],
          to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/'] } }],
        },
        { from: [{ source: { principals: [principals[1]] } }], to: [{ operation: { ports: ['80'] } }] },
      ],
    });
  });

  test('an identity of several rules is listed once in the DENY policy', () => {
    const { shop, web, ledger } = elsewhere();
    web.calls(ledger, { allowedOperations: [Operation.http('GET /')] });
    web.calls(ledger, { allowedOperations: [Operation.http('POST /')] });

    const { rules } = one(render(shop), 'AuthorizationPolicy', 'ledger.undeclared-callers').spec;
    expect(rules[0].from[0].source.notPrincipals).toEqual([principal('shop', 'web')]);
  });

  test('a service that nothing calls is denied to all, by a rule without a source and an ALLOW policy without rules', () => {
    const objects = render(elsewhere().shop);

    expect(one(objects, 'AuthorizationPolicy', 'ledger.undeclared-callers').spec).toEqual({
      selector,
      action: 'DENY',
      rules: [{}],
    });
    expect(one(objects, 'AuthorizationPolicy', 'ledger').spec).toEqual({ selector, action: 'ALLOW' });
  });

  test('a service without a proxy has none of them', () => {
    const shop = new Topology('shop');
    plain(shop, 'ledger', { namespace: 'money', inMesh: false });

    expect([...names(render(shop), 'AuthorizationPolicy'), ...names(render(shop), 'PeerAuthentication')]).toEqual([
      'allow-nothing',
      'default',
    ]);
  });
});

describe('at the edge', () => {
  const token = { issuer: 'https://login.example', audiences: ['shop'] };

  test('routes without a token are open, routes with one require issuer and audience', () => {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example' });
    const web = plain(shop, 'web');
    edge.route('GET /', web);
    edge.route('POST /orders', web, { auth: Auth.jwt(token) });

    const objects = render(shop);
    expect(one(objects, 'AuthorizationPolicy', 'door').spec).toEqual({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
      action: 'ALLOW',
      rules: [
        { to: [{ operation: { methods: ['GET'], paths: ['/'] } }] },
        {
          from: [{ source: { requestPrincipals: ['https://login.example/*'] } }],
          to: [{ operation: { methods: ['POST'], paths: ['/orders'] } }],
          when: [{ key: 'request.auth.audiences', values: ['shop'] }],
        },
      ],
    });
    expect(one(objects, 'RequestAuthentication', 'door').spec.jwtRules).toEqual([
      {
        issuer: 'https://login.example',
        audiences: ['shop'],
        fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }],
        forwardOriginalToken: true,
      },
    ]);
  });

  test('an edge with a token of its own requires it on routes without `auth`', () => {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example', auth: Auth.jwt(token) });
    const web = plain(shop, 'web');
    edge.route('GET /', web);
    edge.route('GET /public', web, { auth: Auth.none() });

    const { rules } = one(render(shop), 'AuthorizationPolicy', 'door').spec;
    expect(
      rules.map((rule: { from?: unknown; to: { operation: { paths: string[] } }[] }) => [
        rule.from !== undefined,
        rule.to[0]?.operation.paths,
      ]),
    ).toEqual([
      [true, ['/']],
      [false, ['/public']],
    ]);
  });

  test('audiences of one issuer are checked route by route', () => {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example' });
    const web = plain(shop, 'web');
    edge.route('GET /a', web, { auth: Auth.jwt({ ...token, audiences: ['a'] }) });
    edge.route('GET /b', web, { auth: Auth.jwt({ ...token, audiences: ['b'] }) });

    const objects = render(shop);
    expect(one(objects, 'RequestAuthentication', 'door').spec.jwtRules).toHaveLength(1);
    expect(one(objects, 'RequestAuthentication', 'door').spec.jwtRules[0].audiences).toEqual(['a', 'b']);
    expect(
      one(objects, 'AuthorizationPolicy', 'door').spec.rules.map(
        (rule: { when: { values: string[] }[] }) => rule.when[0]?.values,
      ),
    ).toEqual([['a'], ['b']]);
  });

  test('with TLS, requests to port 80 are allowed for the redirect, and to no other port by this rule', () => {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example', tlsSecret: 'cert', auth: Auth.jwt(token) });
    edge.route('GET /', plain(shop, 'web'));

    const { rules } = one(render(shop), 'AuthorizationPolicy', 'door').spec;
    expect(rules[0]).toEqual({ to: [{ operation: { ports: ['80'] } }] });
    expect(rules).toHaveLength(2);
  });

  test('the methods of a protected route are excluded on its path only', () => {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example' });
    const web = plain(shop, 'web');
    edge.route('ANY /x', web);
    edge.route('GET /x', web, { auth: Auth.jwt(token) });
    edge.route('ANY /y', web);

    expect(one(render(shop), 'AuthorizationPolicy', 'door').spec.rules[0]).toEqual({
      to: [{ operation: { notMethods: ['GET'], paths: ['/x'] } }, { operation: { paths: ['/y'] } }],
    });
  });

  test('a slash at the end of a path with parameters is valid, and an empty segment before it is not', () => {
    const allowing = (operation: string) => {
      const shop = new Topology('shop');
      plain(shop, 'web').calls(plain(shop, 'cart'), { allowedOperations: [Operation.http(operation)] });
      return () => one(render(shop), 'AuthorizationPolicy', 'cart').spec.rules[0].to[0].operation.paths;
    };

    expect(allowing('GET /a/{id}/')()).toEqual(['/a/{*}/']);
    expect(allowing('GET /a//{id}')).toThrow(/empty segment/);
  });

  test('without tokens there is no RequestAuthentication', () => {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));

    expect(names(render(shop), 'RequestAuthentication')).toEqual([]);
  });
});
