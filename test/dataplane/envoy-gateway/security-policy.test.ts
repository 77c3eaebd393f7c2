import { type RequestResult, Traffic, type TrafficProps } from '../../../lib/testing';
import { gatewayApi, pods, service } from '../../testing/traffic/support';
import { manifestsOf } from '../../support/manifests';

function object(kind: string, name: string, spec: object, namespace = 'shop'): object {
  return { apiVersion: 'gateway.envoyproxy.io/v1alpha1', kind, metadata: { name, namespace }, spec };
}

function policy(spec: object): object {
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'web' }];
  return object('SecurityPolicy', 'guard', { targetRefs, ...spec });
}

function world(objects: readonly object[], props: TrafficProps = {}): Traffic {
  const route = gatewayApi('HTTPRoute', 'web', {
    parentRefs: [{ name: 'door' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  });
  return Traffic.of(
    manifestsOf([
      gatewayApi('Gateway', 'door', {
        gatewayClassName: 'eg',
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      }),
      route,
      pods('web'),
      service('web'),
      pods('decider'),
      service('decider'),
      ...objects,
    ]),
    props,
  );
}

const ask = (objects: readonly object[], headers = {}, props: TrafficProps = {}): RequestResult =>
  world(objects, props).fromInternet('GET http://shop.example/orders', { headers });

const DECIDER = { name: 'decider', port: 80 };
const extAuth = (settings: object = {}, backend: object = DECIDER, kind = 'http') =>
  policy({ extAuth: { [kind]: { backendRefs: [backend] }, ...settings } });
const denying = { denyingAuthorizers: ['shop/decider'] };

describe('an external authorizer of a SecurityPolicy', () => {
  test.each(['http', 'grpc'])('by %s is assumed to allow requests, as the explanation states', kind => {
    const result = ask([extAuth({}, DECIDER, kind)]);
    result.expectRoutedTo('web');
    expect(result.explain()).toContain('checked by the external authorizer shop/decider');
  });

  test('denies requests if it is declared to', () => {
    const result = ask([extAuth()], {}, denying);
    result.expectDenied(403);
    expect(result.outcomes[0]).toMatchObject({ by: 'SecurityPolicy shop/guard', rule: 'spec.extAuth' });
    expect(result.explain()).toContain('the external authorizer shop/decider denies it');
    ask([extAuth({ failOpen: true })], {}, denying).expectDenied(403);
    ask([extAuth()], {}, { denyingAuthorizers: ['decider', 'other/decider'] }).expectRoutedTo('web');
  });

  test('is called before all other filters', () => {
    const jwt = { providers: [{ name: 'it', issuer: 'https://login.example' }] };
    const both = policy({ extAuth: { http: { backendRefs: [DECIDER] } }, jwt });
    ask([both], {}, denying).expectDenied(403);
    const result = ask([both]);
    result.expectDenied(401);
    expect(result.explain()).toContain('checked by the external authorizer shop/decider');
  });

  test.each<[string, object, object[]]>([
    ['a Service that does not exist', { name: 'none', port: 80 }, []],
    ['a port that does not exist', { name: 'decider', port: 90 }, []],
    ['a Service elsewhere without a ReferenceGrant', { ...DECIDER, namespace: 'old' }, [service('decider', 'old')]],
    ['a Backend that does not exist', { group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'none' }, []],
    ['no backend with a weight', { ...DECIDER, weight: 0 }, []],
  ])('that refers to %s makes every request a 500, unless it fails open', (_what, backend, others) => {
    ask([extAuth({}, backend), ...others]).expectDenied(500);
    ask([extAuth({ failOpen: true }, backend), ...others]).expectRoutedTo('web');
    expect(
      world([extAuth({}, backend), ...others])
        .matrix()
        .has('internet', 'shop/web-v1'),
    ).toBe(false);
  });

  test('may be elsewhere with a ReferenceGrant, and a Backend', () => {
    const grant = gatewayApi(
      'ReferenceGrant',
      'it',
      {
        from: [{ group: 'gateway.envoyproxy.io', kind: 'SecurityPolicy', namespace: 'shop' }],
        to: [{ group: '', kind: 'Service' }],
      },
      'old',
    );
    const elsewhere = [service('decider', 'old'), pods('decider', 'v1', { namespace: 'old' }), grant];
    ask([extAuth({}, { ...DECIDER, namespace: 'old' }), ...elsewhere]).expectRoutedTo('web');
    const backend = extAuth({}, { group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'there' });
    const there = object('Backend', 'there', { endpoints: [{ fqdn: { hostname: 'a.example', port: 443 } }] });
    ask([backend, there]).expectRoutedTo('web');
    ask([backend, there], {}, { denyingAuthorizers: ['shop/there'] }).expectDenied(403);
  });

  test.each<[string, object[]]>([
    ['has no Pods', [service('empty')]],
    [
      'is closed by a NetworkPolicy',
      [
        service('empty'),
        pods('empty'),
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'it', namespace: 'shop' },
          spec: { podSelector: { matchLabels: { app: 'empty' } }, policyTypes: ['Ingress'] },
        },
      ],
    ],
  ])('that %s denies requests with its status, unless it fails open', (_what, others) => {
    const to = { name: 'empty', port: 80 };
    ask([extAuth({}, to), ...others]).expectDenied(403);
    ask([extAuth({ statusOnError: 503 }, to), ...others]).expectDenied(503);
    ask([extAuth({ failOpen: true }, to), ...others]).expectRoutedTo('web');
  });

  test('of which one of several denies the request is not simulated', () => {
    const two = policy({ extAuth: { http: { backendRefs: [DECIDER, { name: 'web', port: 80 }] } } });
    ask([two]).expectRoutedTo('web');
    ask([two], {}, { denyingAuthorizers: ['shop/decider', 'shop/web'] }).expectDenied(403);
    expect(() => ask([two], {}, denying)).toThrow(/several external authorizers/);
  });
});

