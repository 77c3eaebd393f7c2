import { isIP } from 'node:net';
import { ownValue } from '../../manifests';

/** The JSON Web Token of a request. */
export interface Token {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether its issuer signed it and it has not expired. */
  readonly isValid: boolean;
  /** @default - a bearer in the header `authorization` */
  readonly place?: TokenPlace;
}

/** The token location of a request. */
export interface TokenPlace {
  readonly kind: 'header' | 'parameter' | 'cookie';
  /** In lower case for a header. */
  readonly name: string;
}

export const BEARER: TokenPlace = { kind: 'header', name: 'authorization' };

/** A request, as the next hop receives it. */
export interface Message {
  /** `http` or `https`; `tcp` for a connection with an unknown protocol. */
  readonly scheme: string;
  /** The authority without its port. */
  readonly host: string;
  /** The authority, if it differs from the host with the port as the scheme requires. */
  readonly authority?: string;
  readonly port: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The part after the question mark; empty without one. */
  readonly query: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: Token;
  /** The claims of the token, once the current proxy has validated them. */
  readonly verified?: Readonly<Record<string, unknown>>;
  /** The full name of the Service whose address the client connected to, if any. */
  readonly dialed?: string;
  /** The name whose address the client connected to, if DNS has that in place of the host. */
  readonly nameInDns?: string;
  /** The server name of TLS, if it differs from the host. */
  readonly serverName?: string;
  /** The IP address of the client, if known. */
  readonly address?: string;
}

/** The name by which listeners are selected: that of the TLS handshake, or without TLS the host. */
export function serverNameOf({ scheme, serverName, host }: Message): string {
  return scheme === 'https' ? (serverName ?? host) : host;
}

/** The name whose address the client connected to. */
export function dialedNameOf({ nameInDns, host }: Message): string {
  return nameInDns ?? host;
}

/** The authority as in the `Host` header: with the port, unless it is the default of the scheme. */
export function authorityOf({ authority, scheme, host, port }: Message): string {
  const name = hostInUrl(host);
  return authority ?? (port === (scheme === 'https' ? 443 : 80) ? name : `${name}:${port}`);
}

/** A host as URLs and authorities have it: an IPv6 address in brackets. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** The host of an authority or a URL, without its port. */
export function hostOfAuthority(authority: string): string {
  const host = isIP(authority) === 6 ? authority : authority.replace(/:\d+$/, '');
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

/**
 * A header as conditions of proxies have it, by its name in lower case: a pseudo-header of HTTP/2 too, of which `host`
 * is an alias.
 * @see https://github.com/envoyproxy/envoy/blob/main/source/common/http/header_map_impl.cc
 */
export function headerOf(message: Message, name: string): string | undefined {
  switch (name) {
    case ':authority':
    case 'host':
      return authorityOf(message);
    case ':method':
      return message.method;
    case ':path':
      return message.query === '' ? message.path : `${message.path}?${message.query}`;
    case ':scheme':
      return message.scheme;
    default:
      return ownValue(message.headers, name);
  }
}

/** The entries of `x-forwarded-for`, the most recent one last. */
export function forwardedFor({ headers }: Message): string[] {
  return (headers['x-forwarded-for'] ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '');
}

/** A request as gateways receive it: they remove a header with a certificate that the client claims to have. */
export function withoutForgedCertificate(message: Message): Message {
  const { 'x-forwarded-client-cert': forged, ...headers } = message.headers;
  return forged === undefined ? message : { ...message, headers };
}
