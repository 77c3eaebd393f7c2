import { isIP } from 'node:net';
import { type Host, Kind } from '../../manifests';
import { dialedNameOf, type Message } from '../messages/message';
import { type Ternary, Unsimulated } from '../messages/unsimulated';
import type { Caller } from './caller';
import { dialledAddresses } from './endpoints';

/** Whether the proxy of a caller handles what it sends to a name, which a host has; undefined if that is unknown. */
export function capturing({ captures }: Caller, target: Host | undefined, port: number, name: string): Ternary {
  const isService = target?.resource.type === Kind.SERVICE;
  const own = isIP(name) === 0 ? undefined : [name];
  const addresses = own ?? (target && (isService ? clusterAddresses(target) : dialledAddresses(target)));
  return captures ? captures({ port, addresses, isService }) : true;
}

/** The addresses of a Service; those of a headless one are of its Pods. */
function clusterAddresses({ resource: { spec } }: Host): readonly string[] | undefined {
  const addresses = [spec.get('clusterIP').text, ...spec.get('clusterIPs').texts].filter(each => isIP(each) !== 0);
  return addresses.length > 0 ? addresses : undefined;
}

/** Whether the proxy of a caller handles a request or connection. Throws if that is unknown. */
export function isCaptured(caller: Caller, target: Host | undefined, message: Message): boolean {
  const captured = capturing(caller, target, message.port, dialedNameOf(message));
  if (captured === undefined) {
    throw new Unsimulated(
      `Annotations of ${caller.title} exclude some addresses from its proxy, and that of ${message.host} is unknown.`,
      'Set the `clusterIP` of the Service, or send the request to an address.',
    );
  }
  return captured;
}

/** A caller whose proxy does not handle a connection. */
export function withoutProxy(caller: Caller): Caller {
  return { ...caller, proxy: undefined, linkerd: undefined };
}

/** How the connections of a caller get to their destination, if no proxy routes them. */
export function carriedBy({ title, proxy, linkerd, captures }: Caller): string {
  if (proxy?.isZtunnel) {
    return 'carried by ztunnel';
  }
  if (linkerd) {
    return 'carried by the proxy of Linkerd';
  }
  return !proxy && captures
    ? `direct connection: annotations of ${title} exclude it from its proxy`
    : 'direct connection without a proxy';
}
