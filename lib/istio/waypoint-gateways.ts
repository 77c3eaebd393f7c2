import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Gateway, Phase, type TopologyChart } from '../kubernetes';
import { ValidationError } from '../topology';
import { scalingParameters } from './gateway-scaling';
import { AuthorizationPolicy } from './resources';
import { WAYPOINT, type Waypoints } from './waypoints';

const PARAMETERS = `${WAYPOINT}-parameters`;

/**
 * For each namespace with a waypoint its Gateway, for which istiod creates the workload, a policy by which it allows
 * nothing, and the labels of the Services that it serves.
 * @see https://istio.io/latest/docs/ambient/usage/waypoint/
 */
export function renderWaypoints(chart: TopologyChart, waypoints: Waypoints): void {
  for (const namespace of waypoints.namespacesIn(chart.topology)) {
    requireFreeName(chart, namespace);
    const scope = new Construct(chart.scopeOfNamespace(namespace), 'waypoint');
    const metadata = { name: WAYPOINT, namespace };
    new Gateway(scope, 'gateway', {
      metadata: { ...metadata, labels: { 'istio.io/waypoint-for': 'service' } },
      spec: {
        gatewayClassName: 'istio-waypoint',
        infrastructure: {
          labels: { 'app.kubernetes.io/name': WAYPOINT, 'app.kubernetes.io/part-of': chart.topology.name },
          parametersRef: { group: '', kind: 'ConfigMap', name: PARAMETERS },
        },
        listeners: [{ name: 'mesh', port: waypoints.port, protocol: 'HBONE' }],
      },
    });
    renderParameters(scope, namespace);
    new AuthorizationPolicy(scope, 'authorization-policy', {
      metadata: { ...metadata, name: `${WAYPOINT}.allow-nothing` },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: WAYPOINT }],
        action: 'ALLOW',
      },
    });
  }
  for (const service of chart.topology.services.filter(each => waypoints.isBefore(each))) {
    for (const name of waypoints.servicesOf(service)) {
      const { metadata } = chart.object('Service', name, service.namespace);
      metadata.addLabel('istio.io/use-waypoint', WAYPOINT);
      if (waypoints.isPassedByEdges(service)) {
        metadata.addLabel('istio.io/ingress-use-waypoint', 'true');
      }
    }
  }
}

/** More than one pod, by load, which istiod merges into what it creates. */
function renderParameters(scope: Construct, namespace: string): void {
  const place = new Construct(scope, 'infrastructure');
  Phase.GATEWAYS.assignTo(place);
  new ApiObject(place, 'parameters', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: PARAMETERS, namespace },
    data: scalingParameters(),
  });
}

function requireFreeName({ topology }: TopologyChart, namespace: string): void {
  const other = [...topology.services, ...topology.edges, ...topology.externals].find(
    each => each.namespace === namespace && each.name === WAYPOINT,
  );
  if (other) {
    throw new ValidationError({
      code: 'InvalidName',
      path: other.path,
      summary: `Namespace ${namespace} has a waypoint, whose Gateway, Service and ServiceAccount have that name.`,
      fix: 'Choose another name.',
    });
  }
}
