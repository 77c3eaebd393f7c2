import type { Field } from '../../../manifests';
import { hasWildcardAtEnd, isAccount, isPortText, isRange } from './names';
import type { Complain } from './rules';

/** What a condition can ask, and what its values have to be. */
const KEYS: readonly (readonly [RegExp, (value: string) => boolean])[] = [
  [/^(source\.ip|remote\.ip|destination\.ip)$/, isRange],
  [/^destination\.port$/, isPortText],
  [/^source\.serviceAccount$/, isAccount],
  [/^source\.trustDomain$/, hasWildcardAtEnd],
  [/^(source\.namespace|source\.principal|request\.auth\.(principal|audiences|presenter)|connection\.sni)$/, () => true],
  [/^(request\.headers|request\.auth\.claims|experimental\.envoy\.filters\.)[^[]*\[.+\]$/, () => true],
];
/** What an external authorizer is not told. */
const IDENTITY = /^(source\.(namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/;

/** A condition of a rule. */
export function checkCondition(condition: Field, action: string, complain: Complain): void {
  const key = condition.get('key');
  const values = ['values', 'notValues'].flatMap(name => condition.get(name).items);
  const known = KEYS.find(([pattern]) => pattern.test(key.text));
  if (!known) {
    complain(key.exists ? key : condition, `"${key.text}" is nothing that a condition can ask.`, 'Use request.headers[name], source.ip, request.auth.claims[name] and the like.');
  } else if (values.length === 0) {
    complain(condition, 'The condition has no values.', 'Add values or notValues.');
  } else {
    for (const value of values.filter(each => each.text === '' || !known[1](each.text))) {
      complain(value, `"${value.text}" is no value of ${key.text}.`, 'Correct it.');
    }
  }
  if (action === 'CUSTOM' && IDENTITY.test(key.text)) {
    complain(key, `CUSTOM does not know ${key.text}.`, 'Use headers or addresses.');
  }
}
