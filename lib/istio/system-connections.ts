import { pods, type SystemConnections, tcp, type TelemetryBackend, type Tracing } from '../kubernetes';
import type { AccessLog } from './access-log';

/** @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const ISTIOD = 15012;
const MERGED_METRICS = 15020;
const ENVOY_METRICS = 15090;

/** What proxies of a mesh are configured with. */
interface MeshBackends {
  readonly tracing?: Tracing;
  readonly accessLog: AccessLog;
}

/** The backends that all proxies connect to. */
export function telemetryBackends({ tracing, accessLog }: MeshBackends): readonly TelemetryBackend[] {
  return [tracing, accessLog.backend].filter(each => each !== undefined);
}

/** Configuration and certificates from istiod, spans to the collector, metrics scraped from any namespace. */
export function proxyConnections(controlPlaneNamespace: string, mesh: MeshBackends): SystemConnections {
  return {
    ingress: [{ from: [{ namespaceSelector: {} }], ports: [tcp(MERGED_METRICS), tcp(ENVOY_METRICS)] }],
    egress: [
      { to: [pods(controlPlaneNamespace, { app: 'istiod' })], ports: [tcp(ISTIOD)] },
      ...telemetryBackends(mesh).map(({ namespace, port }) => ({
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }],
        ports: [tcp(port)],
      })),
    ],
  };
}
