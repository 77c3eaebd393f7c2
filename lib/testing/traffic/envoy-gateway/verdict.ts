import type { Field } from '../../../manifests';
import type { Message } from '../message';

/** What a check of Envoy Gateway makes of a request: it passes, perhaps with other headers, or is answered. */
export interface Verdict {
  readonly message: Message;
  /** Given if it does not pass. */
  readonly refusal?: { readonly status: number; readonly by: Field; readonly reason: string };
}

export function refused(message: Message, status: number, by: Field, reason: string): Verdict {
  return { message, refusal: { status, by, reason } };
}
