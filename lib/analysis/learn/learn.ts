import { contextOf, TrafficMatrix } from '../../dataplane';
import { type Cluster, counted, fullHost, isMap } from '../../manifests';
import {
  call,
  cardinal,
  type Code,
  constantOf,
  duration,
  list,
  literal,
  name,
  objectOrNone,
  printModel,
  type Statement,
} from '../program';
import { observationOfLine } from './access-logs';
import { type MetricReport, observationsOfKiali, reported, reportsOfPrometheus, reportsOfText } from './metrics';
import { type Observation, type ObservedCall, Observations } from './observations';
import { areSafe, operationsOf } from './operations';
import { jaegerSpans, observationsOfSpans, otlpSpans, type Span, textOf } from './spans';

/** A text that has no observation. */
export class UnknownObservations extends Error {
  override readonly name = 'UnknownObservations';
}

/** What was observed in texts: traces, logs and metrics, each recognised by its form. */
export class Learning {
  /** The number of lines that begin as JSON and cannot be parsed, as the last one of a text that is cut off. */
  unparsed = 0;
  private readonly observations = new Observations();
  private readonly spans: Span[] = [];
  private readonly reports: MetricReport[] = [];

  /**
   * Adds the content of a file.
   * @param caller the workload that has written an access log, for logs without the prefix of a pod
   */
  add(content: string, caller: string): void {
    const text = content.replace(/^\ufeff/, '');
    const before = this.spans.length;
    const document = jsonOf(text);
    const error = isMap(document) && document.status === 'error' ? textOf(document.error) : '';
    if (error !== '') {
      throw new UnknownObservations(`It is an error of Prometheus and no result: ${error}`);
    }
    let [found, unparsed] = [document === undefined ? 0 : this.addDocument(document), 0];
    for (const line of document === undefined ? text.split(/\r?\n/) : []) {
      const isJson = /^\s*[{[]\s*["{]/.test(line);
      const entry = isJson ? jsonOf(line) : undefined;
      const added = entry === undefined ? 0 : this.addDocument(entry);
      found += added > 0 ? added : this.addLine(line, caller);
      unparsed += isJson && entry === undefined ? 1 : 0;
    }
    if (found === 0 && this.spans.length === before) {
      throw new UnknownObservations(
        unparsed > 0
          ? 'It begins as JSON and cannot be parsed: it may be cut off. Export it again.'
          : 'There is no trace of OpenTelemetry or Jaeger, no request of an access log, no istio_requests_total and no '
              + 'graph of Kiali in it.',
      );
    }
    this.unparsed += unparsed;
  }

  /** The calls between services. */
  calls(): Observations {
    observationsOfSpans(this.spans.splice(0)).forEach(each => this.observations.add(each));
    reported(this.reports.splice(0)).forEach(each => this.observations.add(each));
    return this.observations;
  }

  private addDocument(document: unknown): number {
    if (Array.isArray(document)) {
      return document.reduce<number>((sum, each) => sum + this.addDocument(each), 0);
    }
    if (!isMap(document)) {
      return 0;
    }
    // Tempo has `batches`, and a trace around its spans.
    const { resourceSpans = document.batches, trace, elements, status, data, spans, traceID } = document;
    if (resourceSpans !== undefined) {
      return this.addSpans(otlpSpans({ resourceSpans }));
    }
    if (isMap(trace)) {
      return this.addDocument(trace);
    }
    if (elements !== undefined) {
      return this.addAll(observationsOfKiali(document));
    }
    if (status !== undefined && isMap(data)) {
      return this.addReports(reportsOfPrometheus(document));
    }
    return data !== undefined
      ? this.addSpans(jaegerSpans(document))
      : spans !== undefined && traceID !== undefined
        ? this.addSpans(jaegerSpans({ data: [document] }))
        : 0;
  }

  private addSpans(spans: readonly Span[]): number {
    spans.forEach(each => this.spans.push(each));
    return spans.length;
  }

  private addLine(line: string, caller: string): number {
    const logged = observationOfLine(line, caller);
    return logged ? this.addAll([logged]) : this.addReports(reportsOfText(line));
  }

  private addAll(all: readonly Observation[]): number {
    all.forEach(each => this.observations.add(each));
    return all.length;
  }

  private addReports(reports: readonly MetricReport[]): number {
    reports.forEach(each => this.reports.push(each));
    return reports.length;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The declarations of calls that were observed, as TypeScript. */
export function learnedText(observations: Observations): string {
  const taken = new Set<string>();
  const constants = new Map<string, string>();
  const constant = (title: string): string => {
    const [namespace = '', own = namespace] = title.split('/');
    const known = constants.get(title) ?? constantOf(serviceName(own), namespace, taken);
    constants.set(title, known);
    return known;
  };
  const statements = observations.calls.map(each => statementOf(each, constant));
  const leftOut = observations.leftOut > 0 ? [`${observations.leftOut} requests of further calls are left out.`] : [];
  return printModel(
    [
      'Calls that were observed. Constants have the names of services: declare those with topology.addService(…).',
      ...leftOut,
    ],
    statements,
  );
}

/** Workloads have the version behind the name of the service. */
function serviceName(workload: string): string {
  return workload.replace(/-v\d+$/, '');
}

function statementOf(observed: ObservedCall, constant: (title: string) => string): Statement {
  const { operations, isGrpc, refused } = operationsOf(observed);
  const timeout = timeoutOf(observed);
  const retries = areSafe(observed) ? literal({ attempts: 2 }) : undefined;
  const names = operations?.map(each => (isGrpc ? literal(each) : call(cardinal('Operation'), 'http', literal(each))));
  const callee = name(constant(observed.callee));
  const allowed: Code | undefined = names && (isGrpc ? call(callee, 'methods', ...names) : list(names));
  return {
    comment: [
      describe(observed),
      ...(operations || observed.protocol === 'tcp'
        ? []
        : ['Requests without method or path: all operations are allowed.']),
      ...refused.map(each => `Not allowed: ${each}.`),
    ],
    code: call(
      name(constant(observed.caller)),
      'calls',
      callee,
      objectOrNone({
        port: observed.port === undefined ? undefined : literal(observed.port),
        timeout,
        retries,
        allowedOperations: allowed,
      }),
    ),
    isApart: true,
  };
}

function describe({ caller, callee, count, errors, durations }: ObservedCall): string {
  const [middle, high] = [0.5, 0.99].map(each => durations.quantile(each));
  const latency =
    middle === undefined || high === undefined ? '' : `, p50 ${rounded(middle)} ms, p99 ${rounded(high)} ms`;
  return `${caller} → ${callee}: ${counted(count, 'request')}, ${counted(errors, 'error')}${latency}`;
}

function rounded(millis: number): string {
  return String(Number(millis.toPrecision(2)));
}

/** From this number of requests on, a quantile is used for a timeout. */
const ENOUGH = 20;

/** Twice the duration that 99.9 % of requests do not exceed, in steps of 50 ms, 500 ms or 5 s. */
function timeoutOf({ durations, count, protocol }: ObservedCall): Code | undefined {
  const slow = durations.quantile(0.999);
  if (slow === undefined || count < ENOUGH || protocol === 'tcp') {
    return undefined;
  }
  const wanted = slow * 2;
  const step = wanted < 1000 ? 50 : wanted < 10_000 ? 500 : 5000;
  return duration(Math.max(50, Math.ceil(wanted / step) * step));
}

/** Calls that were observed, compared with manifests. */
export interface Comparison {
  /** Pairs that no policy or route of the manifests permits. */
  readonly undeclared: readonly string[];
  /** Pairs that they permit, and that were not observed. */
  readonly unseen: readonly string[];
}

export function compared(observations: Observations, cluster: Cluster): Comparison {
  const named = namesOf(cluster);
  const seen = new Set(observations.calls.map(({ caller, callee }) => `${named(caller)} → ${named(callee)}`));
  const declared = new Set(
    new TrafficMatrix(contextOf(cluster)).reaches
      .filter(each => each.from !== 'internet')
      .map(({ from, to }) => `${named(from)} → ${named(to.replace(/:\d+$/, ''))}`),
  );
  return {
    undeclared: [...seen].filter(each => !declared.has(each)).sort(),
    unseen: [...declared].filter(each => !seen.has(each)).sort(),
  };
}

/** A name of a service, of a workload or of a host, as that of the Service or workload of the manifests. */
function namesOf(cluster: Cluster): (title: string) => string {
  const known = new Map<string, string>();
  for (const workload of cluster.workloads.all) {
    const [service] = cluster.servicesOf(workload);
    const title = `${workload.namespace}/${service?.name ?? serviceName(workload.name)}`;
    const { labels, namespace } = workload;
    const names = [
      workload.name,
      service?.name,
      labels['service.istio.io/canonical-name'],
      labels['app.kubernetes.io/name'],
      labels.app,
    ].filter(each => each !== undefined);
    names.forEach(each => {
      known.set(`${namespace}/${each}`, title);
      known.set(each, known.has(each) && known.get(each) !== title ? each : title);
      known.set(fullHost(each, namespace, cluster.clusterDomain), title);
    });
  }
  return title => known.get(title) ?? known.get(title.replace(/^.*\//, '')) ?? title;
}
