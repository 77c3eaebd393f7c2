import type { RequestSeries } from '../kubernetes';
import { type Call, type Callee, ExternalService, type Port, Service } from '../topology';
import { networkOf } from './egress';
import { isRoutedAsGrpc } from './outbound';

/**
 * The limits of the buckets in which proxies count the time of requests, in milliseconds.
 * @see https://github.com/linkerd/linkerd2-proxy/blob/release/v2.359.0/linkerd/app/outbound/src/http/logical/policy/route/metrics.rs
 */
export const BUCKETS: readonly number[] = [50, 500, 1000, 10_000];

/**
 * The series of the proxies of callers, which count each request to a Service once, with all its retries. Where a port
 * has a GRPCRoute, they have the status of gRPC, otherwise that of HTTP.
 * @see https://linkerd.io/2/reference/proxy-metrics/
 */
export function requestSeries(callee: Callee, caller?: Service): RequestSeries[] {
  const calls = callee.incomingCalls.filter(each => each.caller.inMesh && (!caller || each.caller === caller));
  if (callee instanceof ExternalService) {
    return calls.map(call => ofProxies('http', [...labelsOfRoute(callee, call), ...labelsOf(caller)]));
  }
  const { namespace, name } = callee;
  const parent = ['parent_kind="Service"', `parent_namespace="${namespace}"`, `parent_name="${name}"`];
  const kinds = portsOf(callee, calls, caller).map(port => (isRoutedAsGrpc(callee as Service, port) ? 'grpc' : 'http'));
  return [...new Set(kinds)].map(kind => ofProxies(kind, [...parent, ...labelsOf(caller)]));
}

/** The ports that callers with a proxy use, or all where no caller is known. */
function portsOf(callee: Callee, calls: readonly Call[], caller?: Service): Port[] {
  const peers = callee instanceof Service && !caller ? callee.allowedPeers.filter(({ peer }) => peer.hasIdentity) : [];
  return [...calls, ...peers].map(({ port }) => port).filter(each => each.carriesRequests);
}

/** Proxies do not know the identity of their pods: their series get the labels of the pods when they are scraped. */
function labelsOf(caller: Service | undefined): string[] {
  return caller
    ? [
        `namespace="${caller.namespace}"`,
        ...Object.entries(caller.selector).map(([name, value]) => `${targetLabel(name)}="${value}"`),
      ]
    : [];
}

/** The label that series get from a label of pods. */
function targetLabel(label: string): string {
  return label.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

/** Requests to hosts outside of the cluster have an EgressNetwork in the namespace of the caller as their parent. */
function labelsOfRoute(callee: ExternalService, { caller, port }: Call): string[] {
  return [
    'parent_kind="EgressNetwork"',
    `parent_namespace="${caller.namespace}"`,
    `parent_name="${networkOf(callee)}"`,
    `route_name="${callee.name}-${port.number}"`,
  ];
}

/**
 * Requests without a response have no status, those without a complete one an error: `UNKNOWN` if callers cancel them.
 */
const FAILED = {
  http: ['http_status=~"(5..)?"', 'http_status!~"(5..)?",error!~"(UNKNOWN)?"'],
  grpc: [
    'grpc_status=~"DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|INTERNAL|UNAVAILABLE|DATA_LOSS"',
    'grpc_status="UNKNOWN",error!="UNKNOWN"',
  ],
};

function ofProxies(kind: 'http' | 'grpc', selectors: readonly string[]): RequestSeries {
  const labels = selectors.join(',');
  const metric = `outbound_${kind}_route_request`;
  return {
    requests: `${metric}_statuses_total{${labels}}`,
    failures: FAILED[kind].map(failed => ({ series: `${metric}_statuses_total{${labels},${failed}}` })),
    durations: {
      requests: `${metric}_duration_seconds_count{${labels}}`,
      name: `${metric}_duration_seconds`,
      labels,
      unit: 1000,
    },
    callers: ['namespace', 'app'],
  };
}
