import { hasGrpc, type RequestSeries } from '../kubernetes';
import { type Callee, Service } from '../topology';
import { hostBeside } from './host-beside';
import type { Waypoints } from './waypoints';

/** The requests to a callee, of one caller or of all. */
export interface CountedRequests {
  readonly callee: Callee;
  /** The SPIFFE ID of the caller; undefined for all callers and gateways. */
  readonly caller?: string;
  /** One of the hosts of the callee; undefined for all of them. */
  readonly host?: string;
  /** The proxies that count: of several that a request passes, one. */
  readonly reporter: string;
}

/** The dimensions of Istio's metrics that objectives depend on. */
export const DIMENSIONS = [
  'reporter',
  'source_principal',
  'destination_service',
  'response_code',
  'grpc_response_status',
] as const;

/**
 * The proxies that count the requests to a callee, each of them once: those of callers and gateways, which have requests
 * that never reach it, too. Before it in ambient mode is its waypoint, past which gateways connect unless its policies are
 * for their requests as well: only the waypoint counts these.
 * @see https://istio.io/latest/docs/reference/config/metrics/
 */
export function reporterOf(callee: Callee, waypoints: Waypoints | undefined): string {
  return !waypoints
    ? 'source'
    : callee instanceof Service && waypoints.isPassedByEdges(callee)
      ? 'waypoint'
      : 'source|waypoint';
}

/** The series of Istio's standard metrics that count requests. */
export function requestSeries(counted: CountedRequests): RequestSeries {
  const labels = labelsOf(counted);
  const requests = (...further: string[]) => `istio_requests_total{${[labels, ...further].join(',')}}`;
  return {
    requests: requests(),
    failures: [
      { series: requests(`response_code=~"${FAILED}"`) },
      ...(hasGrpc(counted.callee)
        ? [{ series: requests(`response_code!~"${FAILED}"`, `grpc_response_status=~"${GRPC_FAILED}"`) }]
        : []),
    ],
    durations: {
      requests: `istio_request_duration_milliseconds_count{${labels}}`,
      name: 'istio_request_duration_milliseconds',
      labels,
      unit: 1,
    },
    callers: ['source_workload_namespace', 'source_workload'],
  };
}

function labelsOf({ callee, caller, host: one, reporter }: CountedRequests): string {
  const hosts = one === undefined ? hostsOf(callee) : [one];
  const [host = ''] = hosts;
  return [
    reporter.includes('|') ? `reporter=~"${reporter}"` : `reporter="${reporter}"`,
    ...(caller === undefined ? [] : [`source_principal="${caller}"`]),
    hosts.length === 1
      ? `destination_service="${host}"`
      : `destination_service=~"${hosts.map(each => each.replaceAll('.', '\\\\.')).join('|')}"`,
  ].join(',');
}

/** Routes to single versions lead to a Service of each, those of a rollout to one of the old and one of the new pods. */
function hostsOf(callee: Callee): string[] {
  const names = callee instanceof Service ? furtherServicesOf(callee) : [];
  return [callee.host, ...names.map(name => hostBeside(callee, name))];
}

function furtherServicesOf({ routesByVersion, versions, progressiveRollout: rollout }: Service): string[] {
  return rollout
    ? [rollout.stableService, rollout.canaryService]
    : routesByVersion
      ? [...versions.values()].map(({ deploymentName }) => deploymentName)
      : [];
}

const FAILED = '5..';

/** UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE and DATA_LOSS. */
const GRPC_FAILED = '2|4|8|13|14|15';
