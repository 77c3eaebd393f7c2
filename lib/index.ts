export { checkTemplate, type CloudResource, type CloudTemplate, describeFinding, type Finding, Severity } from './checks';
export {
  Capability, ClusterApp, type ClusterAppProps, EdgeGateway, type Labels, NoMesh, type NoMeshProps, Phase, type SystemConnections, Target, TargetGroupBinding, type TargetGroupBindingProps,
  TopologyChart, type TopologyChartProps,
} from './kubernetes';
export * from './topology';
export * from './istio';
export * from './mesh';
