import { ConfigMap } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { Phase, type TopologyChart, toYaml } from '../kubernetes';
import type { Edge } from '../topology';
import { renderEdgePolicies } from './edge-policies';
import { renderEdgeRoutes } from './edge-routes';
import { renderThrottles } from './edge-throttles';
import { Gateway } from './resources';
import type { IstioSidecars } from './sidecars';

/** For each edge: a Gateway, for which istiod makes Deployment and Service, its routes, and what requests must prove. */
export function renderIngress(chart: TopologyChart, mesh: IstioSidecars): void {
  for (const edge of chart.topology.edges) {
    renderGateway(chart, mesh, edge);
    renderEdgeRoutes(chart, edge);
    renderEdgePolicies(chart, edge);
    renderThrottles(chart, mesh, edge);
  }
}

function renderGateway(chart: TopologyChart, mesh: IstioSidecars, edge: Edge): void {
  const scope = chart.scopeOf(edge);
  const { name, namespace } = edge;
  const common = { hostname: edge.host, allowedRoutes: { namespaces: { from: 'Same' as const } } };
  new Gateway(scope, 'gateway', {
    metadata: { name, namespace },
    spec: {
      gatewayClassName: 'istio',
      infrastructure: {
        labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': edge.topology.name },
        parametersRef: { group: '', kind: 'ConfigMap', name: parametersName(edge) },
      },
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', ...common },
        ...(edge.tlsSecret
          ? [{ name: 'https', port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate' as const, certificateRefs: [{ name: edge.tlsSecret }] }, ...common }]
          : []),
      ],
    },
  });
  renderParameters(scope, mesh, edge);
}

/**
 * What istiod merges into the workload that it makes: how its Service is exposed, and more than one pod.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
function renderParameters(scope: Construct, mesh: IstioSidecars, edge: Edge): void {
  const place = new Construct(scope, 'infrastructure');
  Phase.GATEWAYS.assignTo(place);
  new ConfigMap(place, 'parameters', {
    metadata: { name: parametersName(edge), namespace: edge.namespace },
    data: {
      service: toYaml({ spec: { type: mesh.gatewayService } }),
      horizontalPodAutoscaler: toYaml({
        spec: { minReplicas: 2, maxReplicas: 5, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }] },
      }),
      podDisruptionBudget: toYaml({ spec: { maxUnavailable: 1 } }),
    },
  });
}

function parametersName(edge: Edge): string {
  return `${edge.name}-gateway`;
}
