import { sep } from 'node:path';
import { Severity } from '../finding';
import { CHECKS, type ManifestFinding, type Report } from '../manifests';
import { escapedReport } from './escaped';

const LEVELS: Readonly<Record<Severity, string>> = { [Severity.ERROR]: 'error', [Severity.WARNING]: 'warning', [Severity.INFO]: 'note' };

/**
 * The findings as a SARIF log, for code scanning.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif(report: Report): string {
  const { findings, suppressed } = escapedReport(report);
  const all = [...findings.map(finding => ({ finding, reason: undefined })), ...suppressed];
  const used = new Set(all.map(({ finding }) => finding.id));
  const rules = [...used].sort().map(id => ruleOf(id, all.find(({ finding }) => finding.id === id)?.finding.severity ?? Severity.WARNING));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'cardinal', rules } },
      columnKind: 'utf16CodeUnits',
      results: all.map(({ finding, reason }) => ({
        ruleId: finding.id,
        ruleIndex: rules.findIndex(each => each.id === finding.id),
        level: LEVELS[finding.severity],
        message: { text: withoutLinks(`${finding.message} ${finding.remedy}`) },
        locations: [locationOf(finding)],
        partialFingerprints: { 'object/v2': [finding.id, finding.file ?? '', finding.path].join(' ') },
        ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: withoutLinks(reason) }] }),
      })),
    }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A message without links, since viewers render `[text](address)` as one. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

function ruleOf(id: string, severity: Severity) {
  const check = CHECKS.find(each => each.id === id);
  return {
    id,
    shortDescription: { text: check?.summary ?? 'A suppression matches no finding' },
    fullDescription: { text: check?.explanation ?? 'It would hide the next finding of its kind.' },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: check?.covers ?? [] },
  };
}

function locationOf({ file, line, column, object, path }: ManifestFinding) {
  const logicalLocations = [{ name: object.name, kind: 'object', fullyQualifiedName: path }];
  return file === undefined ? { logicalLocations } : {
    physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } },
    logicalLocations,
  };
}

/** A path as a relative reference: with forward slashes, and characters that a URI does not allow percent-encoded. */
function uriOf(file: string): string {
  return file.split(sep).map(encodeURIComponent).join('/');
}
