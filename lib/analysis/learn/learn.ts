import { contextOf, TrafficMatrix } from '../../dataplane';
import { type Cluster, counted, fullHost, isMap } from '../../manifests';
import { call, cardinal, type Code, duration, list, literal, name, objectOrNone, type Statement } from '../import/code';
import { constantOf } from '../import/services';
import { printModel } from '../import/print';
import { observationOfLine } from './access-logs';
import { observationsOfKiali, observationsOfPrometheus, observationsOfText } from './metrics';
import { type ObservedCall, Observations } from './observations';
import { areSafe, operationsOf } from './operations';
import { jaegerSpans, observationsOfSpans, otlpSpans, type Span } from './spans';

/** A text that has no observation. */
export class UnknownObservations extends Error {
  override readonly name = 'UnknownObservations';
}

/** What was observed in texts: traces, logs and metrics, each recognised by its form. */
export class Learning {
  private readonly observations = new Observations();
  private readonly spans: Span[] = [];

  /**
   * Adds the content of a file.
   * @param caller the workload that has written an access log, for logs without the prefix of a pod
   */
  add(text: string, caller: string): void {
    const before = this.spans.length;
    const document = jsonOf(text);
    let found = document === undefined ? 0 : this.addDocument(document);
    if (document === undefined) {
      for (const line of text.split('\n')) {
        const entry = line.startsWith('{') ? jsonOf(line) : undefined;
        found += isMap(entry) && 'resourceSpans' in entry ? this.addDocument(entry) : this.addLine(line, caller);
      }
    }
    if (found === 0 && this.spans.length === before) {
      throw new UnknownObservations(
        'There is no trace of OpenTelemetry or Jaeger, no request of an access log, no istio_requests_total and no '
          + 'graph of Kiali in it.',
      );
    }
  }

  /** The calls between services. */
  calls(): Observations {
    observationsOfSpans(this.spans.splice(0)).forEach(each => this.observations.add(each));
    return this.observations;
  }

  private addDocument(document: unknown): number {
    if (Array.isArray(document)) {
      return document.reduce<number>((sum, each) => sum + this.addDocument(each), 0);
    }
    const fields: readonly string[] = isMap(document) ? Object.keys(document) : [];
    if (fields.includes('resourceSpans')) {
      return this.addSpans(otlpSpans(document));
    }
    if (fields.includes('elements')) {
      return this.addAll(observationsOfKiali(document));
    }
    if (fields.includes('status') && isMap(document) && isMap(document.data)) {
      return this.addAll(observationsOfPrometheus(document));
    }
    return fields.includes('data') ? this.addSpans(jaegerSpans(document)) : 0;
  }

  private addSpans(spans: readonly Span[]): number {
    spans.forEach(each => this.spans.push(each));
    return spans.length;
  }

  private addLine(line: string, caller: string): number {
    const logged = observationOfLine(line, caller);
    return this.addAll(logged ? [logged] : observationsOfText(line));
  }

  private addAll(all: readonly Parameters<Observations['add']>[0][]): number {
    all.forEach(each => this.observations.add(each));
    return all.length;
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
