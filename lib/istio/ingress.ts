import type { TopologyChart } from '../kubernetes';
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
  const common = { hostname: edge.host, allowedRoutes: { namespaces: { from: 'Same' as const } } };
  new Gateway(chart.scopeOf(edge), 'gateway', {
    metadata: {
      name: edge.name,
      namespace: edge.namespace,
      annotations: { 'networking.istio.io/service-type': mesh.gatewayService },
    },
    spec: {
      gatewayClassName: 'istio',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', ...common },
        ...(edge.tlsSecret
          ? [{ name: 'https', port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate' as const, certificateRefs: [{ name: edge.tlsSecret }] }, ...common }]
          : []),
      ],
    },
  });
}
