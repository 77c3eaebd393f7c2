import type { Field } from './field';
import { Kind } from './kinds';

const PROTOCOLS = new Set(['http', 'http2', 'https', 'http_proxy', 'grpc', 'grpc-web', 'tcp', 'tls', 'udp', 'mongo', 'mysql', 'redis']);
const BY_KUBERNETES: ReadonlyMap<string, string> = new Map([['kubernetes.io/h2c', 'http2'], ['kubernetes.io/ws', 'http'], ['kubernetes.io/wss', 'https']]);
/** Ports whose servers speak first, so that looking at the traffic would stall them: Istio takes them for TCP. */
const SERVER_FIRST: ReadonlyMap<number, string> = new Map([[25, 'SMTP'], [53, 'DNS'], [3306, 'MySQL'], [27017, 'MongoDB']]);
/** Those which carry requests. */
const REQUESTS = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);

/**
 * What Istio takes a port for: of a Service by `appProtocol`, else by the part of the name before the first dash; of a ServiceEntry by `protocol` alone, whatever the name is.
 * Undefined if that says nothing, and Istio looks at the traffic.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function protocolOf(port: Field): string | undefined {
  if (port.resource.type === Kind.SERVICE_ENTRY) {
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
  const prefix = name.startsWith('grpc-web') ? 'grpc-web' : name.split('-')[0] ?? '';
  return PROTOCOLS.has(prefix) ? prefix : SERVER_FIRST.has(port.get('port').number ?? 0) ? 'tcp' : undefined;
}

/** Whether Istio sees requests on a port, rather than connections: undefined if it has to look at the traffic. */
export function carriesRequests(port: Field): boolean | undefined {
  const protocol = protocolOf(port);
  return protocol === undefined ? undefined : REQUESTS.has(protocol);
}

/** Whether a port says what it carries in a way that Istio understands. */
export function saysProtocol(port: Field): boolean {
  return protocolOf(port) !== undefined;
}
