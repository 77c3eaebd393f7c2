import type { Field, Workload } from '../../manifests';
import type { Connection } from '../endpoints/connection';
import type { Message } from '../messages/message';
import type { HeaderOperations } from '../routes/header-operations';
import type { Fault, Retries } from '../routes/rule';
import { Unsimulated } from '../messages/unsimulated';

/** A possible result of a request. */
export interface SimulatedOutcome {
  /** Its probability, from 0 to 1. */
  readonly share: number;
  /**
   * The destination workload; undefined if the request is denied, gets a response on the way, or leaves the cluster.
   */
  readonly workload?: Workload;
  /** The destination address or host outside. */
  readonly outside?: string;
  /** The port of the destination. */
  readonly port?: number;
  /** The server name of the TLS that a BackendTLSPolicy has the last proxy originate. */
  readonly serverName?: string;
  /** The request that arrives there. */
  readonly message?: Message;
  /** The connection by which a proxy has sent it to the workload; undefined for a client without one. */
  readonly connection?: Connection;
  /** The response status if it does not arrive; 0 for a failed connection. */
  readonly status?: number;
  /** The changes of the response headers on the way to the client. */
  readonly response?: HeaderOperations;
  /** The location of a redirect. */
  readonly location?: string;
  /** The object or rule that decided the result. */
  readonly by?: Field;
  readonly reason?: string;
  /** The steps at the destination. */
  readonly steps?: readonly string[];
  /** Whether the result depends on what is unknown. */
  readonly isUncertain?: boolean;
  /** The unknown on which it depends. */
  readonly doubt?: Unsimulated;
  /** Whether the connection failed, so that a retry may select another endpoint. */
  readonly isRetried?: boolean;
  /** Whether the proxy has sent it nowhere, so that it has not mirrored it either. */
  readonly isUnsent?: boolean;
}

/** A mirrored request. */
export interface Copy {
  readonly workload?: Workload;
  readonly outside?: string;
  readonly share: number;
  /** Why it does not arrive. */
  readonly reason?: string;
  /** Why it is not known whether it arrives. */
  readonly doubt?: Unsimulated;
}

/** The result of a request. */
export interface SimulationResult {
  readonly outcomes: readonly SimulatedOutcome[];
  /** The rule that routed it. */
  readonly rule?: Field;
  readonly timeoutMs?: number;
  readonly retries?: Retries;
  readonly fault?: Fault;
  readonly copies: readonly Copy[];
  /** The steps on the way. */
  readonly steps: readonly string[];
  /**
   * Why timeouts, retries, faults, mirrors and response headers are not known; what they are otherwise is one of the
   * cases.
   */
  readonly settingsDoubt?: Unsimulated;
}

/** A result before routing. */
export function ended(outcome: Omit<SimulatedOutcome, 'share'>, steps: readonly string[] = []): SimulationResult {
  return {
    outcomes: [{ share: 1, ...outcome }],
    copies: [],
    steps: [...steps, ...(outcome.reason ? [outcome.reason] : [])],
  };
}

/** Throws {@link Unsimulated} if a result depends on what is unknown. */
export function requireCertain({ outcomes }: SimulationResult): void {
  const uncertain = outcomes.find(each => each.isUncertain);
  if (uncertain) {
    throw (
      uncertain.doubt
      ?? new Unsimulated('The result depends on unknown attributes of the request.', 'Test it in a cluster.')
    );
  }
}
