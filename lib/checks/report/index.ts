export { type CheckedCluster, REPORT_FORMATS } from './formats';
export { toJson } from './json';
export { toSarif } from './sarif';
export { toText } from './text';
