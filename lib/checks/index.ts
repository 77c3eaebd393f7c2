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
export { type Acceptance, type Accepted, acceptFindings, isAcceptable, requireAcceptable } from './graph/accepted';
export { SYNTHESIS_CODES, type SynthesisCode, type SynthesisFinding } from './graph/codes';
export * from './graph/allowed-peers';
export * from './graph/calls-into-the-mesh';
export * from './graph/contracted-calls';
export * from './graph/denied-calls';
export * from './graph/edges-without-routes';
export * from './graph/exposed-services';
export * from './graph/foreign-calls';
export * from './graph/names-of-gateways';
export * from './graph/failover-without-ejection';
export * from './graph/never-ejects';
export * from './graph/front-limits';
export * from './graph/missing-fronts';
export * from './graph/open-behind-front';
export * from './graph/open-egress';
export * from './graph/reserved-namespaces';
export * from './graph/truncated-retries';
export * from './graph/unused-egress-gateways';
export * from './graph/unused-traffic-rules';
export * from './graph/unapplied-settings';
export * from './graph/unverified-tokens';
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
