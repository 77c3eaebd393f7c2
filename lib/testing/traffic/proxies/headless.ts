import { type Cluster, type Field, hasLabels, type Host, Kind, offersMutualTls } from '../../../manifests';
import { Unsimulated } from '../unsimulated';
import { type Endpoint, podsAt } from './endpoints';
import type { Caller } from './caller';

/**
 * Whether a Service has no address of its own: its name leads to the Pods themselves, and a sidecar sends to the Pod that the client has chosen, on the port that it has asked.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function isHeadless({ resource }: Host): boolean {
  return resource.type === Kind.SERVICE && resource.spec.get('clusterIP').text === 'None';
}

/** The Pods that a client may choose. Subsets and target ports make no difference. */
export function chosenEndpoints(host: Host, port: Field, cluster: Cluster): Endpoint[] {
  return cluster.selectedBy(host.resource).flatMap(workload => podsAt(workload, port.get('port').number, port));
}

/** Throws where a client that a route leads to a headless Service has asked another one. */
export function requireChoice(host: Host, dialed: string): void {
  if (dialed !== host.name.toLowerCase()) {
    throw new Unsimulated(`A route leads from ${dialed} to ${host.name}, which is headless, and the request goes to the address that the client has asked.`, 'Route to a Service with an address.');
  }
}

/** Throws for a Pod of a headless Service that asks it. */
export function requireAnother({ name, resource }: Host, { namespace, labels }: Caller): void {
  if (namespace === resource.namespace && hasLabels(labels, resource.spec.get('selector').strings)) {
    throw new Unsimulated(`A Pod of ${name} may choose itself, and then asks itself without a proxy.`, 'Ask as another workload.');
  }
}

/** How sidecars speak to a headless Service unless they are told: mutual TLS if all of its Pods have sidecars. */
export function headlessTlsMode({ resource }: Host, cluster: Cluster): string {
  return cluster.selectedBy(resource).every(each => offersMutualTls(each, cluster)) ? 'ISTIO_MUTUAL' : 'DISABLE';
}
