import { type Field, Kind } from '../../../manifests';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkDuration, checkTargets } from '../../manifests/schema/shared';

export const rule = validity(
  Kind.REQUEST_AUTHENTICATION,
  'Each rule has an issuer or a jwksUri; the JWKS is valid JSON; names of headers, parameters and '
    + 'audiences are not empty.',
  (resource, complain) => {
    checkTargets(resource, complain);
    resource.spec.get('jwtRules').items.forEach(rule => checkToken(rule, complain));
  },
);

function checkToken(rule: Field, complain: Complain): void {
  const [uri, keys] = [rule.get('jwksUri'), rule.get('jwks')];
  if (rule.get('issuer').text === '' && uri.text === '') {
    complain(rule, 'The rule has neither an issuer nor a jwksUri.', 'Add `issuer`.');
  }
  if (uri.text !== '' && !/^https?:/i.test(uri.text)) {
    complain(uri, `"${uri.text}" is not a valid JWKS URL.`, 'Use an https:// URL.');
  }
  if (keys.text !== '' && !isKeySet(keys.text)) {
    complain(keys, 'The value is not a JSON Web Key Set.', 'Write `{ "keys": […] }`.');
  }
  for (const value of [
    ...['audiences', 'fromParams', 'fromCookies'].flatMap(name => rule.get(name).items),
    ...rule.get('fromHeaders').items.map(each => each.get('name')),
  ].filter(each => each.text === '')) {
    complain(value, 'The value is empty.', 'Remove it.');
  }
  for (const output of rule
    .get('outputClaimToHeaders')
    .items.filter(each => each.get('claim').text === '' || !/^[-_A-Za-z0-9]+$/.test(each.get('header').text))) {
    complain(
      output,
      'outputClaimToHeaders needs a claim and a valid header name.',
      'Set the claim, and a header of letters, digits, dashes and underscores.',
    );
  }
  checkDuration(rule.get('timeout'), complain);
}

function isKeySet(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (
      typeof value === 'object' && value !== null && ('keys' in value ? Array.isArray(value.keys) : 'kty' in value)
    );
  } catch {
    return false;
  }
}
