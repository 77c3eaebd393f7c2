import { Duration } from 'cdk8s';
import { HeaderMatch, Operation, Port, RetryOn, type ServiceProps, Topology } from '../../lib';
import { names, one, plain, render } from './support';

describe('VirtualService', () => {
  test('a call without retries has attempts: 0, since Istio would retry twice', () => {
    const shop = new Topology('shop');
    plain(shop, 'web').calls(plain(shop, 'cart'));

    expect(one(render(shop), 'VirtualService', 'cart').spec).toEqual({
      hosts: ['cart.shop.svc.cluster.local'],
      http: [
        {
          match: [{ port: 80 }],
          retries: { attempts: 0 },
          route: [{ destination: { host: 'cart.shop.svc.cluster.local', port: { number: 80 } } }],
        },
      ],
    });
  });

  test('timeout and retries of a call are written in whole seconds or milliseconds', () => {
    const shop = new Topology('shop');
    plain(shop, 'web').calls(plain(shop, 'cart'), {
      timeout: Duration.seconds(3),
      retries: { attempts: 2, perTryTimeout: Duration.millis(900), on: [RetryOn.SERVER_ERROR, RetryOn.RESET] },
    });

    const [rule] = one(render(shop), 'VirtualService', 'cart').spec.http;
    expect(rule.timeout).toBe('3s');
    expect(rule.retries).toEqual({ attempts: 2, perTryTimeout: '900ms', retryOn: '5xx,reset' });
  });

  test('retries without a choice of failures are for those that a callee has not answered', () => {
    const shop = new Topology('shop');
    plain(shop, 'web').calls(plain(shop, 'cart'), { retries: { attempts: 1 } });

    expect(one(render(shop), 'VirtualService', 'cart').spec.http[0].retries).toEqual({
      attempts: 1,
      retryOn: 'connect-failure,refused-stream,gateway-error,unavailable',
    });
  });

  test('callers with one call policy share a rule that matches any caller', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart');
    plain(shop, 'web').calls(cart, { timeout: Duration.seconds(1) });
    plain(shop, 'app').calls(cart, { timeout: Duration.seconds(1) });

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(http).toHaveLength(1);
    expect(http[0].match).toEqual([{ port: 80 }]);
  });

  test('callers with call policies of their own are matched by their labels, in one VirtualService', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart');
    plain(shop, 'web').calls(cart, { timeout: Duration.seconds(1) });
    plain(shop, 'app').calls(cart, { timeout: Duration.seconds(2) });
    plain(shop, 'batch').calls(cart, { timeout: Duration.seconds(1) });

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(http.map((rule: { match: unknown; timeout?: string }) => [rule.match, rule.timeout])).toEqual([
      [
        [
          { port: 80, sourceLabels: { app: 'web' } },
          { port: 80, sourceLabels: { app: 'batch' } },
        ],
        '1s',
      ],
      [[{ port: 80, sourceLabels: { app: 'app' } }], '2s'],
      [[{ port: 80 }], undefined],
    ]);
    expect(http[2].retries).toEqual({ attempts: 0 });
  });

  test('callers of several namespaces are matched by their namespace too', () => {
    const shop = new Topology('shop');
    shop.addNamespace('partners');
    const cart = plain(shop, 'cart');
    plain(shop, 'web').calls(cart, { timeout: Duration.seconds(1) });
    plain(shop, 'web', { namespace: 'partners' }).calls(cart, { timeout: Duration.seconds(9) });

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(http[0].match).toEqual([{ port: 80, sourceLabels: { app: 'web' }, sourceNamespace: 'shop' }]);
    expect(http[1].match).toEqual([{ port: 80, sourceLabels: { app: 'web' }, sourceNamespace: 'partners' }]);
  });

  test('two calls of one caller are matched by their operations', () => {
    const shop = new Topology('shop');
    const [web, cart] = [plain(shop, 'web'), plain(shop, 'cart')];
    web.calls(cart, { allowedOperations: [Operation.http('GET /items/{id}')], retries: { attempts: 2 } });
    web.calls(cart, { allowedOperations: [Operation.http('POST /items')] });

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(http[0].match).toEqual([
      { port: 80, sourceLabels: { app: 'web' }, method: { exact: 'GET' }, uri: { regex: '/items/[^/]+' } },
    ]);
    expect(http[0].retries.attempts).toBe(2);
    expect(http[1].match).toEqual([
      { port: 80, sourceLabels: { app: 'web' }, method: { exact: 'POST' }, uri: { exact: '/items' } },
    ]);
    expect(http[1].retries.attempts).toBe(0);
  });

  test('a split is weights over subsets that the DestinationRule has', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
    plain(shop, 'web').calls(cart);
    cart.split({ v1: 75, v2: 25 });

    const objects = render(shop);
    const route = one(objects, 'VirtualService', 'cart').spec.http[0].route;
    expect(
      route.map((each: { destination: { subset: string }; weight: number }) => [each.destination.subset, each.weight]),
    ).toEqual([
      ['v1', 75],
      ['v2', 25],
    ]);
    expect(one(objects, 'DestinationRule', 'cart').spec).toEqual({
      host: 'cart.shop.svc.cluster.local',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    });
  });

  test('all to one version is a route without a weight', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
    plain(shop, 'web').calls(cart);
    cart.split({ v2: 100 });

    expect(one(render(shop), 'VirtualService', 'cart').spec.http[0].route).toEqual([
      { destination: { host: 'cart.shop.svc.cluster.local', port: { number: 80 }, subset: 'v2' } },
    ]);
  });

  test('connections of a TCP port are split too, and need no rule where they are not', () => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const [cache, store] = ['cache', 'store'].map(name =>
      plain(shop, name, { port: Port.tcp(6379), versions: { v1: {}, v2: {} } }),
    );
    [cache, store].forEach(each => each && web.calls(each));
    cache?.split({ v1: 50, v2: 50 });

    const objects = render(shop);
    expect(names(objects, 'VirtualService')).toEqual(['cache']);
    const { http, tcp } = one(objects, 'VirtualService', 'cache').spec;
    expect(http).toBeUndefined();
    expect(tcp[0].match).toEqual([{ port: 6379 }]);
    expect(tcp[0].route.map((each: { weight: number }) => each.weight)).toEqual([50, 50]);
  });

  test('a header route comes before the split, for each call policy', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
    plain(shop, 'web').calls(cart, { timeout: Duration.seconds(1) });
    cart.split({ v1: 100 });
    cart.routeTo('v2', HeaderMatch.exact('x-canary', 'yes'));
    cart.routeTo('v2', HeaderMatch.prefix('x-user', 'test-'));

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(
      http.map(
        (rule: { match: { headers: unknown }[]; route: { destination: { subset: string } }[]; timeout: string }) => [
          rule.match[0]?.headers,
          rule.route[0]?.destination.subset,
          rule.timeout,
        ],
      ),
    ).toEqual([
      [{ 'x-canary': { exact: 'yes' } }, 'v2', '1s'],
      [{ 'x-user': { prefix: 'test-' } }, 'v2', '1s'],
      [undefined, 'v1', '1s'],
    ]);
  });

  test('a mirror gets its share of a copy', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
    plain(shop, 'web').calls(cart);
    cart.split({ v1: 100 });
    cart.mirrorTo('v2', 20);

    expect(one(render(shop), 'VirtualService', 'cart').spec.http[0].mirrors).toEqual([
      {
        destination: { host: 'cart.shop.svc.cluster.local', port: { number: 80 }, subset: 'v2' },
        percentage: { value: 20 },
      },
    ]);
  });

  test('faults are injected into the call that declares them', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart');
    plain(shop, 'web').calls(cart, {
      faults: { delay: { duration: Duration.seconds(2), percent: 5 }, abort: { status: 503 } },
    });
    plain(shop, 'app').calls(cart);

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(http[0].fault).toEqual({
      delay: { fixedDelay: '2s', percentage: { value: 5 } },
      abort: { httpStatus: 503, percentage: { value: 100 } },
    });
    expect(http[1].fault).toBeUndefined();
  });

  test('each port of a service has rules of its own', () => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const cart = plain(shop, 'cart', { ports: [Port.http(9000, { name: 'admin' })] });
    web.calls(cart, { timeout: Duration.seconds(1) });
    web.calls(cart, { port: 9000, timeout: Duration.seconds(5) });

    const { http } = one(render(shop), 'VirtualService', 'cart').spec;
    expect(http.map((rule: { match: unknown; timeout: string }) => [rule.match, rule.timeout])).toEqual([
      [[{ port: 80 }], '1s'],
      [[{ port: 9000 }], '5s'],
    ]);
  });

  test('a service that nothing calls has none', () => {
    const shop = new Topology('shop');
    plain(shop, 'web');

    expect(names(render(shop), 'VirtualService')).toEqual([]);
  });
});

