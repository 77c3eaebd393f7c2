import type { ApiObject } from 'cdk8s';
import { CHECKS, checkObjects, type ManifestFinding, Severity } from '../checks';
import { ValidationError } from '../topology';

type Written = Parameters<typeof checkObjects>[0][number];

/**
 * Throws if patches make an object one that its API rejects, or add a field that the API does not have: it would have
 * no effect. Objects of kinds without a schema are written as they are.
 */
export function requireKnownFields(object: ApiObject, written: unknown, patched: unknown): void {
  const before = new Set(violations(written).map(({ field, message }) => `${field} ${message}`));
  const [found] = violations(patched).filter(({ field, message }) => !before.has(`${field} ${message}`));
  if (found) {
    throw new ValidationError({
      code: 'InvalidPatch',
      path: object.node.path,
      summary: `A patch of ${object.kind} "${object.name}" at ${found.field}: ${found.message}`,
      fix: found.fix,
    });
  }
}

function violations(written: unknown): readonly ManifestFinding[] {
  const checks = CHECKS.filter(({ id }) => /^(SchemaViolation|Invalid.*)$/.test(id));
  const { findings } = checkObjects([written as Written], { checks, inlineSuppressions: false });
  return findings.filter(({ severity }) => severity === Severity.ERROR);
}
