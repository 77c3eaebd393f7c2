import { isIP } from 'node:net';
import {
  type Host,
  isBlockWithin,
  isWithin,
  Kind,
  type Labels,
  mayContainServices,
  type Workload,
} from '../../manifests';
import { dialedNameOf, type Message } from '../messages/message';
import { and, not, or, type Ternary, Unsimulated } from '../messages/unsimulated';
import type { Caller } from './caller';
import { dialledAddresses } from './endpoints';

/** Where a connection goes before proxies and the network lead it to Pods. */
export interface Destination {
  readonly port: number;
  /** Undefined if they are unknown. */
  readonly addresses?: readonly string[];
  /** Whether it is a Service of the cluster. */
  readonly isService: boolean;
}

/** Whether the proxy of a Pod handles its connections to a destination; undefined if that is unknown. */
export type Capture = (to: Destination) => Ternary;

const PREFIX = 'traffic.sidecar.istio.io/';

/** Whether connections to a port of Pods pass their sidecar. Ports are excluded only if all others are included. */
export function capturesInbound({ annotations }: Workload, port: number): boolean {
  const included = annotations[`${PREFIX}includeInboundPorts`] ?? '*';
  return included === '*' ? !hasPort(annotations[`${PREFIX}excludeInboundPorts`], port) : hasPort(included, port);
}

/**
 * What the sidecar of Pods handles of their connections, by the annotations of the Pods; undefined without any.
 * @see https://github.com/istio/istio/blob/master/tools/istio-iptables/pkg/capture/run.go
 */
export function captureOfSidecar(annotations: Labels): Capture | undefined {
  const setting = (name: string) => annotations[`${PREFIX}${name}`];
  const isSet = OUTBOUND.some(each => setting(each) !== undefined);
  return isSet
    ? to =>
        and([
          !hasPort(setting('excludeOutboundPorts'), to.port),
          not(hasAddress(setting('excludeOutboundIPRanges') ?? '', to)),
          or([
            hasPort(setting('includeOutboundPorts'), to.port),
            hasAddress(setting('includeOutboundIPRanges') ?? '*', to),
          ]),
        ])
    : undefined;
}

const OUTBOUND = [
  'excludeOutboundPorts',
  'includeOutboundPorts',
  'excludeOutboundIPRanges',
  'includeOutboundIPRanges',
] as const;

/** Whether a list of ports, and of ranges such as `80-90`, has a port. */
export function hasPort(list: string | undefined, port: number): boolean {
  return partsOf(list).some(each => {
    const [first = NaN, last = first] = each.split('-').map(Number);
    return first <= port && port <= last;
  });
}

function partsOf(list = ''): string[] {
  return list.split(',').filter(each => each.trim() !== '');
}

function hasAddress(ranges: string, { addresses, isService }: Destination): Ternary {
  const blocks = partsOf(ranges);
  if (ranges === '*' || blocks.length === 0) {
    return ranges === '*';
  }
  if (!addresses) {
    return blocks.some(each => (isService ? mayContainServices(each) : !isBlockWithin(each, LINK_LOCAL)))
      ? undefined
      : false;
  }
  const isIn = (address: string) => blocks.some(each => isWithin(address, each));
  return addresses.every(isIn) ? true : addresses.some(isIn) ? undefined : false;
}

/** Addresses that no name resolves to: metadata of cloud providers. */
const LINK_LOCAL = '169.254.0.0/16';

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
