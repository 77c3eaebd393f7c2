import type { Field, Workload } from '../../manifests';
import type { Message } from './message';
import type { Fault, HeaderOperations, Retries } from './routes/rule';
import type { Unsimulated } from './unsimulated';

/** One of the ways that a request may take. */
export interface Branch {
  /** How probable it is, from 0 to 1. */
  readonly share: number;
  /** Where it arrives; undefined if it is refused, answered on the way, or leaves the cluster. */
  readonly workload?: Workload;
  /** The address or host outside where it arrives. */
  readonly outside?: string;
  /** The port of the Pod, or of the outside. */
  readonly port?: number;
  /** What arrives there. */
  readonly message?: Message;
  /** What the caller is answered if it does not arrive; 0 for a connection that fails. */
  readonly status?: number;
  /** Where an answer sends the caller. */
  readonly location?: string;
  /** What decided whether it arrives: an object, or the rule of one. */
  readonly by?: Field;
  readonly reason?: string;
  /** What happened at its end, a sentence each. */
  readonly steps?: readonly string[];
  /** Whether it arrives or not by what is not known. */
  readonly isUncertain?: boolean;
  /** What is not known, if it is not what policies ask for. */
  readonly doubt?: Unsimulated;
  /** Whether the connection failed, so that another try may go elsewhere. */
  readonly isRetried?: boolean;
}

/** A copy of a request. */
export interface Copy {
  readonly workload?: Workload;
  readonly outside?: string;
  readonly share: number;
}

/** What comes of a request. */
export interface Passage {
  readonly branches: readonly Branch[];
  /** The rule that routed it. */
  readonly rule?: Field;
  readonly timeoutMs?: number;
  readonly retries?: Retries;
  readonly fault?: Fault;
  readonly copies: readonly Copy[];
  readonly response: readonly HeaderOperations[];
  /** What happened on the way, a sentence each. */
  readonly steps: readonly string[];
}

/** A passage that ends before anything was routed. */
export function ended(branch: Omit<Branch, 'share'>, steps: readonly string[] = []): Passage {
  return { branches: [{ share: 1, ...branch }], copies: [], response: [], steps: [...steps, ...branch.reason ? [branch.reason] : []] };
}
