import { printableLine } from '../../manifests';
import type { Report } from '../manifests';
import { escapedReport } from './escaped';

/**
 * The findings as JSON, in order, then the suppressed ones, which have an additional member `suppressed`: the reason.
 */
export function toJson(report: Report): string {
  return jsonText(jsonEntries(report));
}

/** The findings as members of a JSON array; with the name of the environment, if they are of one. */
export function jsonEntries(report: Report, environment?: string): object[] {
  const { findings, suppressed } = escapedReport(report);
  const entries = [...findings.map(finding => ({ finding, reason: undefined })), ...suppressed];
  return entries.map(({ finding: { id, severity, covers, object, file, line, column, message, fix }, reason }) => ({
    ...(environment === undefined ? {} : { environment: printableLine(environment) }),
    id,
    severity,
    covers,
    object,
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    message,
    fix,
    ...(reason === undefined ? {} : { suppressed: reason }),
  }));
}

export function jsonText(entries: readonly object[]): string {
  return `${JSON.stringify(entries, undefined, 2)}\n`;
}
