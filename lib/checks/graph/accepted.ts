import { ValidationError } from '../../topology';
import { type Finding, Severity } from '../finding';
import { UNUSED_SUPPRESSION } from '../manifests';
import { suggestion } from '../suggestion';
import { SYNTHESIS_CODES } from './codes';

/** Codes of findings that are accepted, each with the reason. */
export interface Accepted {
  readonly [code: string]: string;
}

/** Findings of synthesis, and those of them that are accepted. */
export interface Acceptance {
  readonly findings: readonly Finding[];
  readonly accepted: readonly { readonly finding: Finding; readonly reason: string }[];
}

/**
 * Divides findings of synthesis into those that are accepted and the others. An acceptance that accepts nothing is a
 * finding.
 */
export function acceptFindings(findings: readonly Finding[], accepted: Accepted, path: string): Acceptance {
  const reasons = new Map(Object.entries(accepted).map(([code, reason]) => [code.toLowerCase(), reason]));
  const isAccepted = ({ id, severity }: Finding) => severity !== Severity.ERROR && reasons.has(id.toLowerCase());
  const used = new Set(findings.filter(isAccepted).map(({ id }) => id.toLowerCase()));
  const unused = Object.keys(accepted)
    .filter(code => !used.has(code.toLowerCase()))
    .map(code => ({
      id: UNUSED_SUPPRESSION.id,
      severity: UNUSED_SUPPRESSION.severity,
      path,
      message: `The suppression of ${code} suppresses nothing.`,
      fix: 'Remove it from `accepted`.',
    }));
  return {
    findings: [...findings.filter(each => !isAccepted(each)), ...unused],
    accepted: findings.filter(isAccepted).map(finding => ({
      finding,
      reason: reasons.get(finding.id.toLowerCase()) ?? '',
    })),
  };
}

/** Whether a code is of findings of synthesis that can be accepted: those that are no errors. */
export function isAcceptable(code: string): boolean {
  return ACCEPTABLE.some(each => each.toLowerCase() === code.toLowerCase());
}

/** Rejects an acceptance without a reason, of an error of synthesis, or of a code that nothing has. */
export function requireAcceptable(accepted: Accepted, where: string, others: readonly string[] = []): void {
  for (const [code, reason] of Object.entries(accepted)) {
    const known = [...ACCEPTABLE, ...others];
    if (!known.some(each => each.toLowerCase() === code.toLowerCase())) {
      const isError = SYNTHESIS_CODES.some(
        ({ id, severity }) => severity === Severity.ERROR && id.toLowerCase() === code.toLowerCase(),
      );
      throw new ValidationError({
        code: 'InvalidAcceptance',
        path: where,
        summary: isError
          ? `${code} is an error of synthesis, which cannot be accepted.`
          : `No finding that can be accepted here has the code "${code}".`,
        fix: isError ? 'Correct what it reports.' : `Correct the name.${suggestion(code, known)}`,
      });
    }
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new ValidationError({
        code: 'InvalidAcceptance',
        path: where,
        summary: `The acceptance of ${code} has no reason.`,
        fix: `Write \`${code}: 'why it is acceptable'\`.`,
      });
    }
  }
}

/** Findings of the AWS CDK's constructs are acknowledged there. */
const OF_CONSTRUCTS: readonly string[] = ['keys-by-discovery', 'tokens-without-audience'];

const ACCEPTABLE = SYNTHESIS_CODES.filter(
  ({ id, severity }) => severity !== Severity.ERROR && !OF_CONSTRUCTS.includes(id),
).map(({ id }) => id);
