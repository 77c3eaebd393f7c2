import { carriesRequests, type Field, type Host } from '../../manifests';
import type { Proxy } from '../endpoints/proxy';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import type { Scope } from '../virtual-hosts/scope';
import type { Context } from './context';
import { DestinationRules } from './destination-rule';
import { beginsTls, needsServerName, sentAs, unreadable } from './tls-layers';

/**
 * Why no filter chain of a sidecar matches on a known port: TLS on an HTTP port, or plain text on a port matched by
 * SNI. The connection is passed through to its address, where the server cannot parse it either.
 */
export function unseenBy(
  scope: Scope,
  message: Message,
  host: Host,
  port: Field,
  proxy: Proxy,
  { cluster }: Context,
): string | undefined {
  const sent = sentAs(message);
  if (sent === 'http' && needsServerName(host, port)) {
    return `port ${message.port} of ${host.name} is matched by SNI, and the request is in plain text`;
  }
  const mode = DestinationRules.for(proxy, host, cluster).tlsMode(message.port, undefined)?.text;
  if (sent !== 'https' || !carriesRequests(port)) {
    return undefined;
  }
  if (scope.allowsAny && beginsTls(mode)) {
    throw new Unsimulated(
      `The client uses TLS on port ${message.port} of ${host.name}, which is an HTTP port, and a `
        + 'DestinationRule originates TLS to it.',
      'Send the request in plain text, or declare the protocol of the port as HTTPS.',
    );
  }
  return unreadable(sent, host, port, undefined);
}
