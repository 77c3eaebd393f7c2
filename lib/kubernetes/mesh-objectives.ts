import type { Call, Callee, Service } from '../topology';
import type { Objective } from './burn-rate-rules';
import { renderDashboard } from './dashboard';
import { objectivesOf, renderPodMonitor, renderPrometheusRule, type Scraped } from './objectives';
import type { RequestSeries } from './request-series';
import type { ITopologyChart, Labels } from './topology-chart';

/** How a mesh measures the requests to services, and how its objects are found. */
interface MeasuringMesh {
  /** The proxies of a namespace. */
  readonly scraped: Omit<Scraped, 'namespace'>;
  readonly monitoringLabels: Labels;
  /** Whether the rules of a service are rendered by its gateway. */
  readonly isMeasuredElsewhere?: (service: Service) => boolean;
  /** The series of the requests to a callee, of one caller or of all. Throws for what no series count. */
  seriesOf(callee: Callee, caller?: Service): readonly RequestSeries[];
}

/**
 * For each service with objectives, or with calls that have some, a PrometheusRule; if there is any, a PodMonitor
 * in each namespace of the topology and a dashboard.
 * @see https://prometheus-operator.dev/docs/api-reference/api/
 */
export function renderMeshObjectives(chart: ITopologyChart, mesh: MeasuringMesh): void {
  const { monitoringLabels, scraped } = mesh;
  const declared = chart.topology.services.flatMap(service => rulesOf(service, mesh));
  if (declared.length === 0) {
    return;
  }
  for (const { service, name, objectives } of declared) {
    const { namespace } = service;
    renderPrometheusRule(chart.scopeOf(service), { name, namespace }, objectives, monitoringLabels);
  }
  for (const namespace of chart.topology.ownNamespaces) {
    renderPodMonitor(chart.scopeOfNamespace(namespace), { ...scraped, namespace }, monitoringLabels);
  }
  renderDashboard(chart, service => mesh.seriesOf(service), monitoringLabels);
}

interface RuleOfService {
  readonly service: Service;
  readonly name: string;
  readonly objectives: readonly Objective[];
}

/** The objectives for all requests to a service, and those for its calls. */
function rulesOf(service: Service, mesh: MeasuringMesh): RuleOfService[] {
  const { objects, outgoingCalls, name } = service;
  const ofService = objects.slo && !mesh.isMeasuredElsewhere?.(service) ? objectivesAt(objects.slo, mesh, service) : [];
  const ofCalls = outgoingCalls.flatMap(({ slo, callee }) =>
    slo ? objectivesAt(slo, mesh, callee as Callee, service) : [],
  );
  return [
    { service, name: `${name}.slo`, objectives: ofService },
    { service, name: `${name}.calls.slo`, objectives: ofCalls },
  ].filter(({ objectives }) => objectives.length > 0);
}

function objectivesAt(
  slo: NonNullable<Call['slo']>,
  mesh: MeasuringMesh,
  callee: Callee,
  caller?: Service,
): Objective[] {
  const { namespace, name } = callee;
  const from = caller && `${caller.namespace}/${caller.name}`;
  return objectivesOf(slo, {
    requests: `requests ${from === undefined ? '' : `of ${from} `}to ${namespace}/${name}`,
    labels: { namespace, service: name, ...(from === undefined ? {} : { caller: from }) },
    sources: mesh.seriesOf(callee, caller),
  });
}
