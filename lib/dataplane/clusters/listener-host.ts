import {
  aliasedHost,
  allocatesAddresses,
  carriesRequests,
  type Cluster,
  type Field,
  type Host,
  isWithin,
  Kind,
  portNumber,
  portsOf,
  prefixOf,
  protocolOf,
} from '../../manifests';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import type { Listener } from '../virtual-hosts/scope';
import { needsServerName } from './tls-layers';

/**
 * The host to whose listener a connection goes that is for no host of the scope: the one that declares the address, in
 * the smallest block, else one of TCP without addresses, which has all other connections to its port.
 */
export function hostOfListener(
  { host: address, port, scheme }: Message,
  listener: Listener,
  cluster: Cluster,
): Host | undefined {
  const onPort = [...listener.hosts.values()].flatMap(host =>
    portsOf(host)
      .filter(each => portNumber(each) === port && host.resource.type === Kind.SERVICE_ENTRY)
      .map(field => ({ host, field })),
  );
  const [closest] = onPort
    .flatMap(({ host, field }) =>
      host.resource.spec
        .get('addresses')
        .texts.filter(each => isWithin(address, each))
        .map(each => ({ host, field, length: prefixOf(each) })),
    )
    .filter(({ host, field }) => scheme !== 'https' || !needsServerName(host, field))
    .sort((a, b) => b.length - a.length);
  if (closest && scheme === 'tcp' && needsServerName(closest.host, closest.field)) {
    throw new Unsimulated(
      `${closest.host.name} is distinguished by the server name of TLS (SNI), which a connection to ${address} may lack.`,
      `Send it to ${closest.host.name}.`,
    );
  }
  const isRead = scheme === 'http' && hasSharedListener(listener, port);
  return (
    closest?.host
    ?? (isRead || allocatesAddresses(cluster)
      ? undefined
      : onPort.find(({ host, field }) => isOfAnyAddress(host, field))?.host)
  );
}

/**
 * Throws {@link Unsimulated} for a TCP service that a proxy distinguishes by port alone, where another one or HTTP has
 * the port too: the one that was created first has the listener.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/listener.go
 */
export function requireOwnListener(host: Host, port: Field, listener: Listener | undefined, cluster: Cluster): void {
  if (!isOfAnyAddress(host, port) || allocatesAddresses(cluster)) {
    return;
  }
  const number = portNumber(port);
  const other = [...(listener?.hosts.values() ?? [])].find(
    each =>
      each.resource !== host.resource
      && portsOf(each).some(field => portNumber(field) === number && isOfAnyAddress(each, field)),
  );
  if (other) {
    throw new Unsimulated(
      `${host.name} and ${other.name} are TCP services without addresses on port ${number}, and one of them has all `
        + 'connections to the port.',
      'Give the ServiceEntries addresses, or different ports.',
    );
  }
  if (listener && hasSharedListener(listener, number ?? 0, host)) {
    throw new Unsimulated(
      `${host.name} is a TCP service without addresses on port ${number}, on which proxies read HTTP for other hosts: `
        + 'which of them has the listener depends on which was created first.',
      'Give the ServiceEntry addresses, or another port.',
    );
  }
}

/**
 * Whether a port of a host has all connections to its number that are for no other host and in which proxies read no
 * requests.
 */
function isOfAnyAddress({ resource }: Host, port: Field): boolean {
  return (
    resource.type === Kind.SERVICE_ENTRY
    && resource.spec.get('addresses').items.length === 0
    && carriesRequests(port) !== true
    && !['tls', 'https', 'udp'].includes(protocolOf(port) ?? '')
  );
}

/**
 * Whether the proxy handles HTTP to any address on a port, because its Sidecar or a host in its scope, other than a
 * certain one, declares HTTP there. A Service of type ExternalName has no listeners.
 */
export function hasSharedListener({ hosts, isHttp }: Listener, port: number, except?: Host): boolean {
  return (
    isHttp
    || [...hosts.values()].some(
      host =>
        host.resource !== except?.resource
        && aliasedHost(host.resource) === undefined
        && portsOf(host).some(field => portNumber(field) === port && sharesListener(host, field)),
    )
  );
}

function sharesListener({ resource }: Host, port: Field): boolean {
  return (
    carriesRequests(port) ?? (resource.type === Kind.SERVICE_ENTRY && resource.spec.get('addresses').items.length === 0)
  );
}
