import type { Env, Service, ServiceProps } from '../../lib';
import { openTelemetryDemo } from './telemetry';

export const RELEASE = '2.1.3';

export const image = (name: string) => `ghcr.io/open-telemetry/demo:${RELEASE}-${name}`;
export const telemetry = (name: string): Env => ({
  OTEL_SERVICE_NAME: name,
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'cumulative',
  OTEL_RESOURCE_ATTRIBUTES: `service.name=${name},service.namespace=opentelemetry-demo,service.version=${RELEASE}`,
});
export const component = (name: string, memoryLimit: string, props: ServiceProps) =>
  openTelemetryDemo.addService(name, {
    image: image(name),
    replicas: 1,
    runAsUser: 65532,
    writablePaths: ['/tmp'],
    resources: { memoryLimit },
    ...props,
    env: { ...telemetry(name), ...props.env },
  });
export const hostOf = (callee: Service) => callee.hostNameIn(openTelemetryDemo.namespace);
