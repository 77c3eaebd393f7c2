import type { Field } from '../../manifests';
import type { Message } from '../messages/message';
import { type HeaderOperations, NO_OPERATIONS } from './header-operations';

/** A CORS policy. */
export interface Cors extends CorsHeaders {
  readonly takesOrigin: (origin: string) => boolean;
  /** Whether preflights of other origins get a response too, instead of being forwarded. */
  readonly answersAll: boolean;
}

/** The values of the response headers of a CORS policy; the lists as text. */
export interface CorsHeaders {
  readonly credentials: boolean;
  readonly methods: string;
  readonly headers: string;
  readonly exposed: string;
  /** In seconds; empty for none. */
  readonly maxAge: string;
}

/** The lists and credentials of a CORS policy, whose fields VirtualServices and HTTPRoutes name alike. */
export function corsHeadersOf(at: Field, separator: string, maxAge: number | undefined): CorsHeaders {
  const list = (name: string) => at.get(name).texts.join(separator);
  return {
    credentials: at.get('allowCredentials').value === true,
    methods: list('allowMethods'),
    headers: list('allowHeaders'),
    exposed: list('exposeHeaders'),
    maxAge: maxAge === undefined ? '' : String(maxAge),
  };
}

/** The headers that Envoy sets in a response to a request of a browser: the response to a preflight is its own. */
export function corsOperations(
  { takesOrigin, credentials, methods, headers, exposed, maxAge }: Cors,
  message: Message,
  isPreflight: boolean,
): HeaderOperations {
  const { origin = '' } = message.headers;
  const isAllowed = origin !== '' && takesOrigin(origin);
  const wanted = (list: string, name: string) => (list === '*' ? (message.headers[name] ?? '') : list);
  const set = {
    'access-control-allow-origin': isAllowed ? origin : '',
    'access-control-allow-credentials': credentials && (isAllowed || isPreflight) ? 'true' : '',
    'access-control-expose-headers': isAllowed ? exposed : '',
    ...(isPreflight
      ? {
          'access-control-allow-methods': wanted(methods, 'access-control-request-method'),
          'access-control-allow-headers': wanted(headers, 'access-control-request-headers'),
          'access-control-max-age': maxAge,
        }
      : {}),
  };
  return { ...NO_OPERATIONS, set: Object.fromEntries(Object.entries(set).filter(([, value]) => value !== '')) };
}
