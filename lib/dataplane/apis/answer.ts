import type { Resource } from '../../manifests';
import type { Message } from '../messages/message';

/** The result of a request at a managed API of the templates. */
export interface ApiAnswer {
  /** The API or, if one matched, the route or method, for messages. */
  readonly by: Resource;
  /** The status of its own response: 403, 401, 404, 204 …; undefined if it forwards the request. */
  readonly status?: number;
  /** A sentence: the reason of a denial, or the route that forwards it. */
  readonly reason: string;
  /**
   * The request to the load balancer, after the mapping of path, query, host and headers. Undefined if a Lambda
   * function or AWS service handles it.
   */
  readonly message?: Message;
  /**
   * The SNI of the TLS handshake with the load balancer, which its certificate must contain.
   * @default - no TLS, or TLS without SNI
   */
  readonly serverName?: string;
  /**
   * The target group of the load balancer, to which a TargetGroupBinding in the cluster refers.
   * @default - the load balancer is not in the template
   */
  readonly targetGroup?: Resource;
  /** The integration timeout of the API, in ms. */
  readonly timeoutMs?: number;
  /** The steps as sentences (authorizer, mapping, integration), for the explanation. */
  readonly steps: readonly string[];
}

/** A response of the API itself. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}
