import { counted, printableLine } from '../../manifests';
import { Severity } from '../finding';
import type { ManifestFinding, Report } from '../manifests';
import { escapedReport } from './escaped';

/**
 * The findings as text, one line each, in the form that editors parse: `file:line:column: error: …`, then a summary.
 */
export function toText(report: Report, objects: number): string {
  const { findings, suppressed } = escapedReport(report);
  const { turnedOff = 0 } = report;
  const lines = [
    ...findings.map(each => `${placeOf(each)}: ${each.severity}: ${each.message} ${each.fix} (${codesOf(each)})`),
    ...suppressed.map(
      ({ finding, reason }) =>
        `${placeOf(finding)}: suppressed: ${finding.message} Reason: ${reason} (${codesOf(finding)})`,
    ),
  ];
  const counts = Object.values(Severity).map(severity =>
    counted(findings.filter(each => each.severity === severity).length, NOUNS[severity]),
  );
  const all = [
    ...counts,
    ...(suppressed.length > 0 ? [`${suppressed.length} suppressed`] : []),
    ...(turnedOff > 0 ? [`${turnedOff} disabled`] : []),
  ];
  return [...lines.map(printableLine), `${counted(objects, 'object')} checked: ${all.join(', ')}`, ''].join('\n');
}

const NOUNS: Readonly<Record<Severity, string>> = {
  [Severity.ERROR]: 'error',
  [Severity.WARNING]: 'warning',
  [Severity.INFO]: 'note',
};

function placeOf({ file, line, column, path }: ManifestFinding): string {
  return file === undefined ? path : `${file}:${line}:${column}: ${path}`;
}

function codesOf({ id, covers }: ManifestFinding): string {
  return [id, ...covers].join(', ');
}
