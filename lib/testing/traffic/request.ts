import { BEARER, hostOfAuthority, type Message, type TokenPlace } from '../../dataplane';

/** Properties of a request besides its method and URL. */
export interface RequestProps {
  /** @default - only those that every client sends */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The claims of a JSON Web Token that the request carries, signed by its issuer (`iss`) and not expired.
   * @default - no token
   */
  readonly claims?: Readonly<Record<string, unknown>>;
  /**
   * Whether the token has an invalid signature. An expired token is denied as well, always with 401.
   * @default false
   */
  readonly badToken?: boolean;
  /**
   * The header of the token. If it has a prefix, `headers` has the value, with `token` in place of the token:
   * `Token token`.
   * @default authorization, as a bearer
   */
  readonly tokenHeader?: string;
  /**
   * The query parameter with the token.
   * @default - none, it is in a header
   */
  readonly tokenParameter?: string;
  /**
   * The cookie with the token.
   * @default - none, it is in a header
   */
  readonly tokenCookie?: string;
  /**
   * The IP address of the client or the calling Pod, for policies with conditions on addresses.
   * @default - unknown
   */
  readonly address?: string;
}

/**
 * Reads a request such as `GET https://api.shop.example/products/1?page=2`; the default method is GET. Throws for other
 * text.
 */
export function readRequest(text: string, props: RequestProps = {}): Message {
  const { headers = {}, claims, badToken = false, address } = props;
  const [, method = 'GET', url = ''] = /^(?:([A-Z]+) )?(\S+)$/.exec(text) ?? [];
  const [, scheme = '', host = '', port, path = '', query = ''] =
    /^(https?):\/\/(\[[\da-fA-F:.]+\]|[^/:?#\s[\]]+)(?::(\d{1,5}))?(\/[^?#\s]*)?(?:\?(\S*))?$/.exec(url) ?? [];
  if (host === '') {
    throw new Error(`"${text}" is not a request. Write a method and a URL, such as "GET http://cart:8080/items".`);
  }
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const { host: authority, ...others } = named;
  const message: Message = {
    scheme,
    method,
    host: hostOfAuthority(authority ?? host),
    authority,
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: path || '/',
    query,
    headers: others,
    address,
  };
  const place = placeOf(props);
  return claims ? { ...message, ...carrying(message, place), token: { claims, isValid: !badToken, place } } : message;
}

function placeOf({ tokenHeader, tokenParameter, tokenCookie }: RequestProps): TokenPlace {
  const places: TokenPlace[] = [
    ...(tokenHeader === undefined ? [] : [{ kind: 'header' as const, name: tokenHeader.toLowerCase() }]),
    ...(tokenParameter === undefined ? [] : [{ kind: 'parameter' as const, name: tokenParameter }]),
    ...(tokenCookie === undefined ? [] : [{ kind: 'cookie' as const, name: tokenCookie }]),
  ];
  if (places.length > 1) {
    throw new Error(
      'A request has its token in one place, not in '
        + `${places.map(({ kind, name }) => `the ${kind} ${name}`).join(' and in ')}. Keep one of them.`,
    );
  }
  return places[0] ?? BEARER;
}

/** The part of a request that contains the token. */
function carrying({ headers, query }: Message, { kind, name }: TokenPlace): Pick<Message, 'headers' | 'query'> {
  switch (kind) {
    case 'header':
      return {
        query,
        headers: { ...headers, [name]: prefixed(headers[name]) ?? (name === BEARER.name ? 'Bearer token' : 'token') },
      };
    case 'parameter':
      return { headers, query: [query, `${name}=token`].filter(each => each !== '').join('&') };
    case 'cookie':
      return {
        query,
        headers: {
          ...headers,
          cookie: [headers.cookie, `${name}=token`].filter(each => each !== undefined).join('; '),
        },
      };
  }
}

/** A value of a header with its own prefix before the token. */
function prefixed(value: string | undefined): string | undefined {
  return value !== undefined && /(^|\W)token$/.test(value) ? value : undefined;
}
