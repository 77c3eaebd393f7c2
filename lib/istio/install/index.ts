export type { ArgoCdProps } from './by-argo-cd';
export type { FluxProps } from './by-flux';
export type { HelmProps } from './by-helm';
export type { IstioctlProps } from './by-istioctl';
export { IstioCharts } from './charts';
export type { GitOpsProps } from './gitops';
export * from './install';
export * from './installation';
export * from './mesh-settings';
