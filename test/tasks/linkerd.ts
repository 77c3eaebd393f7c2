import { model, no, nothing, tasksOf } from './task';

export const LINKERD = tasksOf('Linkerd (by meaning: Istio is the mesh)', [
  model('Add a service to the mesh', '`Mesh.istio()`', 'istio/membership.test.ts › is a label of the namespace'),
  model(
    'Workloads outside of Kubernetes',
    "`machines: Machines.at(['10.0.8.4'])` of a service",
    'istio/machines.test.ts › are WorkloadEntries that the Service of the service selects, with its identity',
  ),
  no('Automatic failover', 'failover to another Service'),
  model(
    'Circuit breaking',
    '`addCircuitBreaker`',
    'istio/traffic.test.ts › a circuit breaker is a connection pool and outlier detection',
  ),
  model(
    'Dynamic request routing',
    '`routeTo(version, HeaderMatch)`',
    'istio/traffic.test.ts › a header route comes before the split, for each call policy',
  ),
  model(
    'Policies by route',
    '`allowedOperations`',
    'istio/security.test.ts › the operations of a call are its methods and paths, each method with its own paths',
  ),
  model(
    'Concurrency of the proxy',
    '`proxy: { concurrency }`',
    'istio/proxy-annotations.test.ts › settings of a proxy are annotations of its pod',
  ),
  model(
    'Rate limits of a service',
    '`addRateLimit`',
    'istio/service-rate-limits.test.ts › all requests of a service have one bucket in each pod',
  ),
  model(
    'Restrict access to a service',
    '`calls`; what is not declared is denied',
    'kubernetes/reachability.test.ts › pods connect where a call is declared, on its port alone, and nowhere else',
  ),
  model(
    'Retries',
    '`retries` of a call',
    'istio/traffic.test.ts › timeout and retries of a call are written in whole seconds or milliseconds',
  ),
  model(
    'Timeouts',
    '`timeout` of a call',
    'istio/traffic.test.ts › timeout and retries of a call are written in whole seconds or milliseconds',
  ),
  model(
    'Traffic shifting',
    '`split`',
    'istio/traffic.test.ts › a split is weights over subsets that the DestinationRule has',
  ),
  no('Progressive delivery with Flagger', 'weights that a controller changes: Argo Rollouts with Istio, `rollout`'),
  model(
    'Topology-aware routing',
    '`trafficDistribution`; `addCircuitBreaker` prefers the nearest locality while it is healthy',
    'kubernetes/service-access.test.ts › the preferred pods are the traffic distribution of the Service',
  ),
  model(
    'Egress traffic',
    '`addExternalService`; all hosts by `outboundTraffic: OutboundTraffic.any(…)`',
    'istio/outbound-traffic.test.ts › has ALLOW_ANY in its Sidecar, and all addresses outside in its NetworkPolicy',
  ),
  model(
    'Distributed tracing',
    '`Tracing.openTelemetry`',
    'istio/membership.test.ts › is in the Telemetry of each namespace, beside the access log',
  ),
  model(
    'Fault injection',
    '`faults` of a call',
    'istio/traffic.test.ts › faults are injected into the call that declares them',
  ),
  model(
    'Graceful shutdown',
    '`lifecycle: { preStop: LifecycleHandler.sleep(…) }`, `terminationGracePeriod`, `terminationDrainDuration`',
    'kubernetes/workload/container.test.ts › hooks run after the start and before the end',
  ),
  no('Service profiles and metrics by route', 'metrics by route'),
  model(
    'Ingress',
    '`addEdge`, or `allowFrom(Peer.pods(…))` for a controller',
    'istio/ingress.test.ts › any source can connect to the gateway, which reaches only the services of its routes',
  ),
  no('Multicluster', 'services of several clusters'),
  no('Federated services', 'services of several clusters'),
  no('Multicluster with StatefulSets', 'services of several clusters'),
  no('Multicluster from pod to pod', 'services of several clusters'),
  model(
    'Custom cluster domain',
    '`clusterDomain` of a topology',
    'istio/membership.test.ts › names hosts in the domain of the cluster',
  ),
  model(
    'External Prometheus',
    '`allowFrom(Peer.pods(…), { plaintext: true })`',
    'kubernetes/allowed-peers.test.ts › a caller without a proxy is allowed in plaintext on its port alone',
  ),
  nothing('Debug container', 'a command of kubectl'),
  nothing('GitOps', 'the manifests are files in a repository'),
]);
