import { printableLine } from '../../manifests';
import type { Check, Report } from '../manifests';
import { jsonEntries, jsonText } from './json';
import { sarifLog, sarifRun } from './sarif';
import { toText } from './text';

/** What was found in the manifests of a cluster. */
export interface CheckedCluster {
  /** @default - the only one, which has no name */
  readonly environment?: string;
  readonly report: Report;
  /** How many objects were checked. */
  readonly objects: number;
  /** The checks that were run. */
  readonly checks: readonly Check[];
}

/** The formats of reports on several clusters, each with the name of its environment. */
export const REPORT_FORMATS: ReadonlyMap<string, (clusters: readonly CheckedCluster[]) => string> = new Map([
  [
    'text',
    clusters =>
      clusters
        .map(({ environment, report, objects }) => {
          const title = environment === undefined ? '' : `${printableLine(`Environment ${environment}`)}\n`;
          return `${title}${toText(report, objects)}`;
        })
        .join('\n'),
  ],
  ['json', clusters => jsonText(clusters.flatMap(({ environment, report }) => jsonEntries(report, environment)))],
  [
    'sarif',
    clusters => sarifLog(clusters.map(({ environment, report, checks }) => sarifRun(report, checks, environment))),
  ],
]);
