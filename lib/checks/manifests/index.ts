export { Baseline, BaselineError } from './baseline';
export { CHECKS, checksNamed } from './catalogue';
export { checkTable, CODES, coverageTable, NOT_COVERED } from './codes';
export { type Check, problem, type Problem } from './check';
export type { ManifestFinding, ObjectReference } from './manifest-finding';
export { listed } from './names';
export {
  type CheckOptions,
  checkManifests,
  checkObjects,
  type Report,
  type SuppressedFinding,
  UNUSED_SUPPRESSION,
} from './run';
export { UNREADABLE_MANIFEST, unreadableManifests } from './unreadable';
export { mergedReport } from './worlds';
export { SUPPRESS, type Suppression } from './suppressions';