describe('DestinationRule', () => {
  test('a circuit breaker is a connection pool and outlier detection', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart');
    cart.addCircuitBreaker({
      consecutive5xxErrors: 5,
      baseEjectionTime: Duration.seconds(30),
      interval: Duration.millis(2500),
      maxEjectionPercent: 50,
      maxConnections: 100,
      maxPendingRequests: 10,
      maxRequests: 200,
      connectTimeout: Duration.millis(250),
    });

    expect(one(render(shop), 'DestinationRule', 'cart').spec).toEqual({
      host: 'cart.shop.svc.cluster.local',
      trafficPolicy: {
        connectionPool: {
          tcp: { maxConnections: 100, connectTimeout: '250ms' },
          http: { http1MaxPendingRequests: 10, http2MaxRequests: 200 },
        },
        outlierDetection: {
          consecutive5xxErrors: 5,
          baseEjectionTime: '30s',
          interval: '2500ms',
          maxEjectionPercent: 50,
        },
      },
    });
  });

  test.each<[string, ServiceProps, number | undefined]>([
    ['two replicas', { replicas: 2 }, 50],
    ['the default replicas', {}, 50],
    ['one replica', { replicas: 1 }, 100],
    ['three replicas', { replicas: 3 }, 34],
    ['nine replicas', { replicas: 9 }, 12],
    ['ten replicas', { replicas: 10 }, undefined],
    ['the fewest replicas of an autoscaler', { autoscaling: { min: 4, max: 50 }, resources: { cpu: '1' } }, 25],
    ['the replicas of all versions', { versions: { v1: { replicas: 3 }, v2: { replicas: 1 } } }, 25],
    [
      'a workload that exists already',
      { image: undefined, existingWorkload: { labels: { app: 'cart' }, serviceAccount: 'cart' } },
      100,
    ],
  ])('a circuit breaker can eject one of %s', (_what, props, percent) => {
    const shop = new Topology('shop');
    shop.addNamespace('shop');
    plain(shop, 'cart', props).addCircuitBreaker({ consecutive5xxErrors: 5 });

    const { outlierDetection } = one(render(shop), 'DestinationRule', 'cart').spec.trafficPolicy;
    expect(outlierDetection).toEqual({ consecutive5xxErrors: 5, maxEjectionPercent: percent });
  });

  test('a circuit breaker of a host outside can eject its only address', () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) });
    plain(shop, 'web').calls(bank);
    bank.addCircuitBreaker({ consecutive5xxErrors: 5 });

    expect(one(render(shop), 'DestinationRule', 'bank').spec.trafficPolicy.outlierDetection.maxEjectionPercent).toBe(
      100,
    );
  });

  test(
    'a version that is routed to by itself has a percentage of its own where one of its replicas is more ' + 'of it',
    () => {
      const shop = new Topology('shop');
      const cart = plain(shop, 'cart', { versions: { v1: { replicas: 19 }, v2: { replicas: 1 } } });
      cart.addCircuitBreaker({ consecutive5xxErrors: 5, interval: Duration.seconds(1), maxConnections: 9 });
      cart.split({ v1: 90, v2: 10 });

      expect(one(render(shop), 'DestinationRule', 'cart').spec).toMatchObject({
        trafficPolicy: {
          connectionPool: { tcp: { maxConnections: 9 } },
          outlierDetection: { consecutive5xxErrors: 5, interval: '1s' },
        },
        subsets: [
          { name: 'v1', labels: { version: 'v1' } },
          {
            name: 'v2',
            trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5, interval: '1s', maxEjectionPercent: 100 } },
          },
        ],
      });
      expect(one(render(shop), 'DestinationRule', 'cart').spec.subsets[0]).not.toHaveProperty('trafficPolicy');
    },
  );

  test('limits that were not given are left to Istio', () => {
    const shop = new Topology('shop');
    plain(shop, 'cart').addCircuitBreaker({ maxConnections: 7 });

    expect(one(render(shop), 'DestinationRule', 'cart').spec.trafficPolicy).toEqual({
      connectionPool: { tcp: { maxConnections: 7 } },
    });
  });

  test('a service with neither versions nor limits has none', () => {
    const shop = new Topology('shop');
    plain(shop, 'web').calls(plain(shop, 'cart'));

    expect(names(render(shop), 'DestinationRule')).toEqual([]);
  });
});

describe('an external service', () => {
  test('is a ServiceEntry seen by the namespaces of its callers only', () => {
    const shop = new Topology('shop');
    shop.addNamespace('money');
    const bank = shop.addExternalService('bank', { host: 'api.bank.example', port: Port.tls(443) });
    plain(shop, 'payment', { namespace: 'money' }).calls(bank);

    expect(one(render(shop), 'ServiceEntry', 'bank').spec).toEqual({
      hosts: ['api.bank.example'],
      exportTo: ['.', 'money'],
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
    });
  });

  test('that uses HTTP supports a timeout and retries like any other', () => {
    const shop = new Topology('shop');
    const rates = shop.addExternalService('rates', { host: 'rates.example.org', port: Port.http(80) });
    plain(shop, 'web').calls(rates, { timeout: Duration.seconds(1), retries: { attempts: 1 } });

    const { hosts, exportTo, http } = one(render(shop), 'VirtualService', 'rates').spec;
    expect(hosts).toEqual(['rates.example.org']);
    expect(exportTo).toEqual(['.']);
    expect([http[0].timeout, http[0].retries.attempts]).toEqual(['1s', 1]);
  });
});
