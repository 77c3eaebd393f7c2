import { Duration } from 'cdk8s';
import { type CircuitBreakerProps, Topology } from '../../lib';
import { problemsOf } from '../support/schemas';
import { one, plain, render } from './support';

function policyOf(limits: CircuitBreakerProps) {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', { replicas: 10 });
  plain(shop, 'web').calls(cart);
  cart.addCircuitBreaker(limits);
  const rule = one(render(shop), 'DestinationRule', 'cart');
  expect(problemsOf([rule])).toEqual([]);
  return rule.spec.trafficPolicy as unknown;
}

test.each<[CircuitBreakerProps, object]>([
  [{ maxRequestsPerConnection: 1 }, { http: { maxRequestsPerConnection: 1 } }],
  [{ maxRetries: 3 }, { http: { maxRetries: 3 } }],
  [{ idleTimeout: Duration.minutes(5) }, { tcp: { idleTimeout: '300s' } }],
  [{ maxConnectionDuration: Duration.hours(1) }, { tcp: { maxConnectionDuration: '3600s' } }],
  [
    { tcpKeepalive: { time: Duration.hours(2), interval: Duration.seconds(75), probes: 9 } },
    { tcp: { tcpKeepalive: { time: '7200s', interval: '75s', probes: 9 } } },
  ],
])('%j is a field of the connection pool', (limits, connectionPool) => {
  expect(policyOf(limits)).toEqual({ connectionPool });
});

test('gateway errors alone disable the ejection after five 5xx responses, which is on by default', () => {
  expect(policyOf({ consecutiveGatewayErrors: 3 })).toEqual({
    outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 3 },
  });
});

test('both kinds of errors have their own numbers, and a minimum share of healthy endpoints', () => {
  expect(policyOf({ consecutiveGatewayErrors: 3, consecutive5xxErrors: 7, minHealthPercent: 30 })).toEqual({
    outlierDetection: { consecutive5xxErrors: 7, consecutiveGatewayErrors: 3, minHealthPercent: 30 },
  });
});
