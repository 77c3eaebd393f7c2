import { type Field, Kind } from '../../../manifests';
import { type Complain, validity } from './rules';
import { checkDuration, checkSelector, checkTargets } from './shared';

export const invalidRequestAuthentication = validity(
  Kind.REQUEST_AUTHENTICATION,
  'Each rule names an issuer or a jwksUri; keys are JSON; names of headers, parameters and audiences are not empty.',
  (resource, complain) => {
    checkTargets(resource, complain);
    resource.spec.get('jwtRules').items.forEach(rule => checkToken(rule, complain));
  },
);

function checkToken(rule: Field, complain: Complain): void {
  const [uri, keys] = [rule.get('jwksUri'), rule.get('jwks')];
  if (rule.get('issuer').text === '' && uri.text === '') {
    complain(rule, 'The rule names neither an issuer nor a jwksUri.', 'Add `issuer`.');
  }
  if (uri.text !== '' && !/^https?:/i.test(uri.text)) {
    complain(uri, `"${uri.text}" is no URL of keys.`, 'Begin with https://.');
  }
  if (keys.text !== '' && !isKeySet(keys.text)) {
    complain(keys, 'The keys are no JSON Web Key Set.', 'Write `{ "keys": […] }`.');
  }
  for (const value of [...['audiences', 'fromParams', 'fromCookies'].flatMap(name => rule.get(name).items), ...rule.get('fromHeaders').items.map(each => each.get('name'))].filter(each => each.text === '')) {
    complain(value, 'The value is empty.', 'Remove it.');
  }
  for (const output of rule.get('outputClaimToHeaders').items.filter(each => each.get('claim').text === '' || !/^[-_A-Za-z0-9]+$/.test(each.get('header').text))) {
    complain(output, 'A claim goes into a header, and one of them has no name.', 'Name the claim, and the header with letters, digits, dashes and underscores.');
  }
  checkDuration(rule.get('timeout'), complain);
}

function isKeySet(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && ('keys' in value ? Array.isArray(value.keys) : 'kty' in value);
  } catch {
    return false;
  }
}

export const invalidPeerAuthentication = validity(
  Kind.PEER_AUTHENTICATION,
  'Ports have modes of their own only where pods are selected.',
  ({ spec }, complain) => {
    checkSelector(spec.get('selector', 'matchLabels'), complain);
    const ports = spec.get('portLevelMtls');
    if (ports.entries.length > 0 && spec.get('selector', 'matchLabels').entries.length === 0) {
      complain(ports, 'A whole namespace has no ports.', 'Add a selector.');
    }
    for (const [port, mode] of ports.entries.filter(([name]) => !/^\d+$/.test(name) || Number(name) < 1 || Number(name) > 65535)) {
      complain(mode, `"${port}" is no port.`, 'Use 1 to 65535.');
    }
  },
);
