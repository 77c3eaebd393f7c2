import fc, { type Arbitrary } from 'fast-check';
import { HOST } from '../network';
import { HEADER, of, ORIGIN, record, some } from './vocabulary';

/** The issuer of tokens. */
export const ISSUER = 'https://issuer.example';

const provider = record({
  name: of('it'),
  issuer: of(ISSUER),
  audiences: some(of(['shop'], ['shop', 'else'])),
  claimToHeaders: some(of([{ header: 'x-sub', claim: 'sub' }], [{ header: 'x-sub', claim: 'nested.role' }])),
  extractFrom: some(
    of<object>({ headers: [{ name: 'x-token' }] }, { params: ['access_token'] }, { cookies: ['session'] }),
  ),
  localJWKS: of({ type: 'Inline', inline: 'JWKS' }),
}).map(each => [each]);

const SECURITY = {
  cors: of<object>(
    { allowOrigins: [ORIGIN], allowMethods: ['GET'] },
    { allowOrigins: ['https://*.example'], exposeHeaders: ['x-answer'], allowCredentials: true },
    { allowOrigins: ['https://other.example'] },
  ),
  jwt: record({ optional: some(of(true)), providers: provider }),
  apiKeyAuth: record({
    credentialRefs: of([{ group: '', kind: 'Secret', name: 'keys' }]),
    extractFrom: of([{ headers: ['x-api-key'] }], [{ params: ['key'] }]),
    forwardClientIDHeader: some(of('x-client')),
    sanitize: some(of(true)),
  }),
  basicAuth: record({
    users: of({ group: '', kind: 'Secret', name: 'users' }),
    forwardUsernameHeader: some(of('x-user')),
  }),
  authorization: record({
    defaultAction: some(of('Allow', 'Deny')),
    rules: fc.array(
      record({
        action: of('Allow', 'Deny'),
        operation: some(of<object>({ methods: ['GET'] }, { methods: ['POST', 'DELETE'] })),
        principal: of<object>(
          { clientCIDRs: [`${HOST}/32`] },
          { clientCIDRs: ['203.0.113.0/24'] },
          { headers: [{ name: HEADER, values: ['gold', 'tin'] }] },
        ),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  extAuth: record({
    http: of('judge', 'cart').map(name => ({ backendRefs: [{ name, port: 8080 }] })),
    failOpen: some(of(true)),
  }),
} as const;

/** One or two settings. */
export const security = fc
  .subarray(Object.keys(SECURITY) as (keyof typeof SECURITY)[], { minLength: 1, maxLength: 2 })
  .chain(names =>
    fc
      .tuple(...names.map(name => SECURITY[name] as Arbitrary<object>))
      .map(values => Object.fromEntries(names.map((name, index) => [name, values[index]]))),
  );

export const traffic = record({
  timeout: some(of({ http: { requestTimeout: '3s' } }, { http: { requestTimeout: '0s' } })),
  retry: some(
    of<object>(
      { numRetries: 1 },
      { numRetries: 3, perRetry: { timeout: '1s' } },
      { numRetries: 1, retryOn: { triggers: ['connect-failure'] }, perRetry: { timeout: '5s' } },
    ),
  ),
  faultInjection: some(
    of<object>(
      { abort: { httpStatus: 418, percentage: 100 } },
      { abort: { httpStatus: 418 } },
      { delay: { fixedDelay: '200ms', percentage: 100 } },
      { abort: { httpStatus: 418, percentage: 0 } },
    ),
  ),
});

const pairs = (name: string, value: string) => [{ name, value }];
export const client = record({
  clientIPDetection: some(
    of<object>(
      { xForwardedFor: { trustedCIDRs: [`${HOST}/32`] } },
      { xForwardedFor: { numTrustedHops: 1 } },
      { xForwardedFor: { numTrustedHops: 2 } },
      { customHeader: { name: 'x-client-address' } },
      { customHeader: { name: 'x-client-address', failClosed: true } },
      { directSourceIP: {} },
    ),
  ),
  path: some(
    of<object>(
      { disableMergeSlashes: true },
      { escapedSlashesAction: 'KeepUnchanged' },
      { escapedSlashesAction: 'UnescapeAndForward' },
      { escapedSlashesAction: 'RejectRequest' },
    ),
  ),
  healthCheck: some(of({ path: '/x.png' }, { path: '/a?q=1' })),
  underscores: some(of('Allow', 'DropHeader', 'RejectRequest')),
  certificates: some(of('Sanitize', 'ForwardOnly', 'AlwaysForwardOnly')),
  host: some(of({ stripTrailingHostDot: true })),
  early: some(
    of<object>(
      { set: pairs(HEADER, 'tin') },
      { add: pairs(HEADER, 'late') },
      { addIfAbsent: pairs(HEADER, 'absent') },
      { set: pairs('x-set', 'early'), remove: ['x-set', HEADER] },
      { removeOnMatch: [{ type: 'Prefix', value: 'x-k' }] },
      { set: pairs(HEADER, 'set'), add: pairs(HEADER, 'added') },
    ),
  ),
  late: some(of<object>({ set: pairs('x-late', 'set') }, { add: pairs('x-late', 'added') }, { remove: ['x-answer'] })),
  http1: some(of<object>({ enableTrailers: true }, { http10: {} })),
  timeout: some(of({ http: { idleTimeout: '50s' } })),
});
