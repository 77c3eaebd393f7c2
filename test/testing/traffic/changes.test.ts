import { Unsimulated } from '../../../lib/testing';
import { cartRules, gatewayApi, istio, meshConfig, pods, service, traffic } from './support';

const toCart = { route: [{ destination: { host: 'cart', subset: 'v1' } }] };
const subsets = istio('DestinationRule', 'cart', {
  host: 'cart',
  subsets: [{ name: 'v1', labels: { version: 'v1' } }],
});
const ask = (rule: object, headers: Record<string, string> = {}) =>
  traffic([subsets, cartRules({ ...toCart, ...rule })])
    .from('web')
    .http('GET http://cart/a', { headers });

test('an explanation has the changes of the request: its host, and headers that are removed and set', () => {
  const rule = {
    rewrite: { authority: 'new.example' },
    headers: { request: { set: { 'x-set': 'new' }, add: { 'x-added': '1' }, remove: ['x-gone'] } },
  };
  expect(ask(rule, { 'x-set': 'old', 'x-gone': 'here', 'x-kept': '1' }).explain().split('\n').slice(-4)).toEqual([
    '  100% routed to shop/cart-v1:8080 with path /a',
    '    request host: new.example',
    '    request headers removed: x-gone',
    '    request headers set: x-set: new, x-added: 1',
  ]);
});

test('an explanation has no changes where there are none, or where the request does not arrive', () => {
  expect(ask({}, { 'x-kept': '1' }).explain()).not.toContain('request h');
  expect(ask({ route: undefined, directResponse: { status: 418 } }, { 'x-kept': '1' }).explain()).not.toContain(
    'request h',
  );
});

test('an explanation has the changes of the response: removed, set and added headers, those of CORS among them', () => {
  const rule = {
    headers: { response: { set: { 'x-set': '1' }, add: { 'x-added': '2' }, remove: ['server'] } },
    corsPolicy: { allowOrigins: [{ exact: 'https://www.example' }] },
  };
  const result = ask(rule, { origin: 'https://www.example' });
  expect(result.explain().split('\n').slice(-3)).toEqual([
    '    response headers removed: server',
    '    response headers set: x-set: 1, access-control-allow-origin: https://www.example',
    '    response headers added: x-added: 2',
  ]);
});

test('an explanation has the terms of the rule: timeout, retries with their conditions, and the mirrored share', () => {
  const rule = {
    timeout: '3s',
    retries: { attempts: 2, perTryTimeout: '1s', retryOn: '5xx,503' },
    mirror: { host: 'bank.money.svc.cluster.local' },
    mirrorPercentage: { value: 25 },
  };
  const result = ask(rule);
  expect(result.explain()).toContain(
    '  timeout 3 s\n  2 retries, per-try timeout 1 s, on 5xx, 503\n  25% mirrored to money/bank-v1',
  );
  expect(result.retryOn).toEqual(['5xx', '503']);
  expect(result.mirrorShares).toEqual({ 'money/bank-v1': 0.25 });
});

describe('assumptions of a result', () => {
  const own = istio('Gateway', 'own', {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  });
  const toWeb = istio('VirtualService', 'v', {
    hosts: ['a.example'],
    gateways: ['own'],
    http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
  });
  const authorizer = [
    istio('AuthorizationPolicy', 'ask', { action: 'CUSTOM', provider: { name: 'opa' }, rules: [{}] }),
    meshConfig({
      extensionProviders: [{ name: 'opa', envoyExtAuthzHttp: { service: 'bank.money.svc.cluster.local', port: 80 } }],
    }),
  ];

  test('are that destinations are healthy, and none if the request does not arrive', () => {
    expect(ask({}).assumptions).toEqual(['all destinations are healthy']);
    expect(ask({ route: undefined, directResponse: { status: 418 } }).assumptions).toEqual([]);
  });

  test('are the Pods of gateways, and authorizers that allow requests', () => {
    const objects = [own, toWeb, ...authorizer];
    const pod =
      'the Pods of the gateway shop/own, which are not among the manifests, have the labels app: '
      + 'istio-ingressgateway, istio: ingressgateway in namespace istio-system';
    expect(traffic(objects).fromInternet('GET http://a.example/').assumptions).toEqual([
      pod,
      'the external authorizer opa allows it',
      'all destinations are healthy',
    ]);
    const denying = traffic(objects, { denyingAuthorizers: ['opa'] }).fromInternet('GET http://a.example/');
    denying.expectDenied(403);
    expect(denying.assumptions).toEqual([pod]);
  });

  test('are certificates that are not among the manifests, and addresses', () => {
    const trusting = [
      pods('api', 'v1', { labels: { 'sidecar.istio.io/inject': 'false' } }),
      service('api'),
      gatewayApi('BackendTLSPolicy', 'p', {
        targetRefs: [{ group: '', kind: 'Service', name: 'api' }],
        validation: { wellKnownCACertificates: 'System', hostname: 'api.example' },
      }),
    ];
    const { assumptions } = traffic(trusting).from('web').http('GET http://api/');
    expect(assumptions).toEqual([expect.stringContaining('assumed to be valid'), 'all destinations are healthy']);
  });
});

test('settings that depend on what is unknown are stated as such', () => {
  const objects = [pods('loose', 'v1', { namespace: 'elsewhere' }), service('loose', 'elsewhere')];
  const result = traffic(objects).from('loose').http('GET http://web.shop/');
  expect(result.explain()).toContain('timeout, retries, faults, mirrors and response headers are unknown');
  expect(() => result.timeout).toThrow(Unsimulated);
});
