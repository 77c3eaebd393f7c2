import type { Report } from '../manifests';

/** The findings as JSON, in their order; what is suppressed is marked as such, with the reason. */
export function toJson({ findings, suppressed }: Report): string {
  const entries = [...findings.map(finding => ({ finding, reason: undefined })), ...suppressed];
  return `${JSON.stringify(entries.map(({ finding: { id, severity, covers, object, field, file, line, column, message, remedy }, reason }) =>
    ({ id, severity, covers, object, field, file: file ?? null, line: line ?? null, column: column ?? null, message, remedy, ...(reason === undefined ? {} : { suppressed: reason }) })), undefined, 2)}\n`;
}
