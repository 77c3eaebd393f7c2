import { carriesRequests, type Field, type Host, Kind, protocolOf } from '../../../manifests';

/** What a client sends: requests in plain text or in TLS, or bytes of which nothing is known. */
export type Sent = 'http' | 'https' | 'tcp';

/**
 * Why a server cannot read what it is sent: the client's TLS and that which the proxy begins for a DestinationRule have to be one layer where the port says HTTPS or TLS, none of the client's
 * where it carries requests, and never two. Undefined if it can, or if nothing is known of the bytes.
 * @see https://istio.io/latest/docs/ops/common-problems/network-issues/
 */
export function unreadable(sent: Sent, host: Host, port: Field, tlsMode: string | undefined): string | undefined {
  const begins = beginsTls(tlsMode);
  const place = `port ${port.get(host.resource.type === Kind.SERVICE ? 'port' : 'number').text} of ${host.name}`;
  if (protocolOf(port) === 'udp') {
    return `${place} is for UDP`;
  }
  if (sent === 'tcp') {
    return undefined;
  }
  if (sent === 'https') {
    return begins ? `the client speaks TLS, and a DestinationRule begins TLS once more to ${place}`
      : carriesRequests(port) ? `the client speaks TLS, and ${place} carries requests in plain text (${protocolOf(port)})` : undefined;
  }
  return speaksTls(port) && !begins ? `${place} speaks TLS (${protocolOf(port)}), and the request is in plain text` : undefined;
}

/** Whether a proxy begins TLS of its own, which is not that of the mesh. */
export function beginsTls(tlsMode: string | undefined): boolean {
  return tlsMode === 'SIMPLE' || tlsMode === 'MUTUAL';
}

function speaksTls(port: Field): boolean {
  return ['https', 'tls'].includes(protocolOf(port) ?? '');
}

/** Whether a proxy tells connections to a port apart by the name in TLS alone, so that those in plain text are passed on past it. */
export function needsServerName({ resource }: Host, port: Field): boolean {
  return speaksTls(port) && resource.type === Kind.SERVICE_ENTRY && resource.spec.get('addresses').items.every(each => each.text.includes('/'));
}

/** What a client sends by the scheme of its message. */
export function sentAs({ scheme }: { readonly scheme: string }): Sent {
  return scheme === 'https' || scheme === 'tcp' ? scheme : 'http';
}
