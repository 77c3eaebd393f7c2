import type { Resource } from '../../manifests';
import { authorityOf, type Message, percent, type SimulatedOutcome, type SimulationResult } from '../../dataplane';
import { assumptionsIn } from './assumptions';
import { namesOf } from './names';
import type { Outcome } from './outcome';
import { conditionsOf, describeChanges, describeRequestChanges, describeSettings } from './settings';

/**
 * The result of a request, with expectations. A failed expectation throws an error with the explanation of the request.
 */
export class RequestResult {
  /** The possible outcomes, the most probable first. */
  readonly outcomes: readonly Outcome[];

  constructor(
    /** @internal */
    readonly title: string,
    private readonly simulation: SimulationResult,
    private readonly sent: Message,
  ) {
    this.outcomes = mergedOutcomes(simulation.outcomes).sort((a, b) => b.share - a.share);
  }

  /** The timeout of the request with all its retries, in ms; undefined for none. */
  get timeout(): number | undefined {
    return this.settings.timeoutMs;
  }

  /** The number of retries. */
  get retries(): number {
    return this.settings.retries?.attempts ?? 0;
  }

  /** The per-try timeout, in ms; undefined for none. */
  get perTryTimeout(): number | undefined {
    return this.settings.retries?.perTryTimeoutMs;
  }

  /** The conditions under which a request is retried, as Envoy has them, and statuses; none without retries. */
  get retryOn(): readonly string[] {
    return conditionsOf(this.settings);
  }

  /** The injected delay, in ms. */
  get delay(): number {
    return this.settings.fault?.delayMs ?? 0;
  }

  /** The share of delayed requests, from 0 to 1. */
  get delayedShare(): number {
    return this.settings.fault?.delayShare ?? 0;
  }

  /** The workloads, as `namespace/name`, or hosts outside, to which requests are mirrored. */
  get mirrors(): readonly string[] {
    return Object.keys(this.mirrorShares);
  }

  /** The share of requests that is mirrored to each of {@link mirrors}, from 0 to 1. */
  get mirrorShares(): Readonly<Record<string, number>> {
    const shares = new Map<string, number>();
    for (const { workload, outside, share } of this.settings.copies.filter(each => each.workload ?? each.outside)) {
      const name = workload ? `${workload.namespace}/${workload.name}` : (outside ?? '');
      shares.set(name, (shares.get(name) ?? 0) + share);
    }
    return Object.fromEntries(shares);
  }

  /** The values of response headers that its outcomes set or add; {@link Outcome.responseHeaders} has them apart. */
  get responseHeaders(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.settings.outcomes.flatMap(({ response }) => [
        ...Object.entries(response?.set ?? {}),
        ...Object.entries(response?.add ?? {}),
      ]),
    );
  }

  /** What is assumed for this result, in sentences: what manifests do not determine, and options state otherwise. */
  get assumptions(): readonly string[] {
    return assumptionsIn(this.steps, this.outcomes.some(arrives));
  }

  /** Whether the request always arrives at a destination. */
  get isAllowed(): boolean {
    return this.outcomes.length > 0 && this.outcomes.every(arrives);
  }

  /** Whether the request never arrives at a destination. */
  get isDenied(): boolean {
    return !this.outcomes.some(arrives);
  }

  /** Expects that the request always arrives at a destination. */
  expectAllowed(): void {
    this.expect(this.isAllowed, 'to be routed to a destination');
  }

  /** Expects that the request never arrives; with a status, that this is the response. */
  expectDenied(status?: number): void {
    this.expect(
      this.isDenied && this.outcomes.every(each => status === undefined || each.status === status),
      status === undefined ? 'to be denied' : `to be denied with ${status}`,
    );
  }

  /**
   * Expects that the request always arrives at a workload, at any workload of a Service (by the common part of their
   * names), or at a host outside.
   */
  expectRoutedTo(name: string): void {
    this.expect(this.isAllowed && this.outcomes.every(each => names(each).includes(name)), `to be routed to ${name}`);
  }

  /** Expects these percentages, by version or name of the workload, by host outside, or by response status. */
  expectSplit(expected: Readonly<Record<string, number>>): void {
    const isSame = Object.entries(expected).every(
      ([name, percent]) =>
        Math.abs(percent / 100 - sum(this.outcomes.filter(each => names(each).includes(name)))) < TOLERANCE,
    );
    const total = sum(this.outcomes.filter(each => Object.keys(expected).some(name => names(each).includes(name))));
    this.expect(
      isSame && total > 1 - TOLERANCE,
      `to be split into ${Object.entries(expected)
        .map(([name, percent]) => `${percent}% ${name}`)
        .join(', ')}`,
    );
  }

  /** Expects that the client is always redirected to this URL. */
  expectRedirectedTo(location: string): void {
    this.expect(
      this.outcomes.every(each => each.location === location),
      `to be redirected to ${location}`,
    );
  }

  /** The explanation of the result: each step of the request and its outcomes. */
  explain(): string {
    return [
      this.title,
      ...this.steps.map(each => `  ${each}`),
      ...this.terms.map(each => `  ${each}`),
      ...this.summaries.flatMap((summary, index) => [
        `  ${summary}`,
        ...(this.changes[index] ?? []).map(change => `    ${change}`),
      ]),
    ].join('\n');
  }

  /**
   * The steps of the request, in order: what accepts, routes, forwards and checks it.
   * @internal
   */
  get steps(): readonly string[] {
    return [...this.simulation.steps, ...new Set(this.simulation.outcomes.flatMap(each => each.steps ?? []))];
  }

  /**
   * The settings of the route in words, or why they are unknown.
   * @internal
   */
  get terms(): readonly string[] {
    const { settingsDoubt } = this.simulation;
    return settingsDoubt
      ? [`timeout, retries, faults, mirrors and response headers are unknown: ${settingsDoubt.what}`]
      : describeSettings(this.simulation, this.mirrorShares);
  }

  /**
   * Each of {@link outcomes} in words.
   * @internal
   */
  get summaries(): readonly string[] {
    return this.outcomes.map(each => `${percent(each.share)} ${describeOutcome(each)}`);
  }

  /**
   * The changes of the request and of its response in each of {@link outcomes}, in words.
   * @internal
   */
  get changes(): readonly (readonly string[])[] {
    return this.outcomes.map(each => [
      ...(arrives(each) ? describeRequestChanges(this.sent, each) : []),
      ...describeChanges(each.responseHeaders),
    ]);
  }

  /** The result as far as it has the settings of the route. Throws {@link Unsimulated} where they are unknown. */
  private get settings(): SimulationResult {
    if (this.simulation.settingsDoubt) {
      throw this.simulation.settingsDoubt;
    }
    return this.simulation;
  }

  private expect(isSo: boolean, what: string): void {
    if (!isSo) {
      throw new Error(`Expected the request ${what}.\n${this.explain()}`);
    }
  }
}

