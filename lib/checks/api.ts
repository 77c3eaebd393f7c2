/**
 * The entry point `cdk8s-cardinal/checks`: the checks on manifests, what a check of your own needs to read them, and
 * the report formats.
 */
export { CATALOGUE, type CatalogueEntry, CodeKind, entriesNamed } from './catalogue';
export { type CheckProps, defineCheck } from './define-check';
export { describeFinding, type Finding, Severity } from './finding';
export {
  type Check,
  checkManifests,
  checkObjects,
  type CheckOptions,
  CHECKS,
  checksNamed,
  type ManifestFinding,
  type ObjectCheckOptions,
  type ObjectReference,
  type Problem,
  problem,
  type Report,
  type SuppressedFinding,
  type Suppression,
} from './manifests';
export { toJson, toSarif, toText } from './report';
export { type ApiQuotas, checkTemplate, type CloudResource, type CloudTemplate } from './templates';
export {
  type ApiVersions,
  type Builder,
  type AssumedGatewayPods,
  type AssumedPort,
  type Assumptions,
  Cluster,
  type ClusterProps,
  type Elsewhere,
  Field,
  Kind,
  type KubernetesObject,
  loadResources,
  ManifestError,
  type Missing,
  type Reading,
  readResources,
  Resource,
  resourcesOf,
} from '../manifests';
