import type { Field } from '../../manifests';
import type { Message } from '../messages/message';
import type { Unsimulated } from '../messages/unsimulated';

/** The result of a request at its callee. */
export interface Arrival {
  /** The request that the application receives. */
  readonly message?: Message;
  /** The policy that allowed it, if any. */
  readonly by?: Field;
  /** Whether the result depends on what is unknown. */
  readonly isUncertain?: boolean;
  /** The unknown on which it depends. */
  readonly doubt?: Unsimulated;
  readonly refusal?: { readonly status: number; readonly by?: Field; readonly reason: string };
  readonly steps: readonly string[];
}
