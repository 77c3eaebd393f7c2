import type { Duration } from 'cdk8s';
import { requireDuration, requireInteger, requirePositive } from './numbers';
import { integer, object, type Rules } from './rules';

/** Keep-alive probes of TCP. What is left out has the default of the operating system. */
export interface TcpKeepalive {
  /**
   * The idle time before the first probe, in whole seconds.
   * @default - 2 h on Linux
   */
  readonly time?: Duration;
  /**
   * The time between two probes, in whole seconds.
   * @default - 75 s on Linux
   */
  readonly interval?: Duration;
  /**
   * The number of unanswered probes after which the connection is closed.
   * @default - 9 on Linux
   */
  readonly probes?: number;
}

/** Limits that protect a callee and its callers. A limit that is left out has the mesh's default. */
export interface CircuitBreakerProps {
  /**
   * The number of consecutive 5xx responses (for TCP: failed connections) after which an endpoint is ejected.
   * @default - no ejection
   */
  readonly consecutive5xxErrors?: number;
  /**
   * The number of consecutive gateway errors (502, 503, 504; for TCP: failed connections) after which an endpoint is
   * ejected. Other 5xx responses do not count, unless `consecutive5xxErrors` is set as well.
   * @default - no ejection
   */
  readonly consecutiveGatewayErrors?: number;
  /**
   * How long an endpoint stays ejected, times the number of its ejections.
   * @default - 30 s, Istio's default
   */
  readonly baseEjectionTime?: Duration;
  /**
   * The time between two ejection sweeps.
   * @default - 10 s, Istio's default
   */
  readonly interval?: Duration;
  /**
   * The maximum share of endpoints that may be ejected at once, in percent, as a whole number. Envoy rounds down: of
   * two endpoints, 50 % allows one, 49 % none.
   * @default - what allows one of the declared replicas (50 % of two, 100 % of one), 10 % at least, for each version
   * that is routed to by itself; 100 % where the replicas are not declared here
   */
  readonly maxEjectionPercent?: number;
  /**
   * The minimum share of endpoints in percent that must not be ejected, as a whole number: below it requests are sent
   * to all endpoints again, ejected or not.
   * @default - 0, Istio's default: none are sent to ejected endpoints
   */
  readonly minHealthPercent?: number;
  /**
   * The maximum number of connections of one proxy to the callee.
   * @default - no limit
   */
  readonly maxConnections?: number;
  /**
   * The maximum number of requests that wait in one proxy for a connection; further requests get 503.
   * @default - no limit
   */
  readonly maxPendingRequests?: number;
  /**
   * The maximum number of concurrent requests of one proxy.
   * @default - no limit
   */
  readonly maxRequests?: number;
  /**
   * The timeout of establishing a connection.
   * @default - 10 s, Istio's default
   */
  readonly connectTimeout?: Duration;
  /**
   * The maximum number of requests on one connection; 1 disables keep-alive.
   * @default - no limit
   */
  readonly maxRequestsPerConnection?: number;
  /**
   * The maximum number of retries of one proxy at the same time.
   * @default - no limit
   */
  readonly maxRetries?: number;
  /**
   * The time after which a connection without requests (for TCP: without bytes) is closed.
   * @default - 1 h, Envoy's default
   */
  readonly idleTimeout?: Duration;
  /**
   * The maximum duration of a connection.
   * @default - no limit
   */
  readonly maxConnectionDuration?: Duration;
  /**
   * Keep-alive probes of TCP on idle connections.
   * @default - none
   */
  readonly tcpKeepalive?: TcpKeepalive;
}

const KEEPALIVE: Rules<TcpKeepalive> = {
  time: wholeSeconds('The idle time before the first keep-alive probe'),
  interval: wholeSeconds('The time between two keep-alive probes'),
  probes: integer('The number of keep-alive probes', 1),
};

/** The rule for each limit. */
export const LIMITS: Rules<CircuitBreakerProps> = {
  consecutive5xxErrors: integer('consecutive5xxErrors', 1),
  consecutiveGatewayErrors: integer('consecutiveGatewayErrors', 1),
  baseEjectionTime: time('baseEjectionTime'),
  interval: time('interval'),
  maxEjectionPercent: integer('maxEjectionPercent', 1, 100),
  minHealthPercent: integer('minHealthPercent', 0, 100),
  maxConnections: integer('maxConnections', 1),
  maxPendingRequests: integer('maxPendingRequests', 1),
  maxRequests: integer('maxRequests', 1),
  connectTimeout: time('connectTimeout'),
  maxRequestsPerConnection: integer('maxRequestsPerConnection', 1),
  maxRetries: integer('maxRetries', 1),
  idleTimeout: time('idleTimeout'),
  maxConnectionDuration: time('maxConnectionDuration'),
  tcpKeepalive: object(KEEPALIVE),
};

/** The limits that do nothing without a condition for the ejection of endpoints. */
export const OF_EJECTION = ['baseEjectionTime', 'interval', 'maxEjectionPercent', 'minHealthPercent'] as const;

/** The limits of requests, which connections of TCP do not have. */
export const OF_REQUESTS = ['maxPendingRequests', 'maxRequests', 'maxRequestsPerConnection', 'maxRetries'] as const;

function time(what: string): (path: string, value: Duration | undefined) => void {
  return (path, value) => {
    requirePositive(path, what, value);
  };
}

function wholeSeconds(what: string): (path: string, value: Duration | undefined) => void {
  return (path, value) => {
    requireDuration(path, what, value);
    if (value) {
      requireInteger(path, `${what}, in seconds,`, value.toMilliseconds() / 1000, 1, 2 ** 31 - 1);
    }
  };
}
