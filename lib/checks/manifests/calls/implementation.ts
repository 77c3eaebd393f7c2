import { type Cluster, Kind, Membership, parentGateway, parentsOf, type Resource } from '../../../manifests';
import { waypointNamed } from '../ambient/enrolment';
import { membershipOfNode } from './grants';
import type { Call } from './node';

/** Whether Istio, with its default retries, carries a call: by the caller's proxy, or by the callee's waypoint. */
export function isCarriedByIstio({ caller, callee, service }: Call, cluster: Cluster): boolean {
  switch (membershipOfNode(caller, cluster)) {
    case Membership.SIDECAR:
      return true;
    case Membership.AMBIENT:
      return (
        membershipOfNode(callee, cluster) === Membership.AMBIENT
        && waypointNamed(service.labels, cluster.namespaceLabels(service.namespace)) !== undefined
      );
    default:
      return false;
  }
}

/** Whether Istio applies a route: at an Istio gateway, or between workloads. */
export function isAppliedByIstio(route: Resource, cluster: Cluster): boolean {
  switch (route.type) {
    case Kind.VIRTUAL_SERVICE:
      return true;
    case Kind.INGRESS:
      return (route.spec.get('ingressClassName').text || route.annotations['kubernetes.io/ingress.class']) === 'istio';
    default:
      return parentsOf(route).some(parent => {
        const gateway = parentGateway(parent, cluster);
        return gateway ? isOfIstiosClass(gateway, cluster) : parent.kind === 'Service';
      });
  }
}

function isOfIstiosClass(gateway: Resource, cluster: Cluster): boolean {
  const name = gateway.spec.get('gatewayClassName').text;
  const controller = cluster.controllerOfClass(name);
  return controller === '' ? /^istio(-|$)/.test(name) : controller.startsWith('istio.io/');
}