describe('basic authentication of a SecurityPolicy', () => {
  const users = (htpasswd: string, key = '.htpasswd') => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'users', namespace: 'shop' },
    stringData: { [key]: htpasswd },
  });
  // The passwords are `one` and `a:b`.
  const USERS = users('ann:{SHA}/gW83NxJKAEngaXxoqd8u1OY4QY=\r\n\nbob:{SHA}3OptnM09ILoVSfbZtd3mB0IViII=\n');
  const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
  const guard = policy({ basicAuth: { users: { name: 'users' }, forwardUsernameHeader: 'X-User' } });

  test('requires a user of the Secret with the password', () => {
    ask([guard, USERS]).expectDenied(401);
    ask([guard, USERS], basic('ann:two')).expectDenied(401);
    ask([guard, USERS], basic('eve:one')).expectDenied(401);
    ask([guard, USERS], { authorization: 'Bearer x' }).expectDenied(401);
    ask([guard, USERS], basic('ann:one')).expectRoutedTo('web');
    ask([guard, USERS], basic('bob:a:b')).expectRoutedTo('web');
  });

  test('forwards the name of the user in the header, in place of a forged one', () => {
    const headers = { ...basic('ann:one'), 'x-user': 'forged' };
    expect(ask([guard, USERS], headers).outcomes[0]?.headers['x-user']).toBe('ann');
  });

  test.each([
    ['of another format', users('ann:$apr1$x$y')],
    ['at another key', users('ann:{SHA}/gW83NxJKAEngaXxoqd8u1OY4QY=', 'users')],
    ['that are no users', users('\n')],
  ])('with passwords %s makes every request a 500', (_what, secret) => {
    ask([guard, secret], basic('ann:one')).expectDenied(500);
  });
});

