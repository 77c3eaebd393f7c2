import type { Report } from '../manifests';
import { escapedReport } from './escaped';

/** The findings as JSON, in order, then the suppressed ones, which have an additional member `suppressed`: the reason. */
export function toJson(report: Report): string {
  const { findings, suppressed } = escapedReport(report);
  const entries = [...findings.map(finding => ({ finding, reason: undefined })), ...suppressed];
  return `${JSON.stringify(entries.map(({ finding: { id, severity, covers, object, file, line, column, message, remedy }, reason }) =>
    ({ id, severity, covers, object, file: file ?? null, line: line ?? null, column: column ?? null, message, remedy, ...(reason === undefined ? {} : { suppressed: reason }) })), undefined, 2)}\n`;
}
