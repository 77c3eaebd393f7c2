import type { k8s } from 'cdk8s-plus-27';
import type { Edge, ExternalService, IService, Port, Service } from '../topology';
import { type Peer, peersAt, pods, tcp } from './network-peers';
import type { Tunnel } from './target';

/**
 * The port at which connections to a service arrive: that of the tunnel, or its own for callers outside the mesh.
 * @param caller undefined for gateways
 */
export function portAt(
  tunnel: Tunnel | undefined,
  service: Service,
  port: Port,
  caller?: IService,
): k8s.NetworkPolicyPort {
  const isFromMesh = caller?.inMesh ?? true;
  return tcp(tunnel && isFromMesh && tunnel.carriesTo(service, caller) ? tunnel.port : port.target);
}

/**
 * The ports at which connections of a peer arrive. Whether a peer with an identity uses the tunnel to a service that
 * accepts both is not known.
 */
export function portsAt(
  tunnel: Tunnel | undefined,
  service: Service,
  port: Port,
  hasIdentity: boolean,
): k8s.NetworkPolicyPort[] {
  const own = tcp(port.target);
  if (!tunnel || !hasIdentity) {
    return [own];
  }
  return tunnel.carriesTo(service)
    ? [tcp(tunnel.port)]
    : [own, ...(tunnel.acceptsBoth(service) ? [tcp(tunnel.port)] : [])];
}

/** The pods from which connections of a caller arrive: its own, or those of the proxy before the service. */
export function sourcesOf(tunnel: Tunnel | undefined, service: Service, caller: IService): Peer[] {
  return (caller.inMesh ? fromProxy(tunnel, service, caller) : undefined) ?? peersAt(caller);
}

/**
 * The pods that a caller connects to: those of the service, or of the proxy before it. Whether the owner of a service of
 * another topology has a proxy before it is not known, so that both are allowed.
 */
export function destinationsAt(tunnel: Tunnel | undefined, service: Service, caller: IService): Peer[] {
  const proxy = caller.inMesh ? fromProxy(tunnel, service, caller) : undefined;
  return proxy ? [...(service.isForeign ? peersAt(service) : []), ...proxy] : peersAt(service);
}

/** The proxy before a service as a peer; undefined if there is none. */
export function fromProxy(tunnel: Tunnel | undefined, service: Service, from?: Edge | IService): Peer[] | undefined {
  const proxy = tunnel?.proxyBefore(service, from);
  return proxy && [pods(proxy.namespace, proxy.labels)];
}

/** The connections of a caller to an external service through a proxy; undefined if there is none. */
export function throughProxy(
  tunnel: Tunnel | undefined,
  caller: IService,
  external: ExternalService,
): k8s.NetworkPolicyEgressRule | undefined {
  const proxy = caller.inMesh ? tunnel?.proxyBefore(external, caller) : undefined;
  return tunnel && proxy && { to: [pods(proxy.namespace, proxy.labels)], ports: [tcp(tunnel.port)] };
}
