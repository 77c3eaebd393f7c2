import type { IEnvoyProxy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import { Construct } from 'constructs';
import { type GatewayServiceSpec, Phase, type SpecOf, type Tracing } from '../kubernetes';
import type { Edge } from '../topology';
import { EnvoyProxy } from './resources';

/** Settings of the proxies of an edge. */
export interface ProxyProps {
  readonly serviceName: string;
  /** The Service in front of them. */
  readonly service: GatewayServiceSpec;
  /** @default - no traces */
  readonly tracing?: Tracing;
}

type Service = NonNullable<NonNullable<NonNullable<SpecOf<IEnvoyProxy>['provider']>['kubernetes']>['envoyService']>;

/** At least two pods, drained one at a time, and a Service with a fixed name; access logs are enabled by default. */
export function renderProxy(scope: Construct, edge: Edge, { serviceName, service, tracing }: ProxyProps): void {
  const place = new Construct(scope, 'infrastructure');
  Phase.GATEWAYS.assignTo(place);
  new EnvoyProxy(place, 'proxy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      provider: {
        type: 'Kubernetes',
        kubernetes: {
          envoyService: { name: serviceName, ...(service as Service) },
          envoyHpa: {
            minReplicas: 2,
            maxReplicas: 5,
            metrics: [
              { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
            ],
          },
          envoyPDB: { minAvailable: 1 },
        },
      },
      telemetry: tracing ? { tracing: tracingOf(tracing) } : undefined,
    },
  });
}

function tracingOf({
  service,
  namespace,
  port,
  samplingPercent,
}: Tracing): NonNullable<SpecOf<IEnvoyProxy>['telemetry']>['tracing'] {
  return {
    samplingFraction: { numerator: Math.round(samplingPercent * 100), denominator: 10_000 },
    provider: { type: 'OpenTelemetry', backendRefs: [{ name: service, namespace, port }] },
  };
}
