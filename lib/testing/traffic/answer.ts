import { describeMillis, type Resource } from '../../manifests';
import { authorityOf } from './message';
import { namesOf } from './names';
import type { Branch, Passage } from './passage';
import { describeRetries, percent } from './ways';

/** A possible outcome of a request. */
export interface Ending {
  /** The workload, as `namespace/name`, or the host outside; empty if it does not arrive. */
  readonly place: string;
  /** The `version` label of the Pods; empty without one. */
  readonly version: string;
  /** The port of the Pod; 0 if the request does not arrive. */
  readonly port: number;
  /** Its probability, from 0 to 1. */
  readonly share: number;
  /** The response status if it does not arrive, or 0 for a failed connection. */
  readonly status: number;
  /** The object that denies it or responds to it, or the policy that allows it, as `Kind namespace/name`; empty if none does. */
  readonly by: string;
  /** The part of that object that decides, such as `spec.rules[0]`; empty for the object as a whole, or if none of its rules matches. */
  readonly rule: string;
  /** Why it does not arrive; empty if it does. */
  readonly reason: string;
  /** The request that arrives: the host with its port if the client sends one, the path with its query, the headers by lower-case name. */
  readonly host: string;
  /** The path with its query, as it arrives. */
  readonly path: string;
  /** The request headers as they arrive, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The location of a redirect. */
  readonly location: string;
}

/** The result of a request, with expectations. A failed expectation throws an error with the explanation of the request. */
export class Answer {
  /** The possible outcomes, the most probable first. */
  readonly endings: readonly Ending[];

  constructor(private readonly title: string, private readonly passage: Passage) {
    this.endings = mergedEndings(passage.branches).sort((a, b) => b.share - a.share);
  }

  /** The timeout of the request with all its retries, in ms; undefined for none. */
  get timeout(): number | undefined {
    return this.passage.timeoutMs;
  }

  /** The number of retries. */
  get retries(): number {
    return this.passage.retries?.attempts ?? 0;
  }

  /** The per-try timeout, in ms; undefined for none. */
  get perTryTimeout(): number | undefined {
    return this.passage.retries?.perTryTimeoutMs;
  }

  /** The injected delay, in ms. */
  get delay(): number {
    return this.passage.fault?.delayMs ?? 0;
  }

  /** The share of delayed requests, from 0 to 1. */
  get delayedShare(): number {
    return this.passage.fault?.delayShare ?? 0;
  }

  /** The workloads, as `namespace/name`, or hosts outside, to which requests are mirrored. */
  get mirrors(): readonly string[] {
    return this.passage.copies.map(({ workload, outside }) => workload ? `${workload.namespace}/${workload.name}` : outside ?? '');
  }

  /** The response headers that the rule sets. */
  get responseHeaders(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.passage.response.flatMap(({ set, add }) => [...Object.entries(set), ...Object.entries(add)]));
  }

  /** Expects that the request always arrives at a destination. */
  isAllowed(): void {
    this.expect(this.endings.every(arrives), 'to be routed to a destination');
  }

  /** Expects that the request never arrives; with a status, that this is the response. */
  isDenied(status?: number): void {
    this.expect(this.endings.every(each => !arrives(each) && (status === undefined || each.status === status)), status === undefined ? 'to be denied' : `to be denied with ${status}`);
  }

  /** Expects that the request always arrives at a workload, at any workload of a Service (by the common part of their names), or at a host outside. */
  reaches(name: string): void {
    this.expect(this.endings.every(each => arrives(each) && names(each).includes(name)), `to be routed to ${name}`);
  }

  /** Expects these percentages, by version or name of the workload, by host outside, or by response status. */
  splits(expected: Readonly<Record<string, number>>): void {
    const isSame = Object.entries(expected).every(([name, percent]) => Math.abs(percent / 100 - sum(this.endings.filter(each => names(each).includes(name)))) < TOLERANCE);
    const total = sum(this.endings.filter(each => Object.keys(expected).some(name => names(each).includes(name))));
    this.expect(isSame && total > 1 - TOLERANCE, `to be split into ${Object.entries(expected).map(([name, percent]) => `${percent}% ${name}`).join(', ')}`);
  }

  /** Expects that the client is always redirected to this URL. */
  redirects(location: string): void {
    this.expect(this.endings.every(each => each.location === location), `to be redirected to ${location}`);
  }

  /** The explanation of the result: each step of the request and its outcomes. */
  explain(): string {
    const { branches, timeoutMs, retries, fault } = this.passage;
    const steps = [...this.passage.steps, ...new Set(branches.flatMap(each => each.steps ?? []))];
    const terms = [
      ...timeoutMs === undefined ? [] : [`timeout ${describeMillis(timeoutMs)}`],
      ...retries ? [describeRetries(retries.attempts)] : [],
      ...fault && fault.delayShare > 0 ? [`${percent(fault.delayShare)} delayed by ${describeMillis(fault.delayMs)}`] : [],
      ...this.mirrors.length > 0 ? [`mirrored to ${this.mirrors.join(', ')}`] : [],
    ];
    return [this.title, ...steps.map(each => `  ${each}`), ...terms.map(each => `  ${each}`), ...this.endings.map(each => `  ${percent(each.share)} ${outcome(each)}`)].join('\n');
  }

  private expect(isSo: boolean, what: string): void {
    if (!isSo) {
      throw new Error(`Expected the request ${what}.\n${this.explain()}`);
    }
  }
}

const TOLERANCE = 1e-6;

function mergedEndings(branches: readonly Branch[]): Ending[] {
  const merged = new Map<string, Ending>();
  for (const ending of branches.map(endingOf)) {
    const { share, ...identity } = ending;
    const key = JSON.stringify(identity);
    merged.set(key, { ...ending, share: share + (merged.get(key)?.share ?? 0) });
  }
  return [...merged.values()];
}

function endingOf({ workload, outside, port = 0, share, status = 0, by, reason = '', message, location = '' }: Branch): Ending {
  return {
    place: workload ? `${workload.namespace}/${workload.name}` : outside ?? '',
    version: workload?.labels.version ?? '',
    port, share, status, location,
    by: by ? titleOf(by.resource) : '',
    rule: by ? String(by) : '',
    reason: workload ?? outside ? '' : reason,
    host: message ? authorityOf(message) : '',
    path: message ? `${message.path}${message.query === '' ? '' : `?${message.query}`}` : '',
    headers: message?.headers ?? {},
  };
}

function titleOf({ kind, key }: Resource): string {
  return `${kind} ${key}`;
}

function arrives({ place }: Ending): boolean {
  return place !== '';
}

/** The names by which a test may refer to an outcome. */
function names(ending: Ending): readonly string[] {
  if (!arrives(ending)) {
    return [String(ending.status)];
  }
  const name = ending.place.slice(ending.place.indexOf('/') + 1);
  return [ending.place, ...namesOf({ name, labels: { version: ending.version } }), ...(ending.version === '' ? [] : [ending.version])];
}

function sum(endings: readonly Ending[]): number {
  return endings.reduce((all, { share }) => all + share, 0);
}

function outcome({ place, port, status, reason, location, path, by, rule }: Ending): string {
  if (place !== '') {
    return `routed to ${place}:${port}${path === '' ? '' : ` with path ${path}`}${by === '' ? '' : `, allowed by ${by} (${rule})`}`;
  }
  return `${status === 0 ? 'connection failure' : `response ${status}`}${location === '' ? '' : ` to ${location}`}: ${reason}`;
}
