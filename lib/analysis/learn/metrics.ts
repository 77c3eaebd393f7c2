import { isMap } from '../../manifests';
import { hostOf } from './hosts';
import type { Observation } from './observations';
import { listOf, textOf } from './spans';

type Labels = Readonly<Record<string, string>>;

/** A metric: both proxies report a request, and waypoints too. */
export interface MetricReport {
  readonly observation: Observation;
  readonly isByCaller: boolean;
}

/** The requests of reports: those of callers where no other proxy reports requests of the pair. */
export function reported(reports: readonly MetricReport[]): Observation[] {
  const pairOf = ({ observation: { caller, callee, protocol } }: MetricReport) => `${caller} ${callee} ${protocol}`;
  const others = new Set(reports.filter(each => !each.isByCaller && each.observation.count > 0).map(pairOf));
  return reports.filter(each => !each.isByCaller || !others.has(pairOf(each))).map(each => each.observation);
}

/** The reports of `istio_requests_total` in a response of Prometheus's API. */
export function reportsOfPrometheus(document: unknown): MetricReport[] {
  const data = isMap(document) ? document.data : undefined;
  return listOf(data, 'result').flatMap(result => {
    const labels = stringsOf(result.metric);
    const values = Array.isArray(result.value)
      ? result.value
      : Array.isArray(result.values)
        ? result.values.at(-1)
        : [];
    const count = Number(Array.isArray(values) ? values[1] : 0);
    const name = labels.__name__ ?? 'istio_requests_total';
    return reportOf(name, labels, count);
  });
}

const LABELS = String.raw`(?:\s*\w+="(?:[^"\\]|\\.)*"\s*,?)*`;
const METRIC = new RegExp(
  String.raw`^(istio_requests_total|istio_tcp_connections_opened_total)\{(${LABELS})\}\s+([\d.e+]+)`,
  'i',
);

/** The same of the text format of metrics, also with exemplars. */
export function reportsOfText(line: string): MetricReport[] {
  const [, name = '', inner = '', value = ''] = METRIC.exec(line) ?? [];
  const labels = Object.fromEntries(
    [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]),
  );
  return name === '' ? [] : reportOf(name, labels, Number(value));
}

function reportOf(name: string, labels: Labels, count: number): MetricReport[] {
  const { source_workload: workload = 'unknown', source_workload_namespace: namespace = 'unknown', reporter } = labels;
  const host = labels.destination_service ?? '';
  const callee = /\.svc(\.|$)/.test(host)
    ? hostOf(host)
    : labels.destination_service_name && labels.destination_service_namespace !== 'unknown'
      ? `${labels.destination_service_namespace ?? ''}/${labels.destination_service_name}`.replace(/^\//, '')
      : host;
  const isKnown = workload !== 'unknown' && callee !== '' && !callee.includes('unknown');
  const isTcp = name === 'istio_tcp_connections_opened_total';
  const isGrpc = labels.request_protocol === 'grpc';
  return !isKnown || !Number.isFinite(count)
    ? []
    : [
        {
          isByCaller: reporter === 'source',
          observation: {
            caller: `${namespace}/${workload}`,
            callee,
            protocol: isTcp ? 'tcp' : isGrpc ? 'grpc' : 'http',
            method: labels.request_method,
            path: labels.request_path ?? labels.url_path,
            isError: /^[05]/.test(labels.response_code ?? '200'),
            count: Math.round(count),
          },
        },
      ];
}

function stringsOf(value: unknown): Labels {
  return Object.fromEntries(Object.entries(isMap(value) ? value : {}).map(([name, each]) => [name, textOf(each)]));
}

/** The edges of Kiali's graph. */
export function observationsOfKiali(document: unknown): Observation[] {
  const elements = isMap(document) ? document.elements : undefined;
  const nodes = new Map(
    listOf(elements, 'nodes').map(({ data }) => {
      const node = stringsOf(data);
      const name = node.nodeType === 'service' ? node.service : node.workload || node.app || node.service;
      return [
        node.id ?? '',
        name === undefined || name === '' || node.namespace === 'unknown' ? '' : `${node.namespace ?? ''}/${name}`,
      ];
    }),
  );
  const edges = listOf(elements, 'edges').map(each => (isMap(each.data) ? each.data : {}));
  const services = new Set(
    listOf(elements, 'nodes').flatMap(({ data }) =>
      isMap(data) && data.nodeType === 'service' ? [textOf(data.id)] : [],
    ),
  );
  const callers = (id: string): string[] =>
    services.has(id) ? edges.filter(each => textOf(each.target) === id).map(each => textOf(each.source)) : [id];
  return edges
    .filter(each => !services.has(textOf(each.target)) || !edges.some(other => other.source === each.target))
    .flatMap(each => {
      const traffic = isMap(each.traffic) ? each.traffic : {};
      const protocol = textOf(traffic.protocol);
      const callee = nodes.get(textOf(each.target)) ?? '';
      const time = Number(each.responseTime);
      // Edges without traffic, which graphs have if they show idle ones.
      return (protocol === '' ? [] : callers(textOf(each.source))).map((id): Observation => ({
        caller: nodes.get(id) ?? '',
        callee,
        protocol: protocol === 'grpc' ? 'grpc' : protocol === 'tcp' ? 'tcp' : 'http',
        isError: false,
        duration: Number.isFinite(time) && time > 0 ? time : undefined,
        count: 1,
      }));
    });
}
