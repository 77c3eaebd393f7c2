import type { Cluster, Field } from '../../manifests';
import type { Severity } from '../finding';

/** Something wrong, and the field that says so. */
export interface Problem {
  readonly at: Field;
  /** What goes wrong at run time, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
  /**
   * The codes for it, where a check covers several.
   * @default - all codes of the check
   */
  readonly covers?: readonly string[];
}

/** A rule that manifests have to keep. */
export interface Check {
  /** Its stable name. */
  readonly id: string;
  readonly severity: Severity;
  /** The codes of `istioctl analyze` (IST…) and Kiali (KIA…) that it finds. */
  readonly covers: readonly string[];
  /** What it looks for, as the title of its page. */
  readonly summary: string;
  /** Why that matters, and what the rule takes into account. */
  readonly explanation: string;
  readonly find: (cluster: Cluster) => Iterable<Problem>;
}

/** A problem, in the order in which one reads it. */
export function problem(at: Field, message: string, remedy: string, covers?: readonly string[]): Problem {
  return { at, message, remedy, covers };
}