describe('CORS of a SecurityPolicy', () => {
  const cors = {
    allowOrigins: ['https://*.shop.example', 'http://exact.example'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['x-a', '*'],
    exposeHeaders: ['x-b'],
    maxAge: '1h',
    allowCredentials: true,
  };
  const guard = policy({ cors, jwt: { providers: [{ name: 'it', issuer: 'https://login.example' }] } });
  const preflight = (origin: string) =>
    world([guard]).fromInternet('OPTIONS http://shop.example/orders', {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-c' },
    });

  test.each(['https://www.shop.example', 'http://exact.example'])(
    'answers preflights of %s before it requires a token',
    origin => {
      preflight(origin).expectDenied(200);
      expect(preflight(origin).responseHeaders).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'x-c',
        'access-control-expose-headers': 'x-b',
        'access-control-max-age': '3600',
      });
    },
  );

  test.each(['https://shop.example', 'https://wwwXshop.example', 'http://exact.example.evil'])(
    'answers preflights of %s without allowing them',
    origin => {
      preflight(origin).expectDenied(200);
      expect(preflight(origin).responseHeaders).not.toHaveProperty('access-control-allow-origin');
    },
  );

  test('marks the responses to other requests', () => {
    const open = world([policy({ cors })]).fromInternet('GET http://shop.example/orders', {
      headers: { origin: 'http://exact.example' },
    });
    open.expectRoutedTo('web');
    expect(open.responseHeaders['access-control-allow-origin']).toBe('http://exact.example');
  });
});

describe('an invalid setting of a SecurityPolicy', () => {
  const passwords = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'users', namespace: 'shop' },
    stringData: { '.htpasswd': 'ann:$2y$05$abc' },
  };
  const keys = (stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys', namespace: 'shop' },
    stringData,
  });
  const basicAuth = { users: { name: 'users' } };
  const apiKeyAuth = { credentialRefs: [{ name: 'keys' }], extractFrom: [{ headers: ['x-key'] }] };
  const jwt = { providers: [{ name: 'it', issuer: 'https://login.example' }] };
  const none = { http: { backendRefs: [{ name: 'none', port: 80 }] } };
  const decider = { http: { backendRefs: [DECIDER] } };
  const cidr = (defaultAction: string) => ({
    defaultAction,
    rules: [{ action: 'Allow', principal: { clientCIDRs: ['10.0.0.0/33'] } }],
  });

  test.each<[string, object, TrafficProps, number]>([
    ['by an authorizer that denies', { basicAuth, extAuth: decider }, denying, 403],
    ['by an authorizer that allows', { basicAuth, extAuth: decider }, {}, 500],
    ['by a token that is missing', { basicAuth, jwt }, {}, 401],
    ['by an API key that is missing', { basicAuth, apiKeyAuth }, {}, 401],
    ['by rules', { basicAuth, authorization: { defaultAction: 'Deny' } }, {}, 403],
    ['by rules that allow', { basicAuth, authorization: { defaultAction: 'Allow' } }, {}, 500],
    ['by nothing else', { basicAuth }, {}, 500],
    ['by a token, without a valid authorizer', { extAuth: none, jwt }, {}, 401],
    ['by a token, where the authorizer fails open', { extAuth: { ...none, failOpen: true }, jwt }, {}, 401],
    [
      'by no authorizer that fails open besides another error',
      { extAuth: { ...none, failOpen: true }, basicAuth },
      {},
      500,
    ],
    ['by rules with an invalid address', { authorization: cidr('Allow') }, {}, 500],
    ['by an authorizer before invalid rules', { authorization: cidr('Allow'), extAuth: decider }, denying, 403],
  ])('responds with 500 to what is not denied %s', (_, spec, props, status) => {
    ask([policy(spec), passwords, keys({ one: 'a' })], {}, props).expectDenied(status);
  });

  test('is one API key of two clients', () => {
    const withKey = { 'x-key': 'a' };
    ask([policy({ apiKeyAuth }), keys({ one: 'a', two: 'a' })], withKey).expectDenied(500);
    ask([policy({ apiKeyAuth }), keys({ one: 'a', two: 'b' })], withKey).expectRoutedTo('web');
  });

  test('states which one it is', () => {
    const [outcome] = ask([policy({ basicAuth, jwt: { ...jwt, optional: true } }), passwords]).outcomes;
    expect(outcome).toMatchObject({ status: 500, by: 'SecurityPolicy shop/guard', rule: 'spec.basicAuth' });
  });
});
