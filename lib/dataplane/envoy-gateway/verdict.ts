import type { Field } from '../../manifests';
import type { Message } from '../messages/message';

/**
 * The result of a filter of Envoy Gateway for a request: it continues, possibly with other headers, or gets a local
 * reply.
 */
export interface Verdict {
  readonly message: Message;
  /** What is done on the way, in words. */
  readonly steps?: readonly string[];
  /** Set if the request is denied. */
  readonly refusal?: { readonly status: number; readonly by: Field; readonly reason: string };
}

export function refused(message: Message, status: number, by: Field, reason: string): Verdict {
  return { message, refusal: { status, by, reason } };
}
