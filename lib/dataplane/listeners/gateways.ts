import {
  type Cluster,
  controllerOf,
  fullHost,
  hasLabels,
  Kind,
  type Labels,
  memo,
  type Resource,
  targetPortOf,
  type Workload,
} from '../../manifests';
import { labelsByIstio, usualName } from '../endpoints/gateway-labels';
import { installedGateways, type PublishedPort } from './installed-gateways';
import { listenersOf } from './listener-sets';

/** The Pods of a gateway. */
export interface GatewayPods {
  /** The name of their workload. */
  readonly name: string;
  /** Undefined if no manifest declares it. */
  readonly namespace?: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** Undefined where they are assumed, or made by a controller. */
  readonly workload?: Workload;
  /** The Gateway of the Gateway API for which a controller makes them. */
  readonly gateway?: Resource;
  /** Whether an object among the manifests declares them, rather than Istio's usual installation. */
  readonly isDeclared?: boolean;
  /** The ports of the Services that select them; none where no Service is known. */
  readonly ports: readonly PublishedPort[];
}

/**
 * The gateways of a cluster: workloads among the manifests, Pods that controllers make for Gateways of the Gateway API,
 * and those that Istio's installations have. Checks and the simulator have the same ones.
 */
export class Gateways {
  /** Those of a cluster, cached. */
  static readonly of = memo((cluster: Cluster) => new Gateways(cluster));

  /** The Pods of gateways that no manifest contains. */
  readonly unseen: readonly GatewayPods[];
  private readonly hosts: ReadonlyMap<string, GatewayPods>;

  private constructor(private readonly cluster: Cluster) {
    const made = cluster
      .all(Kind.GATEWAY)
      .filter(each => controllerOf(each, cluster) !== 'envoy-gateway')
      .map(each => madeFor(each, cluster));
    this.unseen = [
      ...made,
      ...installedGateways(cluster)
        .filter(({ namespace, labels }) => cluster.workloads.select(labels, namespace).length === 0)
        .map(each => ({ ...each, ports: [...each.ports, ...declaredPorts(each, cluster)] })),
    ];
    this.hosts = new Map(
      this.unseen.flatMap(each =>
        each.namespace === undefined ? [] : [[fullHost(each.name, each.namespace, cluster.clusterDomain), each]],
      ),
    );
  }

  /**
   * The Pods that a Gateway of Istio selects, in any namespace: those of the manifests, else made or installed ones.
   * None if nothing is known of Pods with these labels.
   */
  selectedBy(gateway: Resource): readonly GatewayPods[] {
    const selector = gateway.spec.get('selector').strings;
    const workloads = this.cluster.workloads.select(selector);
    return workloads.length > 0 ? workloads.map(each => ofWorkload(each, this.cluster)) : this.select(selector);
  }

  /** The Pods among {@link unseen} that may have the labels, in one namespace or in any. */
  select(selector: Labels, namespace?: string): readonly GatewayPods[] {
    return this.unseen.filter(
      each =>
        (namespace === undefined || each.namespace === undefined || each.namespace === namespace)
        && hasLabels(each.labels, selector),
    );
  }

  /**
   * Whether a host is that of a Service of unseen Pods, or of the control plane; a Helm release may be in any namespace
   * without workloads.
   */
  hasHost(host: string, namespace: string): boolean {
    const full = fullHost(host, namespace, this.cluster.clusterDomain);
    const suffix = `.svc.${this.cluster.clusterDomain}`;
    const [name, own, ...rest] = full.endsWith(suffix) ? full.slice(0, -suffix.length).split('.') : [];
    return (
      this.hosts.has(full)
      || (own === this.cluster.mesh.rootNamespace && /^istiod(-|$)/.test(name ?? ''))
      || (own !== undefined
        && rest.length === 0
        && this.mayBeIn(own)
        && this.unseen.some(each => each.namespace === undefined && each.name === name))
    );
  }

  /** Whether unseen Pods may have the identity of a ServiceAccount. */
  hasAccount(namespace: string, serviceAccount: string): boolean {
    return this.unseen.some(
      each =>
        each.serviceAccount === serviceAccount
        && (each.namespace === undefined ? this.mayBeIn(namespace) : each.namespace === namespace),
    );
  }

  /** Whether a namespace is that of unseen Pods; Helm releases are in namespaces of their name by convention. */
  hasNamespace(name: string): boolean {
    return this.unseen.some(each => (each.namespace ?? each.name) === name);
  }

  private mayBeIn(namespace: string): boolean {
    return this.cluster.workloads.in(namespace).length === 0;
  }
}

/** Waypoints have the name of their Gateway, without its class. */
function madeFor(gateway: Resource, cluster: Cluster): GatewayPods {
  const isWaypoint = gateway.spec.get('gatewayClassName').text.startsWith('istio-waypoint');
  const usual = isWaypoint ? gateway.name : usualName(gateway);
  return {
    name: gateway.annotations['gateway.istio.io/name-override'] || usual,
    namespace: gateway.namespace,
    labels: labelsByIstio(gateway),
    serviceAccount: gateway.annotations['gateway.istio.io/service-account'] || usual,
    gateway,
    isDeclared: true,
    ports: listenersOf(gateway, cluster)
      .flatMap(each => each.get('port').number ?? [])
      .map(port => ({ port, targetPort: port })),
  };
}

function ofWorkload(workload: Workload, cluster: Cluster): GatewayPods {
  const { name, namespace, labels, serviceAccount } = workload;
  return { name, namespace, labels, serviceAccount, workload, ports: portsInFrontOf(workload, cluster) };
}

/** The ports of the Services that select a workload; those for UDP are not of a gateway. */
function portsInFrontOf(workload: Workload, cluster: Cluster): PublishedPort[] {
  return cluster
    .servicesOf(workload)
    .flatMap(each => each.spec.get('ports').items)
    .filter(each => each.get('protocol').text !== 'UDP')
    .flatMap(each => {
      const [port, targetPort] = [each.get('port').number, targetPortOf(each, workload)];
      return port === undefined ? [] : [{ port, targetPort: targetPort ?? port }];
    });
}

/** The ports of Services among the manifests that select installed Pods. */
function declaredPorts({ namespace, labels }: Omit<GatewayPods, 'ports'>, cluster: Cluster): PublishedPort[] {
  return cluster
    .all(Kind.SERVICE)
    .filter(each => namespace === undefined || each.namespace === namespace)
    .filter(({ spec }) => {
      const selector = spec.get('selector').strings;
      return Object.keys(selector).length > 0 && hasLabels(labels, selector);
    })
    .flatMap(each => each.spec.get('ports').items)
    .flatMap(each => {
      const port = each.get('port').number;
      return port === undefined ? [] : [{ port, targetPort: each.get('targetPort').number ?? port }];
    });
}
