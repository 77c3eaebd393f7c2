import type { Field } from '../../../manifests';
import { hasWildcardAtEnd, isAccount, isPortText, isRange } from '../../manifests/schema/names';
import type { Complain } from '../../manifests/schema/rules';

/** The keys of conditions, and the constraints on their values. */
const KEYS: readonly (readonly [RegExp, (value: string) => boolean])[] = [
  [/^(source\.ip|remote\.ip|destination\.ip)$/, isRange],
  [/^destination\.port$/, isPortText],
  [/^source\.serviceAccount$/, isAccount],
  [/^source\.trustDomain$/, hasWildcardAtEnd],
  [
    /^(source\.namespace|source\.principal|request\.auth\.(principal|audiences|presenter)|connection\.sni)$/,
    () => true,
  ],
  [/^(request\.headers|request\.auth\.claims|experimental\.envoy\.filters\.)[^[]*\[.+\]$/, () => true],
];
/** Keys that CUSTOM rules do not support. */
const IDENTITY = /^(source\.(namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/;

/** A condition of a rule. */
export function checkCondition(condition: Field, action: string, complain: Complain): void {
  const key = condition.get('key');
  const values = ['values', 'notValues'].flatMap(name => condition.get(name).items);
  const known = KEYS.find(([pattern]) => pattern.test(key.text));
  if (!known) {
    complain(
      key.exists ? key : condition,
      `"${key.text}" is not a supported condition key.`,
      'Use request.headers[name], source.ip, request.auth.claims[name] and the like.',
    );
  } else if (values.length === 0) {
    complain(condition, 'The condition has no values.', 'Add values or notValues.');
  } else {
    for (const value of values.filter(each => each.text === '' || !known[1](each.text))) {
      complain(value, `"${value.text}" is not a valid value of ${key.text}.`, 'Correct the value.');
    }
  }
  if (action === 'CUSTOM' && IDENTITY.test(key.text)) {
    complain(key, `A CUSTOM rule does not support ${key.text}.`, 'Use headers or addresses.');
  }
}
