import { cartRules, gatewayApi, istio, traffic } from './support';

const GATEWAY = [
  istio('Gateway', 'g', {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['a.example'] }],
  }),
  istio('VirtualService', 'v', {
    hosts: ['a.example'],
    gateways: ['g'],
    http: [
      {
        corsPolicy: { allowOrigins: [{ exact: 'https://o.example' }] },
        route: [{ destination: { host: 'web', port: { number: 80 } } }],
      },
    ],
  }),
];
const jwtRules = [{ issuer: 'https://login.example' }];
const claims = { iss: 'https://login.example', sub: 'ann' };
const tokens = { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] };

test('the policies that accept a token and allow a request at a gateway are steps', () => {
  const selector = { matchLabels: { istio: 'ingressgateway' } };
  const policies = [
    istio('RequestAuthentication', 'login', { selector, jwtRules }, 'istio-system'),
    istio('AuthorizationPolicy', 'login', { selector, ...tokens }, 'istio-system'),
  ];
  expect(
    traffic([...GATEWAY, ...policies])
      .fromInternet('GET http://a.example/', { claims })
      .explain(),
  ).toContain(
    [
      '  accepted by the gateway shop/g (spec.servers[0])',
      '  token of https://login.example accepted by RequestAuthentication istio-system/login (spec.jwtRules[0])',
      '  allowed by AuthorizationPolicy istio-system/login (spec.rules[0])',
      '  routed by VirtualService shop/v (spec.http[0])',
    ].join('\n'),
  );
});

test('the policy that accepts a token at a workload is a step', () => {
  const cart = { selector: { matchLabels: { app: 'cart' } } };
  const policies = [
    istio('RequestAuthentication', 'cart', { ...cart, jwtRules }),
    istio('AuthorizationPolicy', 'cart', { ...cart, ...tokens }),
  ];
  const explanation = traffic(policies).from('web').http('GET http://cart/', { claims }).explain();
  expect(explanation).toContain(
    '  token of https://login.example accepted by RequestAuthentication shop/cart (spec.jwtRules[0])',
  );
  expect(explanation).toContain('allowed by AuthorizationPolicy shop/cart (spec.rules[0])');
});

test('a preflight that the proxy answers has neither retries nor a timeout', () => {
  const preflight = { origin: 'https://o.example', 'access-control-request-method': 'GET' };
  const answered = traffic(GATEWAY).fromInternet('OPTIONS http://a.example/', { headers: preflight });
  expect([answered.retries, answered.isDenied]).toEqual([0, true]);
  expect(answered.explain()).not.toContain('retries');
  expect(traffic(GATEWAY).fromInternet('OPTIONS http://a.example/').retries).toBe(2);
});

test('a request that ends at a backend without endpoints keeps its settings', () => {
  const lost = cartRules({ timeout: '2s', route: [{ destination: { host: 'lost', port: { number: 80 } } }] });
  expect(traffic([lost]).from('web').http('GET http://cart/').timeout).toBe(2000);
});

test('an aborted request names the settings that abort it', () => {
  const fault = { abort: { httpStatus: 503, percentage: { value: 100 } } };
  const route = [{ destination: { host: 'cart', port: { number: 80 } } }];
  const [own] = traffic([cartRules({ fault, route })])
    .from('web')
    .http('GET http://cart/').outcomes;
  expect(own).toMatchObject({ by: 'VirtualService shop/cart', rule: 'spec.http[0].fault' });
  const objects = [
    gatewayApi('Gateway', 'k', {
      gatewayClassName: 'eg',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    }),
    gatewayApi('HTTPRoute', 'r', {
      parentRefs: [{ name: 'k' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    }),
    {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'BackendTrafficPolicy',
      metadata: { name: 'abort', namespace: 'shop' },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'k' }],
        faultInjection: { abort: { httpStatus: 503 } },
      },
    },
  ];
  const [atGateway] = traffic(objects).fromInternet('GET http://a.example/').outcomes;
  expect(atGateway).toMatchObject({ by: 'BackendTrafficPolicy shop/abort', rule: 'spec.faultInjection' });
});
