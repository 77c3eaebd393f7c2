import type { Field } from '../../manifests';
import { authorityOf, type Message } from '../messages/message';
import { type PathMatch, prefixOf } from './path-match';
import type { Reply } from './rule';
import { RouteReader } from './unsupported-filters';

/**
 * The response of an HTTPRedirect of Istio.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect
 */
export function redirect(at: Field): (message: Message, matched: PathMatch | undefined) => Reply {
  const scheme = at.get('scheme').text;
  const [uri, prefix] = ['uri', 'prefixRewrite'].map(name => at.get(name).text);
  return (message, matched) => {
    const port = at.get('derivePort').text === 'FROM_REQUEST_PORT' ? message.port : at.get('port').number;
    const target: Target = {
      scheme: scheme || message.scheme,
      host: at.get('authority').text,
      port,
      path: uri || (prefix ? `${prefix}${message.path.slice(prefixOf(matched).length)}` : message.path),
      query: uri?.includes('?') ? '' : message.query,
    };
    return { status: at.get('redirectCode').number ?? 301, location: locationOf(message, target) };
  };
}

/**
 * The response of an HTTPRequestRedirectFilter of the Gateway API.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprequestredirectfilter
 */
export function redirectFilter(
  at: Field,
  reader: RouteReader,
): (message: Message, matched: PathMatch | undefined) => Reply {
  const scheme = at.get('scheme').text;
  return (message, matched) => {
    const port = at.get('port').number ?? (scheme === '' ? message.port : undefined);
    const full = at.get('path', 'replaceFullPath');
    const prefix = at.get('path', 'replacePrefixMatch');
    const path = full.exists
      ? full.text
      : prefix.exists
        ? redirectedPrefix(message.path, matched, prefix.text, reader)
        : message.path;
    return {
      status: at.get('statusCode').number ?? 302,
      location: locationOf(message, {
        scheme: scheme || message.scheme,
        host: at.get('hostname').text,
        port,
        path,
        query: message.query,
      }),
    };
  };
}

/** A path with its matched prefix replaced, as redirects do it, in which Istio does not treat `/` in its own way, and replaces nothing by an empty text. */
function redirectedPrefix(path: string, matched: PathMatch | undefined, prefix: string, reader: RouteReader): string {
  const rest = path.slice(prefixOf(matched).length);
  if (prefix === '' && reader !== RouteReader.OTHER_GATEWAY) {
    return path;
  }
  const isRemoved = /^\/?$/.test(prefix) && reader === RouteReader.OTHER_GATEWAY;
  return isRemoved ? `/${rest.replace(/^\/+/, '')}` : `${prefix}${rest}`;
}

interface Target {
  readonly scheme: string;
  readonly host: string;
  readonly port?: number;
  readonly path: string;
  readonly query: string;
}

/**
 * The default port of the scheme is omitted; then the port of the request is kept, unless it is the default of its own
 * scheme.
 */
function locationOf(message: Message, { scheme, host, port, path, query }: Target): string {
  const isUsual = port === undefined || port === PORTS[scheme];
  const asked = authorityOf(message);
  const isLeft = scheme !== message.scheme && asked.endsWith(`:${PORTS[message.scheme]}`);
  const authority = host || (isUsual && !isLeft ? asked : asked.replace(/:\d+$/, ''));
  return `${scheme}://${authority}${isUsual ? '' : `:${port}`}${path}${query === '' ? '' : `?${query}`}`;
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
