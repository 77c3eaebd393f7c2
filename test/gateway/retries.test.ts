import { Duration, Testing } from 'cdk8s';
import {
  ClusterApp,
  type EdgeProps,
  Mesh,
  RateLimit,
  RetryOn,
  type RouteProps,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { one, plain, render as renderOnIstio, type Rendered } from '../istio/support';
import { trafficOf } from '../support/manifests';

/** An edge with `GET /a`, and `GET /b` with these properties. */
function door(props: RouteProps, ofEdge: Partial<EdgeProps> = {}): Topology {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example', ...ofEdge });
  edge.route('GET /a', plain(shop, 'web'));
  edge.route('GET /b', plain(shop, 'retried'), props);
  return shop;
}

function render(topology: Topology): Rendered[] {
  const mesh = Mesh.none({ gateway: new EnvoyGateway() });
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];
}

test('the retries of a route are a policy of its own HTTPRoute', () => {
  const objects = render(door({ retries: { attempts: 2, perTryTimeout: Duration.seconds(3) } }));
  const policy = one(objects, 'BackendTrafficPolicy', 'door-2-retries');

  expect(policy.spec).toEqual({
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'door-2' }],
    retry: {
      numRetries: 2,
      retryOn: { triggers: ['connect-failure', 'refused-stream', 'gateway-error', 'unavailable'] },
      perRetry: { timeout: '3s' },
    },
  });
  expect(one(objects, 'HTTPRoute', 'door-2').spec.rules[0].matches[0].path.value).toBe('/b');
});

test('the simulator has the retries of the route, and none of others', () => {
  const traffic = trafficOf(
    render(door({ retries: { attempts: 2, on: [RetryOn.RESET], perTryTimeout: Duration.seconds(3) } })),
  );
  const [plainResult, retried] = ['/a', '/b'].map(path => traffic.fromInternet(`GET http://shop.example${path}`));

  expect([retried?.retries, retried?.perTryTimeout, retried?.retryOn]).toEqual([2, 3000, ['reset']]);
  expect([plainResult?.retries, plainResult?.retryOn]).toEqual([0, []]);
});

test('a POST is retried before the service has received it', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('POST /', plain(shop, 'web'), {
    retries: { attempts: 1, on: [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM] },
  });
  expect(one(render(shop), 'BackendTrafficPolicy', 'door-retries').spec.retry.retryOn.triggers).toEqual([
    'connect-failure',
    'refused-stream',
  ]);
});

test('no attempts are no policy', () => {
  const kinds = render(door({ retries: { attempts: 0 } })).map(({ kind }) => kind);
  expect(kinds).not.toContain('BackendTrafficPolicy');
});

test('limits of the edge, which the policy would replace, are an error', () => {
  const retries = { attempts: 1 };
  expect(() => render(door({ retries, rateLimit: RateLimit.perSecond(5) }))).toThrow(/GET \/b.*replaces/s);
});

test("Istio's gateway rejects retries of routes, by name", () => {
  expect(() => renderOnIstio(door({ retries: { attempts: 1 } }))).toThrow(
    /requires retries, which Istio's gateway does not support/,
  );
});

describe('a BackendTrafficPolicy', () => {
  const resultOf = (retry: object, ofRule: object = {}) => {
    const objects = render(door({ retries: { attempts: 1 } })).map(each =>
      each.kind === 'BackendTrafficPolicy'
        ? { ...each, spec: { ...each.spec, retry } }
        : each.kind === 'HTTPRoute'
          ? { ...each, spec: { ...each.spec, rules: each.spec.rules.map((rule: object) => ({ ...rule, ...ofRule })) } }
          : each,
    );
    return trafficOf(objects).fromInternet('GET http://shop.example/b');
  };

  test('without fields retries twice, on the failures of the default of Envoy Gateway', () => {
    const { retries, retryOn } = resultOf({});
    expect(retries).toBe(2);
    expect(retryOn).toContain('503');
    expect(retryOn).toContain('unavailable');
  });

  test('retries on statuses only with the trigger for them', () => {
    const retryOn = (triggers: string[]) => resultOf({ retryOn: { triggers, httpStatusCodes: [429] } }).retryOn;
    expect(retryOn(['reset', 'retriable-status-codes'])).toContain('429');
    expect(retryOn(['reset'])).toEqual(['reset']);
  });

  test('leaves the retries of an HTTPRoute as they are', () => {
    expect(resultOf({}, { retry: { attempts: 3 } }).retries).toBe(3);
  });
});
