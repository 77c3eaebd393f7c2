/** A JSON Web Token that a request carries. */
export interface Token {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether its issuer signed it and it has not expired. */
  readonly isValid: boolean;
}

/** A request on its way, as the next hop sees it. */
export interface Message {
  /** `http` or `https`. */
  readonly scheme: string;
  /** The authority without its port. */
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What follows the question mark; empty if there is none. */
  readonly query: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: Token;
  /** The address of the client, where it is known. */
  readonly address?: string;
}
