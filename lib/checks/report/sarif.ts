import { sep } from 'node:path';
import { printableLine } from '../../manifests';
import { Severity } from '../finding';
import { type Check, CHECKS, type ManifestFinding, type Report, UNUSED_SUPPRESSION } from '../manifests';
import { escapedReport } from './escaped';

const LEVELS: Readonly<Record<Severity, string>> = {
  [Severity.ERROR]: 'error',
  [Severity.WARNING]: 'warning',
  [Severity.INFO]: 'note',
};

/**
 * The findings as a SARIF log, for code scanning.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @param checks those that were run, for the descriptions of rules
 */
export function toSarif(report: Report, checks: readonly Check[] = CHECKS): string {
  return sarifLog([sarifRun(report, checks)]);
}

/** A log of runs. */
export function sarifLog(runs: readonly object[]): string {
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A run over the manifests of a cluster; of an environment, whose name tells its results from those of others. */
export function sarifRun(report: Report, checks: readonly Check[], environment?: string): object {
  const { findings, suppressed } = escapedReport(report);
  const all = [...findings.map(finding => ({ finding, reason: undefined })), ...suppressed];
  const used = new Set(all.map(({ finding }) => finding.id));
  const described = new Map([...checks, UNUSED_SUPPRESSION].map(each => [each.id, each]));
  const rules = [...used]
    .sort()
    .map(id =>
      ruleOf(id, all.find(({ finding }) => finding.id === id)?.finding.severity ?? Severity.WARNING, described.get(id)),
    );
  return {
    tool: { driver: { name: 'cardinal', rules } },
    ...(environment === undefined ? {} : { automationDetails: { id: `cardinal/${printableLine(environment)}/` } }),
    columnKind: 'utf16CodeUnits',
    results: all.map(({ finding, reason }) => ({
      ruleId: finding.id,
      ruleIndex: rules.findIndex(each => each.id === finding.id),
      level: LEVELS[finding.severity],
      message: { text: withoutLinks(`${finding.message} ${finding.fix}`) },
      locations: [locationOf(finding)],
      partialFingerprints: { 'object/v2': [finding.id, finding.file ?? '', finding.path].join(' ') },
      ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: withoutLinks(reason) }] }),
    })),
  };
}

/** A message without links, since viewers render `[text](address)` as one. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

function ruleOf(id: string, severity: Severity, check?: Omit<Check, 'find'>) {
  return {
    id,
    shortDescription: { text: check?.summary ?? id },
    fullDescription: { text: check?.explanation ?? id },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: check?.covers ?? [] },
  };
}

function locationOf({ file, line, column, object, path }: ManifestFinding) {
  const logicalLocations = [{ name: object.name, kind: 'object', fullyQualifiedName: path }];
  return file === undefined
    ? { logicalLocations }
    : {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } },
        logicalLocations,
      };
}

/** A path as a relative reference: with forward slashes, and characters that a URI does not allow percent-encoded. */
function uriOf(file: string): string {
  return file.split(sep).map(encodeURIComponent).join('/');
}
