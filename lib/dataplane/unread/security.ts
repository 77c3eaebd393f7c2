import type { Reading } from './read';

const TARGETS = ['selector.matchLabels', 'targetRef', 'targetRefs'];
const SOURCE = [
  'IpBlocks',
  'Namespaces',
  'Principals',
  'RemoteIpBlocks',
  'RequestPrincipals',
  'ServiceAccounts',
  'TrustDomains',
];
const OPERATION = ['Hosts', 'Methods', 'Paths', 'Ports'];
const KEYS = 'tokens are signed by their issuer, or declared bad';

/** AuthorizationPolicies. @see https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
export const AUTHORIZATION_POLICY: Reading = {
  read: [
    ...TARGETS,
    'action',
    'provider.name',
    ...bothWays(SOURCE).map(name => `rules[].from[].source.${name}`),
    ...bothWays(OPERATION).map(name => `rules[].to[].operation.${name}`),
    ...['key', 'values', 'notValues'].map(name => `rules[].when[].${name}`),
  ],
  harmless: {},
  unsimulated: {},
};

/** RequestAuthentications. @see https://istio.io/latest/docs/reference/config/security/request_authentication/ */
export const REQUEST_AUTHENTICATION: Reading = {
  read: [
    ...TARGETS,
    ...[
      'issuer',
      'audiences',
      'forwardOriginalToken',
      'fromCookies',
      'fromHeaders[].name',
      'fromHeaders[].prefix',
      'fromParams',
      'outputClaimToHeaders[].claim',
      'outputClaimToHeaders[].header',
      'outputPayloadToHeader',
      'spaceDelimitedClaims',
    ].map(name => `jwtRules[].${name}`),
  ],
  harmless: {
    'jwtRules[].jwks': KEYS,
    'jwtRules[].jwks_uri': KEYS,
    'jwtRules[].jwksUri': KEYS,
    'jwtRules[].timeout': KEYS,
  },
  unsimulated: {},
};

/** PeerAuthentications. @see https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export const PEER_AUTHENTICATION: Reading = {
  read: ['selector.matchLabels', 'mtls.mode', 'portLevelMtls'],
  harmless: {},
  unsimulated: {},
};

function bothWays(names: readonly string[]): string[] {
  return names.flatMap(each => [`${each[0]?.toLowerCase() ?? ''}${each.slice(1)}`, `not${each}`]);
}
