import { model, nothing, resources, tasksOf } from './task';

export const ISTIO_OBSERVABILITY = tasksOf('Istio: observability and extensibility', [
  resources('Telemetry API', 'access log and traces of each namespace are rendered; more by `Telemetry`'),
  resources('Tags and dimensions of metrics', 'a patch of the rendered Telemetry'),
  nothing('Metrics of TCP services', 'proxies report them by default'),
  resources('Classification of metrics by request', '`WasmPlugin`, `ProxyConfig`'),
  model(
    'Metrics in Prometheus, of applications too',
    "`allowFrom(Peer.pods({ namespace: 'monitoring', labels }), { port, plaintext: true })`",
    'kubernetes/allowed-peers.test.ts › a caller without a proxy is allowed in plaintext on its port alone',
  ),
  nothing('Grafana dashboards', 'they read from Prometheus'),
  resources('Access logs by the Telemetry API, with filters and providers', 'a patch of the rendered Telemetry'),
  model(
    'Access logs of Envoy',
    'rendered for each namespace; another format by a patch',
    'istio/membership.test.ts › is in the Telemetry of each namespace, beside the access log',
  ),
  resources('Access logs by OpenTelemetry', 'a patch of the IstioOperator object for the provider'),
  model(
    'Traces by OpenTelemetry',
    '`Tracing.openTelemetry`',
    'istio/membership.test.ts › is in the Telemetry of each namespace, beside the access log',
  ),
  model(
    'Traces in Jaeger',
    '`Tracing.openTelemetry`, since Jaeger accepts OTLP',
    'istio/membership.test.ts › has the host of the collector for every proxy, which is allowed to connect to it',
  ),
  resources('Traces by Zipkin', 'patches of the IstioOperator object and of Telemetry'),
  resources('Traces by SkyWalking', 'patches of the IstioOperator object and of Telemetry'),
  model(
    'Sampling of traces',
    '`samplingPercent` for the mesh',
    'istio/membership.test.ts › is in the Telemetry of each namespace, beside the access log',
  ),
  resources('Traces by the Telemetry API, with tags and by workload', '`Telemetry`, or a patch of the rendered one'),
  resources('Traces by MeshConfig and annotations of pods', '`podMetadata`, and a patch of the IstioOperator object'),
  nothing('Visualization in Kiali', 'it reads from Prometheus and the API server'),
  model(
    'Remote access to telemetry addons',
    '`addEdge` to a service with `existingWorkload` and `inMesh: false` in `istio-system`',
    'kubernetes/ownership.test.ts › allow the routes of an edge to refer to the Services of these only',
  ),
  resources('Wasm modules', '`WasmPlugin`'),
  resources('Lua scripts', '`EnvoyFilter`'),
]);
