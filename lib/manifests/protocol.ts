import type { Field } from './resource';
import { Kind } from './kinds';

const PROTOCOLS = new Set([
  'http',
  'http2',
  'https',
  'http_proxy',
  'grpc',
  'grpc-web',
  'tcp',
  'tls',
  'udp',
  'mongo',
  'mysql',
  'redis',
]);
const BY_KUBERNETES: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/h2c', 'http2'],
  ['kubernetes.io/ws', 'http'],
  ['kubernetes.io/wss', 'https'],
]);
/** Ports of server-first protocols, which protocol detection would stall: Istio treats them as TCP. */
const SERVER_FIRST: ReadonlyMap<number, string> = new Map([
  [25, 'SMTP'],
  [53, 'DNS'],
  [3306, 'MySQL'],
  [27017, 'MongoDB'],
]);
/** The protocols that carry requests. */
const REQUESTS = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);

/**
 * The protocol that Istio selects for a port: of a Service by `appProtocol`, else by the part of the name before the
 * first dash; of a ServiceEntry or Sidecar by `protocol` only. Undefined if these do not declare one, and Istio detects
 * it from the traffic.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function protocolOf(port: Field): string | undefined {
  if (port.resource.type === Kind.SERVICE_ENTRY || port.resource.type === Kind.SIDECAR) {
    const protocol = port.get('protocol').text.toLowerCase();
    return PROTOCOLS.has(protocol) ? protocol : undefined;
  }
  if (port.get('protocol').text === 'UDP') {
    return 'udp';
  }
  const byKubernetes = BY_KUBERNETES.get(port.get('appProtocol').text);
  if (byKubernetes) {
    return byKubernetes;
  }
  const name = (port.get('appProtocol').text || port.get('name').text).toLowerCase();
  const prefix = name.startsWith('grpc-web') ? 'grpc-web' : (name.split('-')[0] ?? '');
  return PROTOCOLS.has(prefix) ? prefix : SERVER_FIRST.has(port.get('port').number ?? 0) ? 'tcp' : undefined;
}

/**
 * Whether Istio handles requests on a port, rather than connections: undefined if it detects the protocol from the
 * traffic.
 */
export function carriesRequests(port: Field): boolean | undefined {
  const protocol = protocolOf(port);
  return protocol === undefined ? undefined : REQUESTS.has(protocol);
}

/** Whether a port declares its protocol in a way that Istio supports. */
export function saysProtocol(port: Field): boolean {
  return protocolOf(port) !== undefined;
}
