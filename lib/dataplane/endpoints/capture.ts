import { isBlockWithin, isWithin, type Labels, mayContainServices, type Workload } from '../../manifests';
import { and, not, or, type Ternary } from '../messages/unsimulated';

/** Where a connection goes before proxies and the network lead it to Pods. */
interface Destination {
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
