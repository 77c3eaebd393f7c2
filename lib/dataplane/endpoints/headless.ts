import { type Cluster, type Field, hasLabels, type Host, Kind } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import { type Endpoint, podsAt } from './endpoints';
import type { Caller } from './caller';
import { acceptsMutualTls } from './membership';

/**
 * Whether a Service is headless: its name resolves to the Pods, and a sidecar forwards to the Pod and port that the
 * client has chosen.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function isHeadless({ resource }: Host): boolean {
  return resource.type === Kind.SERVICE && resource.spec.get('clusterIP').text === 'None';
}

/** The Pods that a client may choose. Subsets and target ports make no difference. */
export function chosenEndpoints(host: Host, port: Field, cluster: Cluster): Endpoint[] {
  return cluster.selectedBy(host.resource).flatMap(workload => podsAt(workload, port.get('port').number, port));
}

/** Throws if a route leads to a headless Service from another host. */
export function requireChoice(host: Host, dialed: string): void {
  if (dialed !== host.name.toLowerCase()) {
    throw new Unsimulated(
      `A route leads from ${dialed} to ${host.name}, which is headless, and the request goes to the `
        + 'original destination address.',
      'Route to a Service with a cluster IP.',
    );
  }
}

/** Throws for a Pod that calls its own headless Service. */
export function requireAnother({ name, resource }: Host, { namespace, labels }: Caller): void {
  if (namespace === resource.namespace && hasLabels(labels, resource.spec.get('selector').strings)) {
    throw new Unsimulated(
      `A Pod of ${name} may choose its own address, which bypasses the proxy.`,
      'Use another workload as the caller.',
    );
  }
}

/** The default TLS mode of sidecars for a headless Service: mutual TLS if all of its Pods have sidecars. */
export function headlessTlsMode({ resource }: Host, cluster: Cluster): string {
  return cluster.selectedBy(resource).every(each => acceptsMutualTls(each, cluster)) ? 'ISTIO_MUTUAL' : 'DISABLE';
}