const TOLERANCE = 1e-6;

function mergedOutcomes(outcomes: readonly SimulatedOutcome[]): Outcome[] {
  const merged = new Map<string, Outcome>();
  for (const outcome of outcomes.map(outcomeOf)) {
    const { share, ...identity } = outcome;
    const key = JSON.stringify(identity);
    merged.set(key, { ...outcome, share: share + (merged.get(key)?.share ?? 0) });
  }
  return [...merged.values()];
}

function outcomeOf({
  workload,
  outside,
  port = 0,
  share,
  status = 0,
  by,
  reason = '',
  message,
  location = '',
  serverName = '',
  response,
}: SimulatedOutcome): Outcome {
  return {
    destination: workload ? `${workload.namespace}/${workload.name}` : (outside ?? ''),
    version: workload?.labels.version ?? '',
    port,
    share,
    status,
    location,
    by: by ? titleOf(by.resource) : '',
    rule: by ? String(by) : '',
    reason: (workload ?? outside) ? '' : reason,
    host: message ? authorityOf(message) : '',
    path: message ? `${message.path}${message.query === '' ? '' : `?${message.query}`}` : '',
    headers: message?.headers ?? {},
    serverName,
    responseHeaders: { removed: response?.remove ?? [], set: response?.set ?? {}, added: response?.add ?? {} },
  };
}

function titleOf({ kind, key }: Resource): string {
  return `${kind} ${key}`;
}

function arrives({ destination }: Outcome): boolean {
  return destination !== '';
}

/** The names by which a test may refer to an outcome. */
function names(outcome: Outcome): readonly string[] {
  if (!arrives(outcome)) {
    return [String(outcome.status)];
  }
  const name = outcome.destination.slice(outcome.destination.indexOf('/') + 1);
  return [
    outcome.destination,
    ...namesOf({ name, labels: { version: outcome.version } }),
    ...(outcome.version === '' ? [] : [outcome.version]),
  ];
}

function sum(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((all, { share }) => all + share, 0);
}

function describeOutcome(outcome: Outcome): string {
  const { destination, port, status, reason, location, path, by, rule } = outcome;
  if (destination !== '') {
    const grant = by === '' ? '' : `, allowed by ${by} (${rule})`;
    return `routed to ${destination}:${port}${path === '' ? '' : ` with path ${path}`}${grant}`;
  }
  return (
    `${status === 0 ? 'connection failure' : `response ${status}`}${location === '' ? '' : ` to ${location}`}: `
    + `${reason}`
  );
}
