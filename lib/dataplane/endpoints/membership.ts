import { type Cluster, isInLinkerd, Membership, membershipOf, offersMutualTls, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';

/** Where a result would depend on whether the Pods of a namespace that manifests do not declare are in the mesh. */
export class UnknownMembership extends Unsimulated {
  constructor(readonly namespace: string) {
    super(
      `The manifests do not declare the namespace ${namespace}, so it is unknown whether its Pods are in the mesh.`,
      'Add the Namespace, or set its labels: '
        + `\`namespaceLabels: { ${JSON.stringify(namespace)}: { 'istio-injection': 'enabled' } }\`.`,
    );
  }
}

/** Whether a workload has a sidecar. Throws for ambient mode, and if it is unknown. */
export function hasSidecar(workload: Workload, cluster: Cluster): boolean {
  switch (membershipOf(workload, cluster)) {
    case Membership.SIDECAR:
      return true;
    case Membership.NONE:
      return false;
    case Membership.UNKNOWN:
      throw new UnknownMembership(workload.namespace);
    case Membership.AMBIENT:
      throw new Unsimulated(
        `${workload.namespace}/${workload.name} is in ambient mode.`,
        'Only workloads with sidecars, and those outside the mesh, are simulated.',
      );
  }
}

/** Whether a workload has a proxy of Linkerd. Throws if that is unknown, or if Istio injects one, too. */
export function hasLinkerdProxy(workload: Workload, cluster: Cluster): boolean {
  const isIn = isInLinkerd(workload, cluster);
  if (isIn === false) {
    return false;
  }
  if (isIn === undefined) {
    throw new Unsimulated(
      `The manifests do not declare the namespace ${workload.namespace}, so it is unknown whether Linkerd injects its Pods.`,
      'Add the Namespace, or annotate the Pods with `linkerd.io/inject`.',
    );
  }
  const ofIstio = membershipOf(workload, cluster);
  if (ofIstio === Membership.UNKNOWN) {
    throw new UnknownMembership(workload.namespace);
  }
  if (ofIstio !== Membership.NONE) {
    throw new Unsimulated(
      `${workload.namespace}/${workload.name} is in the meshes of Linkerd and of Istio.`,
      'Remove it from one of them.',
    );
  }
  return true;
}

/** Whether the Pods are a gateway of Istio: their proxy serves Gateways, and no application is behind it. */
export function isGatewayPod({ annotations }: Workload): boolean {
  return (annotations['inject.istio.io/templates'] ?? '').split(',').some(each => each.trim() === 'gateway');
}

/** Whether callers may use mutual TLS to a workload. Throws if that is unknown. */
export function acceptsMutualTls(workload: Workload, cluster: Cluster): boolean {
  if (membershipOf(workload, cluster) === Membership.UNKNOWN) {
    throw new UnknownMembership(workload.namespace);
  }
  return offersMutualTls(workload, cluster);
}
