export {
  type LinkerdArgoCdProps,
  type LinkerdChartsProps,
  type LinkerdFluxProps,
  type LinkerdHelmProps,
  LinkerdInstall,
} from './install';
export * from './installation';
export type { LinkerdSettings } from './settings';
