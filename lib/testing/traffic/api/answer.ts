import type { Resource } from '../../../manifests';
import type { Message } from '../message';

/** What a managed API of the templates makes of a request. */
export interface ApiAnswer {
  /** The API and, if one was matched, the route or method that decided: what a message names. */
  readonly by: Resource;
  /** The status that it answers itself with: 403, 401, 404, 204 …; undefined if it passes the request on. */
  readonly status?: number;
  /** One sentence: why it was refused, or which route passed it on. */
  readonly reason: string;
  /** The request as it goes on to the load balancer: path, query, host and headers mapped. Undefined if a function or service of AWS answers it. */
  readonly message?: Message;
  /**
   * The name that the TLS handshake with the load balancer asks for, and that the certificate must bear.
   * @default - the request goes on without TLS, or by TLS without a name
   */
  readonly serverName?: string;
  /**
   * The target group that the load balancer leads to: what a TargetGroupBinding in the cluster names.
   * @default - the load balancer is not of the template
   */
  readonly targetGroup?: Resource;
  /** How long the API waits for the answer, in ms. */
  readonly timeoutMs?: number;
  /** The steps on the way, a sentence each (authorizer, mapping, integration), for the explanation that a person reads. */
  readonly steps: readonly string[];
}

/** An answer that the API gives by itself. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}
