import type { Cluster, Field, Missing } from '../../manifests';
import { Severity } from '../finding';

/** A problem and the field that causes it. */
export interface Problem {
  /** The field to correct. */
  readonly at: Field;
  /** What goes wrong at run time, in one sentence. */
  readonly message: string;
  /** How to fix it, in one sentence. */
  readonly fix: string;
  /**
   * The codes of this problem, if the check covers several.
   * @default - all codes of the check
   */
  readonly covers?: readonly string[];
  /**
   * The severity of this problem.
   * @default - that of the check
   */
  readonly severity?: Severity;
  /**
   * What is not among the manifests, if that is the problem: it may be made by another object, or be elsewhere.
   * @default - the problem is in the manifests
   */
  readonly missing?: Missing;
  /**
   * Whether there is no problem where something holds that the manifests do not show.
   * @default false
   */
  readonly isUncertain?: boolean;
  /**
   * Whether the problem remains with any texts in the field, such as those for which a placeholder stands.
   * @default false
   */
  readonly isForAnyText?: boolean;
}

/** A rule for manifests. */
export interface Check {
  /** The stable name of the check. */
  readonly id: string;
  /** The severity of its findings, unless a finding has its own. */
  readonly severity: Severity;
  /** The codes of `istioctl analyze` (IST…) and Kiali (KIA…) that it covers. */
  readonly covers: readonly string[];
  /** The problem that it finds, as a title without a full stop. */
  readonly summary: string;
  /** The effect of the problem, and what the rule takes into account. */
  readonly explanation: string;
  /** Yields the problems of a cluster. */
  readonly find: (cluster: Cluster) => Iterable<Problem>;
}

/** Creates a problem. */
export function problem(at: Field, message: string, fix: string, covers?: readonly string[]): Problem {
  return { at, message, fix, covers };
}

/** A problem that is none where something holds that the manifests do not show: a note. */
export function unless(reason: string, found: Problem): Problem {
  const message = `${found.message.replace(/\.$/, '')}, unless ${reason}.`;
  return { ...found, severity: Severity.INFO, message, isUncertain: true };
}

/** A problem that is none if what is missing exists elsewhere. */
export function absent(missing: Missing, found: Problem): Problem {
  return { ...found, missing };
}

/** A problem that no text in the field resolves, so that placeholders in it make no difference. */
export function forAnyText(found: Problem): Problem {
  return { ...found, isForAnyText: true };
}
