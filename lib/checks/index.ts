export { CATALOGUE, type CatalogueEntry, CODE_NAMES, CodeKind, codeTable, entriesNamed } from './catalogue';
export {
  assumedBy,
  type AssumedCluster,
  type Config,
  CONFIG_FILE,
  ConfigError,
  type Environment,
  loadPlugins,
  parseConfig,
  PluginError,
  readConfig,
  requireKnownNames,
  type Schema,
  violationsOf,
} from './config';
export { defineCheck, isDefinedCheck } from './define-check';
export { describeFinding, type Finding, Severity } from './finding';
export {
  Baseline,
  BaselineError,
  type Check,
  checkManifests,
  checkObjects,
  type CheckOptions,
  CHECKS,
  checksNamed,
  checkTable,
  CODES,
  coverageTable,
  listed,
  type ManifestFinding,
  mergedReport,
  NOT_COVERED,
  type ObjectReference,
  type Problem,
  problem,
  type Report,
  SUPPRESS,
  type SuppressedFinding,
  type Suppression,
  UNREADABLE_MANIFEST,
  unreadableManifests,
  UNUSED_SUPPRESSION,
} from './manifests';
export { type CheckedCluster, REPORT_FORMATS, toJson, toSarif, toText } from './report';
export { noneOf, suggestion } from './suggestion';
export { accountByEnvoyGateway, ELSEWHERE, PODS_ELSEWHERE } from '../manifests';
export {
  type ApiQuotas,
  checkTemplate,
  type CloudResource,
  type CloudTemplate,
  HTTP_API_QUOTAS,
  limitOf,
  type Quota,
  RESOURCES_OF_TEMPLATE,
  REST_API_QUOTAS,
  WEBSOCKET_API_QUOTAS,
} from './templates';
