import { BEARER, type Message, type TokenPlace } from './message';

/** What a request carries besides its method and address. */
export interface RequestProps {
  /** @default - none but those which every client sends */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The claims of a JSON Web Token that the request carries, signed by its issuer (`iss`) and not expired.
   * @default - no token
   */
  readonly claims?: Readonly<Record<string, unknown>>;
  /**
   * Whether the token is signed by another than its issuer. One that has expired is refused too, always with 401.
   * @default false
   */
  readonly badToken?: boolean;
  /**
   * The header of the token.
   * @default authorization, as a bearer
   */
  readonly tokenHeader?: string;
  /**
   * The parameter of the query that has the token.
   * @default - none, it is in a header
   */
  readonly tokenParameter?: string;
  /**
   * The cookie that has the token.
   * @default - none, it is in a header
   */
  readonly tokenCookie?: string;
  /**
   * The address of the client, or of the Pod that asks, for policies that name addresses.
   * @default - not known
   */
  readonly address?: string;
}

/** Reads a request such as `GET https://api.shop.example/products/1?page=2`; without a method it is GET. Throws where it is none. */
export function readRequest(text: string, props: RequestProps = {}): Message {
  const { headers = {}, claims, badToken = false, address } = props;
  const [, method = 'GET', url = ''] = /^(?:([A-Z]+) )?(\S+)$/.exec(text) ?? [];
  const [, scheme = '', host = '', port, path = '', query = ''] = /^(https?):\/\/([^/:?#\s]+)(?::(\d{1,5}))?(\/[^?#\s]*)?(?:\?(\S*))?$/.exec(url) ?? [];
  if (host === '') {
    throw new Error(`"${text}" is no request. Write a method and an address, such as "GET http://cart:8080/items".`);
  }
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const { host: authority, ...others } = named;
  const message: Message = {
    scheme, method, host: (authority ?? host).replace(/:\d+$/, '').toLowerCase(), authority, port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port), path: path || '/', query,
    headers: others, address,
  };
  const place = placeOf(props);
  return claims ? { ...message, ...carrying(message, place), token: { claims, isValid: !badToken, place } } : message;
}

function placeOf({ tokenHeader, tokenParameter, tokenCookie }: RequestProps): TokenPlace {
  const places: TokenPlace[] = [
    ...tokenHeader === undefined ? [] : [{ kind: 'header' as const, name: tokenHeader.toLowerCase() }],
    ...tokenParameter === undefined ? [] : [{ kind: 'parameter' as const, name: tokenParameter }],
    ...tokenCookie === undefined ? [] : [{ kind: 'cookie' as const, name: tokenCookie }],
  ];
  if (places.length > 1) {
    throw new Error(`A request carries its token in one place, not in ${places.map(({ kind, name }) => `the ${kind} ${name}`).join(' and in ')}. Leave all but one out.`);
  }
  return places[0] ?? BEARER;
}

/** The part of a request that has the token in it. */
function carrying({ headers, query }: Message, { kind, name }: TokenPlace): Pick<Message, 'headers' | 'query'> {
  switch (kind) {
    case 'header': return { query, headers: { ...headers, [name]: name === BEARER.name ? 'Bearer token' : 'token' } };
    case 'parameter': return { headers, query: [query, `${name}=token`].filter(each => each !== '').join('&') };
    case 'cookie': return { query, headers: { ...headers, cookie: [headers.cookie, `${name}=token`].filter(each => each !== undefined).join('; ') } };
  }
}
