export { Advice, type MissingInTier, type TierAdvice } from './advice';
export { advise, type AdviceProps } from './advise';
export type { TierCost } from './costs';
export { adviseManifests } from './advise-manifests';
