import type { Field } from '../../manifests';
import { matchesRe2 } from './re2';

/**
 * Whether a StringMatch of Istio matches a text: `exact`, `prefix` or `regex`; an empty one matches any present value.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch
 */
export function matchesString(match: Field, text: string | undefined): boolean {
  if (text === undefined) {
    return false;
  }
  const [exact, prefix, regex] = [match.get('exact'), match.get('prefix'), match.get('regex')];
  if (exact.exists) {
    return text === exact.text;
  }
  if (prefix.exists) {
    return text.startsWith(prefix.text);
  }
  // A single `*` matches any present value in Istio.
  return !regex.exists || regex.text === '*' || matchesRe2(regex.text, text);
}
