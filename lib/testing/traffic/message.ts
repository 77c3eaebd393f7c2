/** A JSON Web Token that a request carries. */
export interface Token {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether its issuer signed it and it has not expired. */
  readonly isValid: boolean;
  /** @default - a bearer in the header `authorization` */
  readonly place?: TokenPlace;
}

/** Where a request carries its token. */
export interface TokenPlace {
  readonly kind: 'header' | 'parameter' | 'cookie';
  /** In lower case for a header. */
  readonly name: string;
}

export const BEARER: TokenPlace = { kind: 'header', name: 'authorization' };

/** A request on its way, as the next hop sees it. */
export interface Message {
  /** `http` or `https`; `tcp` for a connection of which nothing more is known. */
  readonly scheme: string;
  /** The authority without its port. */
  readonly host: string;
  /** The authority as it is sent, where that is not the host with the port that the scheme needs. */
  readonly authority?: string;
  readonly port: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What follows the question mark; empty if there is none. */
  readonly query: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: Token;
  /** The claims of the token, once the proxy that has the request has verified them. */
  readonly verified?: Readonly<Record<string, unknown>>;
  /** The full name of the Service whose address the client has asked, if it has asked one. */
  readonly dialed?: string;
  /** The address of the client, where it is known. */
  readonly address?: string;
}

/** The authority as the `Host` header has it: with the port, unless it is that of the scheme. */
export function authorityOf({ authority, scheme, host, port }: Message): string {
  return authority ?? (port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`);
}
