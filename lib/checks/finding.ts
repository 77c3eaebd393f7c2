import { printable } from '../manifests';

/** How severe a finding is. */
export enum Severity {
  /** The configuration cannot work: synthesis stops. */
  ERROR = 'error',
  /** The configuration works, but probably not as intended. */
  WARNING = 'warning',
  /** The configuration works as intended for now, with a caveat. */
  INFO = 'info',
}

/** A result of a check. */
export interface Finding {
  /** The stable name of the check. */
  readonly id: string;
  /** An error stops synthesis and fails `cardinal check`; a warning is printed. */
  readonly severity: Severity;
  /** The path of the declaration or construct. */
  readonly path: string;
  /** What goes wrong at run time, in one sentence. */
  readonly message: string;
  /** How to fix it, in one sentence. */
  readonly fix: string;
}

/** A finding as one line of text. */
export function describeFinding(finding: Finding): string {
  return printable(`${finding.severity} [${finding.path}] ${finding.message} ${finding.fix} (${finding.id})`);
}
