import { carriesRequests, type Field, type Host, Kind, protocolOf } from '../../manifests';

/** The protocol of a client: plain-text HTTP, TLS, or unknown bytes. */
export type Sent = 'http' | 'https' | 'tcp';

/**
 * Why a server cannot parse the traffic: the client's TLS and the TLS that the proxy originates for a DestinationRule
 * must add up to one layer if the port is HTTPS or TLS, without TLS of the client if it is HTTP, and never to two.
 * Undefined if it can, or if the protocol is unknown.
 * @see https://istio.io/latest/docs/ops/common-problems/network-issues/
 */
export function unreadable(sent: Sent, host: Host, port: Field, tlsMode: string | undefined): string | undefined {
  const begins = beginsTls(tlsMode);
  const place = `port ${port.get(host.resource.type === Kind.SERVICE ? 'port' : 'number').text} of ${host.name}`;
  if (protocolOf(port) === 'udp') {
    return `${place} is a UDP port`;
  }
  if (sent === 'tcp') {
    return undefined;
  }
  if (sent === 'https') {
    return begins
      ? `the client uses TLS, and a DestinationRule originates TLS again to ${place}`
      : carriesRequests(port)
        ? `the client uses TLS, and ${place} accepts plain text (${protocolOf(port)})`
        : undefined;
  }
  return speaksTls(port) && !begins
    ? `${place} requires TLS (${protocolOf(port)}), and the request is in plain text`
    : undefined;
}

/** Whether a proxy originates TLS other than mesh mutual TLS. */
export function beginsTls(tlsMode: string | undefined): boolean {
  return tlsMode === 'SIMPLE' || tlsMode === 'MUTUAL';
}

/** Whether a port is for TLS of clients (HTTPS or TLS). */
export function speaksTls(port: Field): boolean {
  return ['https', 'tls'].includes(protocolOf(port) ?? '');
}

/** Whether a proxy matches connections to a port by SNI only, so that plain text is passed through. */
export function needsServerName({ resource }: Host, port: Field): boolean {
  return (
    speaksTls(port)
    && resource.type === Kind.SERVICE_ENTRY
    && resource.spec.get('addresses').items.every(each => each.text.includes('/'))
  );
}

/** The protocol of a client, from the scheme of its message. */
export function sentAs({ scheme }: { readonly scheme: string }): Sent {
  return scheme === 'https' || scheme === 'tcp' ? scheme : 'http';
}
