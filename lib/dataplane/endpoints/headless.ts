import { type Cluster, type Field, hasLabels, type Host, Kind, type Resource, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import { type Endpoint, podsAt } from './endpoints';
import type { Caller } from './caller';
import { acceptsMutualTls } from './membership';

/**
 * Whether a Service is headless: its name resolves to the Pods, and a sidecar forwards to the Pod and port that the
 * client has chosen.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function isHeadless({ resource }: Pick<Host, 'resource'>): boolean {
  return resource.type === Kind.SERVICE && resource.spec.get('clusterIP').text === 'None';
}

/** The Pods that a client may choose, besides itself if there are others. Subsets and target ports make no difference. */
export function chosenEndpoints(host: Host, port: Field, client: Client, cluster: Cluster): Endpoint[] {
  const all = cluster.selectedBy(host.resource).flatMap(workload => podsAt(workload, port.get('port').number, port));
  const others = all
    .map(each => ({ ...each, weight: each.workload ? othersOf(each.workload, client) : each.weight }))
    .filter(({ weight }) => weight > 0);
  return others.length > 0 ? others : all;
}

/** Throws for the only Pod of a headless Service that calls it. */
export function requireAnother(host: Host, client: Client, cluster: Cluster): void {
  if (isOnlyPod(host, client, cluster)) {
    throw new Unsimulated(
      `The Pod is the only one of ${host.name}, and it reaches its own address without the proxy.`,
      'Use another workload as the caller.',
    );
  }
}

/** Whether a client may choose itself among the Pods of a headless Service. */
export function mayChooseItself(host: Host, client: Client, cluster: Cluster): boolean {
  return isHeadless(host) && cluster.selectedBy(host.resource).some(each => each.replicas > 0 && isOwn(each, client));
}

/** Whether a client is the only Pod of a headless Service. */
export function isOnlyPod(host: Host, client: Client, cluster: Cluster): boolean {
  const all = isHeadless(host) ? cluster.selectedBy(host.resource).filter(each => each.replicas > 0) : [];
  return all.length > 0 && all.every(each => othersOf(each, client) === 0);
}

/** Whether DNS has a name for a single Pod behind a headless Service. Autoscalers may add Pods of a StatefulSet. */
export function hasPod(headless: Resource, hostname: string, cluster: Cluster): boolean {
  return (
    /^\d+-\d+-\d+-\d+$/.test(hostname)
    || cluster.selectedBy(headless).some(({ resource, name, pod, namespace }) => {
      const [, ordinal] =
        resource.type === Kind.STATEFUL_SET ? (/^(\d+)$/.exec(hostname.slice(name.length + 1)) ?? []) : [];
      const start = resource.spec.get('ordinals', 'start').number ?? 0;
      const isScaled = cluster
        .all(Kind.HPA)
        .some(each => each.namespace === namespace && each.spec.get('scaleTargetRef', 'name').text === name);
      return ordinal !== undefined && hostname.startsWith(`${name}-`)
        ? resource.spec.get('serviceName').text === headless.name
            && Number(ordinal) >= start
            && (isScaled || Number(ordinal) < start + (resource.spec.get('replicas').number ?? 1))
        : pod.get('subdomain').text === headless.name && pod.get('hostname').text === hostname;
    })
  );
}

/** Who chooses among the Pods: a workload, by its labels. */
type Client = Pick<Caller, 'namespace' | 'labels'>;

/** The number of Pods of a workload besides the client: of a DaemonSet, those on other nodes. */
function othersOf(workload: Workload, client: Client): number {
  return isOwn(workload, client) && workload.resource.type !== Kind.DAEMON_SET
    ? workload.replicas - 1
    : workload.replicas;
}

/** Whether a client is a Pod of a workload. */
function isOwn(workload: Workload, { namespace, labels }: Client): boolean {
  return (
    workload.namespace === namespace
    && Object.keys(workload.labels).length === Object.keys(labels).length
    && hasLabels(labels, workload.labels)
  );
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

/** The default TLS mode of sidecars for a headless Service: mutual TLS if all of its Pods have sidecars. */
export function headlessTlsMode({ resource }: Host, cluster: Cluster): string {
  return cluster.selectedBy(resource).every(each => acceptsMutualTls(each, cluster)) ? 'ISTIO_MUTUAL' : 'DISABLE';
}
