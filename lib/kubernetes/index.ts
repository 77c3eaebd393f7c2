import './declaring-classes';

export { Capability } from '../topology';
export { writeAsDeclared } from './as-written';
export { renderBackendTls } from './backend-tls';
export * from './capabilities';
export * from './chart';
export {
  type ChartRelease,
  renderChartApplications,
  renderChartReleases,
  requireExactVersion,
} from './chart-releases';
export { renderCertificate } from './certificate';
export * from './cluster-app';
export * from './cluster-dns';
export { durationOf } from './duration';
export { labelsOf, labelsOfTopology } from './labels';
export * from './edge-gateway';
export * from './elsewhere';
export { renderConnectionRoutes } from './connection-routes';
export { gatewayListeners, listenerPorts, requestListeners } from './edge-listeners';
export { renderEdgeRoutes, renderVersionServices } from './edge-routes';
export { edgesBeside, leadOf } from './shared-gateways';
export * from './gateway-api';
export { mountFiles } from './files';
export { helmTemplate } from './helm-template';
export { pods, tcp } from './network-peers';
export * from './no-mesh';
export * from './target';
export { Phase } from './phases';
export { preflightsOf } from './preflights';
export { literalValues } from './header-values';
export { grouped } from './lists';
export { backends } from './route-backends';
export { headerFilters, mirrorFilter } from './route-filters';
export { headerCondition } from './route-rules';
export { PathOrder, requirementsOf } from './route-order';
export { rejectTooManyRules } from './route-size';
export { render, type Rendering } from './rendering';
export * from './resource';
export { TelemetryBackend, type TelemetryBackendProps } from './telemetry-backend';
export { TraceTag } from './trace-tag';
export { Tracing, type TracingProps } from './tracing';
export * from './target-group-binding';
export type { ITopologyChart, Labels } from './topology-chart';
export { toYaml } from './yaml';
export { transcoders } from './transcoders';
