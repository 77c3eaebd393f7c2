/** A possible outcome of a request. */
export interface Outcome {
  /** The workload, as `namespace/name`, or the host outside; empty if it does not arrive. */
  readonly destination: string;
  /** The `version` label of the Pods; empty without one. */
  readonly version: string;
  /** The port of the Pod; 0 if the request does not arrive. */
  readonly port: number;
  /** Its probability, from 0 to 1. */
  readonly share: number;
  /** The response status if it does not arrive, or 0 for a failed connection. */
  readonly status: number;
  /**
   * The object that denies it or responds to it, or the policy that allows it, as `Kind namespace/name`; empty if none
   * does.
   */
  readonly by: string;
  /**
   * The part of that object that decides, such as `spec.rules[0]`; empty for the object as a whole, or if none of its
   * rules matches.
   */
  readonly rule: string;
  /** Why it does not arrive; empty if it does. */
  readonly reason: string;
  /**
   * The request that arrives: the host with its port if the client sends one, the path with its query, the headers by
   * lower-case name.
   */
  readonly host: string;
  /** The path with its query, as it arrives. */
  readonly path: string;
  /** The request headers as they arrive, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The server name of the TLS that a BackendTLSPolicy has the last proxy originate to the destination; empty if none
   * has.
   */
  readonly serverName: string;
  /** The location of a redirect. */
  readonly location: string;
  /** The changes of the response headers by the proxies that apply its rule, those of CORS among them. */
  readonly responseHeaders: ResponseHeaderChanges;
}

/** Changes of response headers, by names in lower case: some are removed, then some are set, then some are added. */
export interface ResponseHeaderChanges {
  /** Headers that the client does not get, unless they are set. */
  readonly removed: readonly string[];
  /** Values in place of those that the callee sends. */
  readonly set: Readonly<Record<string, string>>;
  /** Values besides those that the callee sends. */
  readonly added: Readonly<Record<string, string>>;
}
