import { endsOf, istio, meshConfig, pods, service, traffic } from './support';

const ask = (provider = 'opa', spec: object = {}, name = provider) =>
  istio('AuthorizationPolicy', name, {
    action: 'CUSTOM',
    provider: { name: provider },
    selector: { matchLabels: { app: 'cart' } },
    rules: [{ to: [{ operation: { paths: ['/admin*'] } }] }],
    ...spec,
  });
const http = (settings: object = {}) =>
  meshConfig({
    extensionProviders: [
      { name: 'opa', envoyExtAuthzHttp: { service: 'opa.shop.svc.cluster.local', port: 80, ...settings } },
      { name: 'ory', envoyExtAuthzGrpc: { service: 'ory.shop.svc.cluster.local', port: 81 } },
    ],
  });
const opa = [pods('opa'), service('opa'), pods('ory'), service('ory')];
const blind = istio('Sidecar', 'cart', {
  workloadSelector: { labels: { app: 'cart' } },
  egress: [{ hosts: ['./web.shop.svc.cluster.local'] }],
});
const opaTakes = (rules: object[], spec: object = {}) =>
  istio('AuthorizationPolicy', 'opa-itself', { selector: { matchLabels: { app: 'opa' } }, rules, ...spec });
const plainTextAtOpa = istio('PeerAuthentication', 'opa', {
  selector: { matchLabels: { app: 'opa' } },
  mtls: { mode: 'DISABLE' },
});
const mutualTls = istio('DestinationRule', 'opa', { host: 'opa', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } });
const both = 'cart-v1 50%, cart-v2 50%';

test.each<[string, object[], string, string]>([
  ['allows unless a test declares otherwise', [http(), ...opa, ask()], both, ''],
  [
    'that the mesh does not have denies',
    [http(), ...opa, ask('nobody')],
    '403',
    'the external authorizer nobody is not an extensionProvider of the mesh',
  ],
  [
    'whose Service is missing denies',
    [http(), ask()],
    '403',
    'has the Service opa.shop.svc.cluster.local, which does not exist',
  ],
  [
    'without Pods denies',
    [http(), service('opa'), ask()],
    '403',
    'the external authorizer opa is unavailable: opa.shop.svc.cluster.local:80 has no endpoints',
  ],
  [
    'that the Sidecar of its client hides denies',
    [http(), ...opa, blind, ask()],
    '403',
    'the proxy has no cluster for opa.shop.svc.cluster.local:80',
  ],
  [
    'that does not answer has the status of the mesh configuration',
    [http({ statusOnError: '503' }), ...opa, blind, ask()],
    '503',
    'is unavailable',
  ],
  ['that fails open allows when it does not answer', [http({ failOpen: true }), ...opa, blind, ask()], both, ''],
  [
    'to which connections fail denies',
    [http(), ...opa, plainTextAtOpa, mutualTls, ask()],
    '403',
    'shop/opa-v1 does not accept mutual TLS on port 8080',
  ],
  [
    'whose own policies deny the check denies, even one that fails open',
    [http({ failOpen: true }), ...opa, opaTakes([{ from: [{ source: { principals: ['*/sa/web'] } }] }]), ask()],
    '403',
    'denied by AuthorizationPolicy shop/opa-itself at opa-v1',
  ],
  [
    'whose own policies allow its client allows',
    [http(), ...opa, opaTakes([{ from: [{ source: { principals: ['*/sa/cart'] } }] }]), ask()],
    both,
    '',
  ],
  [
    'receives the path of the request behind its prefix',
    [http({ pathPrefix: '/check' }), ...opa, opaTakes([{ to: [{ operation: { paths: ['/check/admin'] } }] }]), ask()],
    both,
    '',
  ],
  [
    'that calls itself never answers',
    [http(), ...opa, opaTakes([{}], { action: 'CUSTOM', provider: { name: 'opa' } }), ask()],
    '403',
    'its check request requires its own decision',
  ],
  ['of gRPC is called, too', [http(), ...opa, blind, ask('ory')], '403', 'the external authorizer ory is unavailable'],
  [
    'is one for a workload: requests for several are denied',
    [http(), ...opa, ask(), ask('ory', { rules: [{ to: [{ operation: { paths: ['/other'] } }] }] })],
    '403',
    'have several external authorizers (opa, ory)',
  ],
])('an authorizer %s', (_name, objects, expected, reason) => {
  const result = traffic(objects).from('web').http('GET http://cart/admin');
  expect(endsOf(result)).toBe(expected);
  expect(result.explain()).toContain(reason);
});

test(
  'an authorizer is called before the token is verified: a policy of it matches no claims, '
    + 'and the authorizer decides about an invalid token first',
  () => {
    const tokens = istio('RequestAuthentication', 'tokens', { jwtRules: [{ issuer: 'me', jwks: '{}' }] });
    const withRule = (rule: object, provider = 'nobody') =>
      traffic([http(), ...opa, tokens, ask(provider, { rules: [rule] })]).from('web');
    const claims = { iss: 'me', sub: 'ann' };
    expect(
      endsOf(withRule({ from: [{ source: { requestPrincipals: ['*'] } }] }).http('GET http://cart/', { claims })),
    ).toBe(both);
    expect(
      endsOf(withRule({ from: [{ source: { notRequestPrincipals: ['*'] } }] }).http('GET http://cart/', { claims })),
    ).toBe('403');
    expect(endsOf(withRule({}).http('GET http://cart/', { claims, badToken: true }))).toBe('403');
    expect(endsOf(withRule({}, 'opa').http('GET http://cart/', { claims, badToken: true }))).toBe('401');
  },
);

test('a request that no rule matches is allowed without the authorizer', () => {
  expect(endsOf(traffic([http(), ask()]).from('web').http('GET http://cart/'))).toBe(both);
});

test('only gRPC authorizers are called for connections', () => {
  const connect = (provider: string) =>
    endsOf(
      traffic([http(), ...opa, blind, ask(provider, { rules: [{}] })])
        .from('web')
        .tcp('cart:9000'),
    );
  expect([connect('opa'), connect('ory'), connect('nobody')]).toEqual([both, '0', '0']);
});
