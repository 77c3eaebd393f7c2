import type { RequestProps } from '../../../lib/testing';
import { cartRules, istio, traffic } from './support';

const cart = { selector: { matchLabels: { app: 'cart' } } };
const paths = (...each: string[]) => ({ to: [{ operation: { paths: each } }] });
const policy = (spec: object) => istio('AuthorizationPolicy', 'rules', { ...cart, ...spec });
const networkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'closed', namespace: 'shop' },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
};
const tokens = istio('RequestAuthentication', 'tokens', {
  jwtRules: [
    { issuer: 'https://a.example', jwks: '{}' },
    { issuer: 'https://b.example', jwks: '{}', audiences: ['shop'] },
  ],
});
const plainText = istio('DestinationRule', 'cart', { host: 'cart', trafficPolicy: { tls: { mode: 'DISABLE' } } });
const strictPort = istio('PeerAuthentication', 'cart', {
  ...cart,
  mtls: { mode: 'PERMISSIVE' },
  portLevelMtls: { 8080: { mode: 'STRICT' } },
});
const permissive = istio('PeerAuthentication', 'a-rest', { mtls: { mode: 'PERMISSIVE' } });
const broken = cartRules({
  route: [{ destination: { host: 'cart' } }, { destination: { host: 'nobody' }, weight: 100 }],
});

test.each<[string, object[], RequestProps, string, string]>([
  [
    'a rule that denies',
    [policy({ action: 'DENY', rules: [paths('/b'), paths('/a')] })],
    {},
    'AuthorizationPolicy shop/rules',
    'spec.rules[1]',
  ],
  [
    'a rule that allows',
    [policy({ rules: [paths('/b'), paths('/a')] })],
    {},
    'AuthorizationPolicy shop/rules',
    'spec.rules[1]',
  ],
  ['a policy none of whose rules allows', [policy({ rules: [paths('/b')] })], {}, 'AuthorizationPolicy shop/rules', ''],
  [
    'a rule of an authorizer',
    [policy({ action: 'CUSTOM', provider: { name: 'opa' }, rules: [paths('/a')] })],
    {},
    'AuthorizationPolicy shop/rules',
    'spec.rules[0]',
  ],
  [
    'a rule for tokens',
    [tokens],
    { claims: { iss: 'https://b.example', aud: 'else' } },
    'RequestAuthentication shop/tokens',
    'spec.jwtRules[1]',
  ],
  [
    'a mode of mutual TLS',
    [strictPort, permissive, plainText],
    {},
    'PeerAuthentication shop/cart',
    'spec.portLevelMtls.8080.mode',
  ],
  ['a NetworkPolicy', [networkPolicy], {}, 'NetworkPolicy shop/closed', ''],
  [
    'a fault',
    [
      cartRules({
        fault: { abort: { httpStatus: 500, percentage: { value: 100 } } },
        route: [{ destination: { host: 'cart' } }],
      }),
    ],
    {},
    'VirtualService shop/cart',
    'spec.http[0].fault',
  ],
  [
    'an answer of a route',
    [cartRules({ directResponse: { status: 204 } })],
    {},
    'VirtualService shop/cart',
    'spec.http[0]',
  ],
  ['a route to a host that does not exist', [broken], {}, 'VirtualService shop/cart', 'spec.http[0].route[1]'],
  ['nothing', [], {}, '', ''],
])('an ending names what decided: %s', (_name, objects, props, by, rule) => {
  const { outcomes } = traffic(objects, { denyingAuthorizers: ['opa'] })
    .from('web')
    .http('GET http://cart/a', props);
  expect(outcomes.map(each => [each.by, each.rule])).toEqual(outcomes.map(() => [by, rule]));
});

test('an explanation names the policy that allowed a request, and the authorizer that was called', () => {
  const objects = [
    policy({ rules: [paths('/a')] }),
    istio('AuthorizationPolicy', 'ask', { action: 'CUSTOM', provider: { name: 'opa' }, ...cart, rules: [{}] }),
  ];
  expect(traffic(objects).from('web').http('GET http://cart/a').explain()).toBe(
    [
      'shop/web-v1 → GET http://cart/a',
      '  default route to Service shop/cart',
      '  checked by the external authorizer opa',
      '  2 retries, on connect-failure, refused-stream, unavailable, cancelled, retriable-status-codes',
      '  50% routed to shop/cart-v1:8080 with path /a, allowed by AuthorizationPolicy shop/rules (spec.rules[0])',
      '  50% routed to shop/cart-v2:8080 with path /a, allowed by AuthorizationPolicy shop/rules (spec.rules[0])',
    ].join('\n'),
  );
});
