import { describeMillis, type Resource } from '../../manifests';
import { authorityOf } from './message';
import { namesOf } from './names';
import type { Branch, Passage } from './passage';
import { percent } from './ways';

/** One of the places where a request may end. */
export interface Ending {
  /** The workload, as `namespace/name`, or the host outside; empty if it does not arrive. */
  readonly place: string;
  /** The `version` label of the Pods; empty without one. */
  readonly version: string;
  /** The port of the Pod that is asked; 0 if none is. */
  readonly port: number;
  /** How probable it is, from 0 to 1. */
  readonly share: number;
  /** What the client is answered if it does not arrive: an HTTP status, or 0 for a connection that fails. */
  readonly status: number;
  /** The object that refuses or answers it, or the policy that lets it in, as `Kind namespace/name`; empty if none does. */
  readonly by: string;
  /** The part of that object that decides, such as `spec.rules[0]`; empty if it is all of it, or if none of its rules takes the request. */
  readonly rule: string;
  /** Why it does not arrive; empty if it does. */
  readonly reason: string;
  /** What arrives: the host with its port if the client writes one, the path with its query, the headers by their names in lower case. */
  readonly host: string;
  /** The path with its query, as it arrives. */
  readonly path: string;
  /** The request headers as they arrive, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where an answer sends the client. */
  readonly location: string;
}

/** What comes of a request, with what a test expects of it. Expectations throw errors that tell the whole way. */
export class Answer {
  /** Where it may end, the most probable first. */
  readonly endings: readonly Ending[];

  constructor(private readonly title: string, private readonly passage: Passage) {
    this.endings = mergedEndings(passage.branches).sort((a, b) => b.share - a.share);
  }

  /** The limit for all tries together, in ms; undefined for none. */
  get timeout(): number | undefined {
    return this.passage.timeoutMs;
  }

  /** Further tries after the first. */
  get retries(): number {
    return this.passage.retries?.attempts ?? 0;
  }

  /** The limit for each try, in ms; undefined for none. */
  get perTryTimeout(): number | undefined {
    return this.passage.retries?.perTryTimeoutMs;
  }

  /** How long requests are held back on purpose, in ms. */
  get delay(): number {
    return this.passage.fault?.delayMs ?? 0;
  }

  /** The part of the requests that is held back, from 0 to 1. */
  get delayedShare(): number {
    return this.passage.fault?.delayShare ?? 0;
  }

  /** The workloads, as `namespace/name`, or hosts outside, that get a copy. */
  get mirrors(): readonly string[] {
    return this.passage.copies.map(({ workload, outside }) => workload ? `${workload.namespace}/${workload.name}` : outside ?? '');
  }

  /** The headers that the rule writes into the answer. */
  get responseHeaders(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.passage.response.flatMap(({ set, add }) => [...Object.entries(set), ...Object.entries(add)]));
  }

  /** Expects that the request always arrives somewhere. */
  isAllowed(): void {
    this.expect(this.endings.every(arrives), 'to arrive');
  }

  /** Expects that the request never arrives; with a status, that it is answered so. */
  isDenied(status?: number): void {
    this.expect(this.endings.every(each => !arrives(each) && (status === undefined || each.status === status)), status === undefined ? 'to be refused' : `to be refused with ${status}`);
  }

  /** Expects that the request always arrives at a workload, at any of a Service's by the first part of their names, or at a host outside. */
  reaches(name: string): void {
    this.expect(this.endings.every(each => arrives(each) && names(each).includes(name)), `to reach ${name}`);
  }

  /** Expects these parts of a hundred, by version or name of the workload, by the host outside, or by status for what does not arrive. */
  splits(expected: Readonly<Record<string, number>>): void {
    const isSame = Object.entries(expected).every(([name, percent]) => Math.abs(percent / 100 - sum(this.endings.filter(each => names(each).includes(name)))) < TOLERANCE);
    const total = sum(this.endings.filter(each => Object.keys(expected).some(name => names(each).includes(name))));
    this.expect(isSame && total > 1 - TOLERANCE, `to split ${Object.entries(expected).map(([name, percent]) => `${percent}% ${name}`).join(', ')}`);
  }

  /** Expects that the client is always sent to another address. */
  redirects(location: string): void {
    this.expect(this.endings.every(each => each.location === location), `to be sent to ${location}`);
  }

  /** The whole way of the request, for people. */
  explain(): string {
    const { branches, timeoutMs, retries, fault } = this.passage;
    const steps = [...this.passage.steps, ...new Set(branches.flatMap(each => each.steps ?? []))];
    const terms = [
      ...timeoutMs === undefined ? [] : [`time out after ${describeMillis(timeoutMs)}`],
      ...retries ? [`${retries.attempts} further tries`] : [],
      ...fault && fault.delayShare > 0 ? [`${percent(fault.delayShare)} held back for ${describeMillis(fault.delayMs)}`] : [],
      ...this.mirrors.length > 0 ? [`copies to ${this.mirrors.join(', ')}`] : [],
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

/** The names by which a test may mean an ending. */
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
    return `arrives at ${place}:${port}${path === '' ? '' : ` as ${path}`}${by === '' ? '' : `, let in by ${by} (${rule})`}`;
  }
  return `${status === 0 ? 'fails to connect' : `is answered ${status}`}${location === '' ? '' : ` to ${location}`}: ${reason}`;
}
