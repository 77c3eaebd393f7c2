import type { Message } from './message';

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
   * Whether the token is one that nobody should take: expired, or signed by somebody else.
   * @default false
   */
  readonly badToken?: boolean;
  /**
   * The header of the token.
   * @default authorization, as a bearer
   */
  readonly tokenHeader?: string;
  /**
   * The address of the client, or of the Pod that asks, for policies that name addresses.
   * @default - not known
   */
  readonly address?: string;
}

/** Reads a request such as `GET https://api.shop.example/products/1?page=2`; without a method it is GET. Throws where it is none. */
export function readRequest(text: string, { headers = {}, claims, badToken = false, tokenHeader = 'authorization', address }: RequestProps = {}): Message {
  const [, method = 'GET', url = ''] = /^(?:([A-Z]+) )?(\S+)$/.exec(text) ?? [];
  const [, scheme = '', host = '', port, path = '', query = ''] = /^(https?):\/\/([^/:?#\s]+)(?::(\d{1,5}))?(\/[^?#\s]*)?(?:\?(\S*))?$/.exec(url) ?? [];
  if (host === '') {
    throw new Error(`"${text}" is no request. Write a method and an address, such as "GET http://cart:8080/items".`);
  }
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const { host: authority, ...others } = named;
  const header = tokenHeader.toLowerCase();
  return {
    scheme, method, host: (authority ?? host).replace(/:\d+$/, '').toLowerCase(), authority, port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port), path: path || '/', query,
    headers: claims ? { ...others, [header]: header === 'authorization' ? 'Bearer token' : 'token' } : others,
    token: claims && { claims, isValid: !badToken, header },
    address,
  };
}
