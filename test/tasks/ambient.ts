import { model, no, tasksOf } from './task';

const TESTS = 'istio/ambient.test.ts';

export const AMBIENT = tasksOf('Istio: ambient mode', [
  model('Add workloads to the mesh', '`Mesh.ambient()`', `${TESTS} › the namespace is in ambient mode, and strict`),
  model('Verify mutual TLS', '`Mesh.ambient()`', `${TESTS} › the namespace is in ambient mode, and strict`),
  model('Layer 4 policies', '`calls`', `${TESTS} › ztunnel allows the identity of the caller at the port of the pods`),
  model(
    'Waypoint proxies',
    '`Mesh.ambient()`',
    `${TESTS} › the namespace has a waypoint that allows nothing by itself`,
  ),
  model(
    'Layer 7 features',
    '`calls` with `allowedOperations`',
    `${TESTS} › the waypoint allows the operations of the caller at the port of the Service`,
  ),
  model(
    'NetworkPolicy with ambient mode',
    '`Mesh.ambient()`',
    `${TESTS} › NetworkPolicies allow HBONE between the pods, and the probes of the kubelet`,
  ),
  model(
    'Extend waypoints with Wasm',
    '`proxyExtensions` with `ProxyExtension.wasm`',
    `${TESTS} › modules are those of the waypoint, which loads them`,
  ),
  model(
    'Extend waypoints with Lua',
    '`proxyExtensions` with `ProxyExtension.lua`, as TrafficExtensions',
    `${TESTS} › scripts are TrafficExtensions of the waypoint`,
  ),
  model('Egress gateway', '`addExternalService`', `${TESTS} › they are reached through the waypoint alone`),
  model(
    'Traffic distribution',
    '`trafficDistribution` of a service',
    'kubernetes/service-access.test.ts › the preferred pods are the traffic distribution of the Service',
  ),
  model(
    'Migrate from sidecars',
    '`Mesh.ambient({ sidecars: { namespaces } })`, namespace by namespace',
    'istio/mixed-mesh.test.ts › the same callers reach the same services in each mixture',
  ),
  no('Multicluster', 'several clusters'),
]);
