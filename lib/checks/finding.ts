import { printable } from '../manifests';

/** How bad it is. */
export enum Severity {
  /** It cannot work: synthesis stops. */
  ERROR = 'error',
  /** It works, but not as its author is likely to believe. */
  WARNING = 'warning',
  /** Worth knowing: it works as its author is likely to believe, for now. */
  INFO = 'info',
}

/** Something that a check found. */
export interface Finding {
  /** The stable name of the check. */
  readonly id: string;
  /** An error stops synthesis and fails `cardinal check`; a warning is printed. */
  readonly severity: Severity;
  /** The path of what was declared, or of the construct. */
  readonly path: string;
  /** What goes wrong at run time, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
}

/** A finding as one line of text. */
export function describeFinding(finding: Finding): string {
  return printable(`${finding.severity} [${finding.path}] ${finding.message} ${finding.remedy} (${finding.id})`);
}
