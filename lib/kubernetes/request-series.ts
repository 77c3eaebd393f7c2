import { type Port, Protocol } from '../topology';

/** Requests that failed. */
interface Failures {
  /** The selector of a counter. */
  readonly series: string;
  /** The selector of a counter of those among them that are counted elsewhere. */
  readonly except?: string;
}

/** The series of a source of metrics that count requests and those among them that failed. */
export interface CountedRequests {
  /** The selector of a counter of all requests. */
  readonly requests: string;
  /** The selectors of those that failed; no request is in two of them. */
  readonly failures: readonly Failures[];
}

/** The series of a source of metrics that count the requests of an objective, each of them once. */
export interface RequestSeries extends CountedRequests {
  /** The time that responses take, as a histogram. */
  readonly durations: Durations;
  /** The labels of the callers; none where the source does not know them. */
  readonly callers: readonly string[];
}

/** A histogram of the time that responses take. */
interface Durations {
  /** The selector of a counter of the requests that are in time or late. */
  readonly requests: string;
  /** The name of the histogram. */
  readonly name: string;
  /** The labels by which its series are selected. */
  readonly labels: string;
  /** Its unit, in milliseconds. */
  readonly unit: number;
}

/** Whether requests to some ports may fail by a status of gRPC, with the status 200 of HTTP. */
export function hasGrpc({ ports }: { readonly ports: readonly Port[] }): boolean {
  return ports.some(({ protocol }) => protocol === Protocol.GRPC);
}

/** The rate of all requests in a window. */
export function requestRate(sources: readonly CountedRequests[], window: string): string {
  return totalOf(
    sources.map(({ requests }) => requests),
    window,
  );
}

/** The share of requests in a window that failed. Without any failure it is 0, without any request it is none. */
export function failureRatio(sources: readonly CountedRequests[], window: string): string {
  const failed = sources.flatMap(({ failures }) => failures).map(each => rateOfFailures(each, window));
  return `${sumOf(failed)} / ${requestRate(sources, window)}`;
}

/** The share of requests in a window without a response in time. */
export function lateRatio(sources: readonly RequestSeries[], milliseconds: number, window: string): string {
  const inTime = sources.map(({ durations }) => orZero(rateOf(bucketOf(durations, milliseconds), window)));
  const measured = totalOf(
    sources.map(({ durations }) => durations.requests),
    window,
  );
  return `1 - ${sumOf(inTime)} / ${measured}`;
}

/** The time in which a share of the requests of the last five minutes had their response, in milliseconds. */
export function latencyQuantile({ durations: { name, labels, unit } }: RequestSeries, quantile: number): string {
  const value = `histogram_quantile(${quantile}, sum by (le) (rate(${name}_bucket{${labels}}[5m])))`;
  return unit === 1 ? value : `${unit} * ${value}`;
}

/** Empty as long as each source has metrics. */
export function absentSeries(sources: readonly CountedRequests[]): string {
  return sources.map(({ requests }) => `absent(${requests})`).join(' or ');
}

/** Prometheus 3 writes the limits of buckets as floating-point numbers. */
function bucketOf({ name, labels, unit }: Durations, milliseconds: number): string {
  const limit = String(milliseconds / unit).replace('.', '\\\\.');
  return `${name}_bucket{${labels},le=~"${limit}(\\\\.0)?"}`;
}

function totalOf(counters: readonly string[], window: string): string {
  const rates = counters.map(each => rateOf(each, window));
  const [rate = ''] = rates;
  return rates.length === 1 ? rate : `(${rates.map(orZero).join(' + ')} > 0)`;
}

function rateOfFailures({ series, except }: Failures, window: string): string {
  const rate = orZero(rateOf(series, window));
  return except === undefined ? rate : `(${rate} - ${orZero(rateOf(except, window))})`;
}

function rateOf(series: string, window: string): string {
  return `sum(rate(${series}[${window}]))`;
}

function orZero(expression: string): string {
  return `(${expression} or vector(0))`;
}

function sumOf(terms: readonly string[]): string {
  return terms.length === 1 ? String(terms[0]) : `(${terms.join(' + ')})`;
}
