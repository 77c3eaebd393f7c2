export { type Files, planJson, planText, stepFolders } from './formats';
export { argoFolders, fluxFolders } from './gitops';
export { planOf, statesOf } from './plan';
