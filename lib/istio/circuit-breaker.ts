import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { durationOf, render, type Rendering, type SpecOf } from '../kubernetes';
import type { Callee, CircuitBreakerProps, Replicas, TcpKeepalive } from '../topology';

type TrafficPolicy = NonNullable<SpecOf<IDestinationRule>['trafficPolicy']>;
type ConnectionPool = NonNullable<TrafficPolicy['connectionPool']>;
type Http = NonNullable<ConnectionPool['http']>;
type Tcp = NonNullable<ConnectionPool['tcp']>;
type OutlierDetection = NonNullable<TrafficPolicy['outlierDetection']>;

/** The limits on connections and requests, as a DestinationRule has them; undefined if there are none. */
export function connectionPoolOf(limits: CircuitBreakerProps): ConnectionPool | undefined {
  const { tcp, http } = fieldsOf(limits);
  return hasValues(tcp) || hasValues(http)
    ? { tcp: hasValues(tcp) ? tcp : undefined, http: hasValues(http) ? http : undefined }
    : undefined;
}

/**
 * The ejection of endpoints, as a DestinationRule has it; undefined if there is none.
 * @param replicas those behind the host or subset
 */
export function outlierDetectionOf(
  { circuitBreaker }: Callee,
  replicas: Replicas | undefined,
): OutlierDetection | undefined {
  if (!circuitBreaker?.ejects) {
    return undefined;
  }
  const { outlier } = fieldsOf(circuitBreaker.limits);
  return { ...outlier, maxEjectionPercent: circuitBreaker.maxEjectionPercent(replicas) };
}

/** The fields of one limit, in the three parts of a traffic policy. */
interface Fields {
  readonly tcp?: Partial<Tcp>;
  readonly http?: Partial<Http>;
  readonly outlier?: Partial<OutlierDetection>;
}

const KEEPALIVE = {
  time: ({ time }) => ({ time: durationOf(time) }),
  interval: ({ interval }) => ({ interval: durationOf(interval) }),
  probes: ({ probes }) => ({ probes }),
} satisfies Rendering<TcpKeepalive, NonNullable<Tcp['tcpKeepalive']>>;

const LIMITS: { readonly [K in keyof CircuitBreakerProps]-?: (limits: CircuitBreakerProps) => Fields } = {
  maxConnections: ({ maxConnections }) => ({ tcp: { maxConnections } }),
  connectTimeout: ({ connectTimeout }) => ({ tcp: { connectTimeout: durationOf(connectTimeout) } }),
  // Istio uses the idle timeout of TCP for requests too, if there is none for HTTP.
  idleTimeout: ({ idleTimeout }) => ({ tcp: { idleTimeout: durationOf(idleTimeout) } }),
  maxConnectionDuration: ({ maxConnectionDuration }) => ({
    tcp: { maxConnectionDuration: durationOf(maxConnectionDuration) },
  }),
  tcpKeepalive: ({ tcpKeepalive }) => ({ tcp: { tcpKeepalive: tcpKeepalive && render(KEEPALIVE, tcpKeepalive) } }),
  maxPendingRequests: ({ maxPendingRequests }) => ({ http: { http1MaxPendingRequests: maxPendingRequests } }),
  maxRequests: ({ maxRequests }) => ({ http: { http2MaxRequests: maxRequests } }),
  maxRequestsPerConnection: ({ maxRequestsPerConnection }) => ({ http: { maxRequestsPerConnection } }),
  maxRetries: ({ maxRetries }) => ({ http: { maxRetries } }),
  // Envoy ejects after 5 consecutive 5xx responses by default, also where gateway errors alone are declared.
  consecutive5xxErrors: ({ consecutive5xxErrors, consecutiveGatewayErrors }) => ({
    outlier: { consecutive5xxErrors: consecutive5xxErrors ?? (consecutiveGatewayErrors === undefined ? undefined : 0) },
  }),
  consecutiveGatewayErrors: ({ consecutiveGatewayErrors }) => ({ outlier: { consecutiveGatewayErrors } }),
  baseEjectionTime: ({ baseEjectionTime }) => ({ outlier: { baseEjectionTime: durationOf(baseEjectionTime) } }),
  interval: ({ interval }) => ({ outlier: { interval: durationOf(interval) } }),
  minHealthPercent: ({ minHealthPercent }) => ({ outlier: { minHealthPercent } }),
  // Depends on the replicas, see outlierDetectionOf.
  maxEjectionPercent: () => ({}),
};

function fieldsOf(limits: CircuitBreakerProps): Required<Fields> {
  const all: Required<Fields> = { tcp: {}, http: {}, outlier: {} };
  for (const fieldsOfOne of Object.values(LIMITS)) {
    const { tcp, http, outlier } = fieldsOfOne(limits);
    Object.assign(all.tcp, tcp);
    Object.assign(all.http, http);
    Object.assign(all.outlier, outlier);
  }
  return all;
}

function hasValues(fields: object): boolean {
  return Object.values(fields).some(value => value !== undefined);
}
