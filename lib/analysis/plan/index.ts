export { type Files, planJson, planText, stepFolders } from './formats';
export { argoFolders, fluxFolders } from './gitops';
export { type Plan, planOf, statesOf } from './plan';
