import type { IEnvoyProxy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import { Construct } from 'constructs';
import { type GatewayServiceSpec, Phase, type SpecOf, type Tracing } from '../kubernetes';
import { DRAIN, type Edge, ValidationError } from '../topology';
import { EnvoyProxy } from './resources';

/** Settings of the proxies of an edge. */
export interface ProxyProps {
  readonly serviceName: string;
  /** The Service in front of them. */
  readonly service: GatewayServiceSpec;
  /** Whether a load balancer has the addresses of the pods as its targets. */
  readonly hasPodTargets: boolean;
  /** @default - no traces */
  readonly tracing?: Tracing;
  /** Whether metrics have the names of the Services. */
  readonly areBackendsMeasured: boolean;
}

type Service = NonNullable<NonNullable<NonNullable<SpecOf<IEnvoyProxy>['provider']>['kubernetes']>['envoyService']>;

/** At least two pods, drained one at a time, and a Service with a fixed name; access logs are enabled by default. */
export function renderProxy(
  scope: Construct,
  edge: Edge,
  { serviceName, service, hasPodTargets, tracing, areBackendsMeasured }: ProxyProps,
): void {
  const place = new Construct(scope, 'infrastructure');
  Phase.GATEWAYS.assignTo(place);
  new EnvoyProxy(place, 'proxy', {
    metadata: { name: edge.gatewayName, namespace: edge.namespace },
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
      // While it drains, a proxy accepts connections and closes them after their current requests.
      shutdown: hasPodTargets
        ? { minDrainDuration: `${DRAIN.serving}s`, drainTimeout: `${DRAIN.serving + DRAIN.closing}s` }
        : undefined,
      telemetry:
        tracing || areBackendsMeasured
          ? {
              tracing: tracing && tracingOf(tracing),
              metrics: areBackendsMeasured ? { clusterStatName: '%BACKEND_REFS%' } : undefined,
            }
          : undefined,
    },
  });
}

type ProxyTracing = NonNullable<NonNullable<SpecOf<IEnvoyProxy>['telemetry']>['tracing']>;

function tracingOf(tracing: Tracing): ProxyTracing {
  const { service, namespace, port, samplingPercent } = tracing;
  return {
    samplingFraction: { numerator: Math.round(samplingPercent * 100), denominator: 10_000 },
    provider: { type: providerOf(tracing), backendRefs: [{ name: service, namespace, port }] },
    customTags: tagsOf(tracing),
  };
}

/** Rejects a backend whose protocol Envoy Gateway does not support. */
function providerOf({ provider }: Tracing): 'OpenTelemetry' | 'Zipkin' {
  if (provider === 'skywalking') {
    throw new ValidationError({
      code: 'NotRendered',
      path: 'EnvoyGateway',
      summary: 'Envoy Gateway cannot send spans to SkyWalking.',
      fix: 'Use Tracing.openTelemetry or Tracing.zipkin.',
    });
  }
  return provider === 'zipkin' ? 'Zipkin' : 'OpenTelemetry';
}

function tagsOf({ tags }: Tracing): ProxyTracing['customTags'] {
  const entries = Object.entries(tags).map(
    ([
      name,
      {
        _source: { literal, header, environment },
      },
    ]) => [
      name,
      literal
        ? { type: 'Literal', literal }
        : header
          ? { type: 'RequestHeader', requestHeader: header }
          : { type: 'Environment', environment },
    ],
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
