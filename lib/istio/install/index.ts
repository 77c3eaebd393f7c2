export type { HelmProps } from './by-helm';
export type { IstioctlProps } from './by-istioctl';
export * from './charts';
export * from './install';
export * from './installation';
export * from './mesh-settings';
