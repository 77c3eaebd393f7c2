import {
  type EdgeGateway,
  isMeasuredByRoutes,
  type Labels,
  renderMeshObjectives,
  type RequestSeries,
  type TopologyChart,
} from '../kubernetes';
import { type Callee, Service } from '../topology';
import { refuse } from './refuse';
import { requestSeries } from './request-metrics';

/**
 * The objectives of services and calls, on the metrics of Linkerd's proxies, and for the requests of edges on those of the
 * gateway, which connects to pods.
 */
export function renderSlos(chart: TopologyChart, gateway: EdgeGateway | undefined, monitoringLabels: Labels): void {
  const { topology } = chart;
  const isRouted = (service: Service) =>
    topology.edges.some(({ routes }) => routes.some(each => each.service === service));
  const ofEdges = (service: Service): RequestSeries[] => {
    const series = service.objects.slo && isRouted(service) ? gateway?.requestSeriesOf(service) : undefined;
    return series ? [series] : [];
  };
  topology.services
    .filter(service => service.objects.slo && isRouted(service) && ofEdges(service).length === 0)
    .forEach(service => {
      refuse(
        service,
        `Edges lead to it, and ${gateway?.name ?? 'no gateway'} does not measure their requests to it${
          gateway?.unmeasuredGrpc === undefined ? '' : `: ${gateway.unmeasuredGrpc}`
        }.`,
        'Remove `slo`, or use Mesh.istio().',
      );
    });
  renderMeshObjectives(chart, {
    scraped: {
      name: 'linkerd-proxies',
      port: 'linkerd-admin',
      path: '/metrics',
      podTargetLabels: [...new Set(topology.services.flatMap(({ selector }) => Object.keys(selector)))],
    },
    monitoringLabels,
    isMeasuredElsewhere: service => gateway !== undefined && isMeasuredByRoutes(topology, service, gateway),
    seriesOf: (callee: Callee, caller?: Service) => [
      ...requestSeries(callee, caller),
      ...(callee instanceof Service && !caller ? ofEdges(callee) : []),
    ],
  });
}
