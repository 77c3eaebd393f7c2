/** A request that was observed, or several alike. */
export interface Observation {
  /** The caller: a workload or service, as `namespace/name`, or a name alone where the namespace is not recorded. */
  readonly caller: string;
  /** The callee, in the same form, or a host outside. */
  readonly callee: string;
  readonly port?: number;
  readonly protocol: 'http' | 'grpc' | 'tcp';
  /** The HTTP method, or the full name of the gRPC method; undefined where it is not recorded. */
  readonly method?: string;
  /** The path without its query, or the route that the callee recorded. */
  readonly path?: string;
  readonly isError: boolean;
  /** In milliseconds; undefined where it is not recorded. */
  readonly duration?: number;
  /** The number of requests. */
  readonly count: number;
}

/** The requests of one caller to one callee. */
export class ObservedCall {
  count = 0;
  errors = 0;
  /** Whether a request was recorded without its method or path. */
  isIncomplete = false;
  readonly durations = new Durations();
  readonly paths = new Map<string, Set<string>>();
  readonly methods = new Set<string>();
  /** The number of paths that were left out since there are too many. */
  leftOut = 0;

  constructor(
    readonly caller: string,
    readonly callee: string,
    readonly port: number | undefined,
    readonly protocol: Observation['protocol'],
  ) {}

  add({ count, isError, duration, method, path, protocol }: Observation): void {
    this.count += count;
    this.errors += isError ? count : 0;
    if (duration !== undefined) {
      this.durations.add(duration, count);
    }
    if (protocol === 'tcp') {
      return;
    }
    if (method === undefined || (protocol === 'http' && path === undefined)) {
      this.isIncomplete = true;
      return;
    }
    this.methods.add(method);
    const known = this.paths.get(method) ?? new Set<string>();
    if (known.size < MOST_PATHS || known.has(path ?? '')) {
      this.paths.set(method, known.add(path ?? ''));
    } else {
      this.leftOut += 1;
    }
  }
}

/** The most paths of a method, and the most calls, that are kept. */
const MOST_PATHS = 5_000;
const MOST_CALLS = 10_000;

/** Observations by caller, callee and port. The size is bounded, since what is observed is not trusted. */
export class Observations {
  private readonly byKey = new Map<string, ObservedCall>();
  /** The number of requests that belong to calls beyond the bound. */
  leftOut = 0;

  add(each: Observation): void {
    if (each.caller === '' || each.callee === '' || each.count <= 0) {
      return;
    }
    const key = JSON.stringify([each.caller, each.callee, each.port]);
    const known = this.byKey.get(key);
    if (!known && this.byKey.size >= MOST_CALLS) {
      this.leftOut += each.count;
      return;
    }
    const call = known ?? new ObservedCall(each.caller, each.callee, each.port, each.protocol);
    this.byKey.set(key, call);
    call.add(each);
  }

  /** The calls, in alphabetical order. */
  get calls(): readonly ObservedCall[] {
    return [...this.byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  }
}

/** The factor between two limits: quantiles are right within 5 %. */
const STEP = 1.05;

/** Durations in a histogram of bounded size. */
class Durations {
  private readonly counts = new Map<number, number>();
  private total = 0;

  add(millis: number, count: number): void {
    if (Number.isFinite(millis) && millis >= 0) {
      const bucket = Math.ceil(Math.log(Math.max(millis, 0.01)) / Math.log(STEP));
      this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
      this.total += count;
    }
  }

  /** The duration that this share of requests does not exceed, in milliseconds; undefined without durations. */
  quantile(share: number): number | undefined {
    let seen = 0;
    for (const [bucket, count] of [...this.counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= share * this.total) {
        return STEP ** bucket;
      }
    }
    return undefined;
  }
}
