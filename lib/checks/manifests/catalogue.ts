import { RULES } from '../rules';
import type { Check } from './check';

/** All checks of manifests, by subject. */
export const CHECKS: readonly Check[] = RULES;

/** The check with this name (case-insensitive) or code. */
export function checksNamed(name: string): readonly Check[] {
  return CHECKS.filter(({ id, covers }) => [id, ...covers].some(each => each.toLowerCase() === name.toLowerCase()));
}
