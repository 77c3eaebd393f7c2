import {
  type EdgeGateway,
  isMeasuredByRoutes,
  isRouted,
  type Labels,
  renderMeshObjectives,
  type RequestSeries,
  type TopologyChart,
} from '../kubernetes';
import { type Callee, Service } from '../topology';
import { refuse } from './refuse';
import { requestSeries } from './request-metrics';

/**
 * The objectives of services and calls, on the metrics of Linkerd's proxies, and for the requests of edges on those of
 * the gateway, which connects to pods.
 */
export function renderSlos(chart: TopologyChart, gateway: EdgeGateway | undefined, monitoringLabels: Labels): void {
  const { topology } = chart;
  const routed = topology.services.filter(each => each.objects.slo && isRouted(topology, each));
  const ofEdges = (service: Service): RequestSeries[] => {
    const series = routed.includes(service) ? gateway?.requestSeriesOf(service) : undefined;
    return series ? [series] : [];
  };
  routed
    .filter(service => ofEdges(service).length === 0)
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
