import { model, nothing, resources, tasksOf } from './task';

export const ISTIO_OBSERVABILITY = tasksOf('Istio: observability and extensibility', [
  model(
    'Telemetry API',
    '`accessLog`, `tracing` and `metrics` of the mesh, `telemetry` of a service',
    'istio/service-telemetry.test.ts › the access log of one service has a filter of its own, or is disabled',
  ),
  model(
    'Tags and dimensions of metrics',
    '`metrics: { tags, removedTags }` of the mesh',
    'istio/membership.test.ts › dimensions of metrics are added and removed for all metrics',
  ),
  nothing('Metrics of TCP services', 'proxies report them by default'),
  resources('Classification of metrics by request', '`WasmPlugin`, `ProxyConfig`'),
  model(
    'Metrics in Prometheus, of applications too',
    "`allowFrom(Peer.pods({ namespace: 'monitoring', labels }), { port, plaintext: true })`",
    'kubernetes/allowed-peers.test.ts › a caller without a proxy is allowed in plaintext on its port alone',
  ),
  nothing('Grafana dashboards', 'they read from Prometheus'),
  model(
    'Access logs by the Telemetry API, with filters and providers',
    '`accessLog: AccessLog.standardOutput({ filter })`',
    'istio/membership.test.ts › the access log has those requests that the filter selects',
  ),
  model(
    'Access logs of Envoy',
    'rendered for each namespace; another format by a patch',
    'istio/membership.test.ts › is in the Telemetry of each namespace, beside the access log',
  ),
  model(
    'Access logs by OpenTelemetry',
    '`AccessLog.openTelemetry`',
    'istio/membership.test.ts › the collector of an access log is reachable by every proxy',
  ),
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
  model(
    'Traces by Zipkin',
    '`Tracing.zipkin`',
    'istio/install.test.ts › a tracing backend is a provider of the mesh configuration: %s',
  ),
  model(
    'Traces by SkyWalking',
    '`Tracing.skyWalking`',
    'istio/install.test.ts › a tracing backend is a provider of the mesh configuration: %s',
  ),
  model(
    'Sampling of traces',
    '`samplingPercent` for the mesh',
    'istio/membership.test.ts › is in the Telemetry of each namespace, beside the access log',
  ),
  model(
    'Traces by the Telemetry API, with tags and by workload',
    '`tags` of the mesh; `telemetry: { samplingPercent, traceTags, traceHeaderTags }` of a service',
    'istio/service-telemetry.test.ts › the traces of one service have its share and its tags, besides those of the mesh',
  ),
  model(
    'Traces by MeshConfig and annotations of pods',
    '`tracing` of the mesh, and `telemetry` of a service, which the Telemetry API has in place of annotations',
    'istio/service-telemetry.test.ts › tags alone keep the share of the mesh',
  ),
  nothing('Visualization in Kiali', 'it reads from Prometheus and the API server'),
  model(
    'Remote access to telemetry addons',
    '`addEdge` to a service with `existingWorkload` and `inMesh: false` in `istio-system`',
    'kubernetes/ownership.test.ts › allow the routes of an edge to refer to the Services of these only',
  ),
  model(
    'Wasm modules',
    '`proxyExtensions: [ProxyExtension.wasm({ url, sha256 })]` of a service',
    'istio/proxy-extensions.test.ts › are WasmPlugins for its inbound requests, which fail closed, in the declared order',
  ),
  model(
    'Lua scripts',
    '`proxyExtensions: [ProxyExtension.lua(script)]` of a service',
    'istio/proxy-extensions.test.ts › are filters of one EnvoyFilter, after policies are evaluated',
  ),
]);
