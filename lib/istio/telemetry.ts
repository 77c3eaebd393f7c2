import type { Construct } from 'constructs';
import type { EdgeGateway, Labels, TopologyChart, Tracing } from '../kubernetes';
import { Telemetry } from './resources';

/**
 * An access log on the proxy's standard output, and traces if a backend is set: for each namespace that the topology
 * owns, and elsewhere for each of its workloads. (Istio merges all Telemetries that select a workload.)
 */
export function renderTelemetry(chart: TopologyChart, gateway: EdgeGateway, tracing: Tracing | undefined): void {
  const { topology } = chart;
  const render = (scope: Construct, name: string, namespace: string, labels?: Labels): void => {
    new Telemetry(scope, 'telemetry', {
      metadata: { name, namespace },
      spec: {
        ...(labels ? { selector: { matchLabels: { ...labels } } } : {}),
        accessLogging: [{ providers: [{ name: 'envoy' }] }],
        tracing: tracing
          ? [{ providers: [{ name: tracing.provider }], randomSamplingPercentage: tracing.samplingPercent }]
          : undefined,
      },
    });
  };
  topology.ownNamespaces.forEach(namespace => render(chart.scopeOfNamespace(namespace), 'default', namespace));
  topology.services
    .filter(({ inMesh, exists, namespace }) => inMesh && !exists && !topology.owns(namespace))
    .forEach(service => render(chart.scopeOf(service), service.name, service.namespace, service.selector));
  topology.edges
    .filter(({ namespace }) => !topology.owns(namespace))
    .forEach(edge => render(chart.scopeOf(edge), edge.name, edge.namespace, gateway.labelsOf(edge)));
}
