import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { AUTHORIZERS, GATEWAY } from './testbed';
import { anywhere, apiVersions, HEADER, ISSUERS, METHODS, of, record, some, SUBJECTS, subset } from './vocabulary';

const PRINCIPALS = [
  'cluster.local/ns/north/sa/client',
  'cluster.local/ns/south/sa/peer',
  'cluster.local/ns/north/*',
  '*/sa/client',
  '*',
  'cluster.local/ns/north/sa/gate-istio',
] as const;
const PATHS = ['/a', '/a/*', '/a*', '*.png', '*', '/{*}', '/a/{**}', '/{*}/b', '/a/{*}/c'] as const;

/** The external client has the address of the machine, pods have other addresses of its network. */
const BLOCKS = [['10.99.0.1'], ['10.99.0.0/16'], ['192.168.0.0/16', '10.99.0.1/32']];

const source = fc.oneof(
  record({ principals: subset(...PRINCIPALS) }),
  record({ notPrincipals: subset(...PRINCIPALS) }),
  record({ namespaces: of(['north'], ['south'], ['n*'], ['*th']) }),
  record({ notNamespaces: of(['north'], ['south']) }),
  record({ serviceAccounts: of(['client'], ['north/client', 'south/peer']) }),
  record({ requestPrincipals: of(['*'], [`${ISSUERS[0]}/ann`], [`${ISSUERS[0]}/*`], ['*/bob']) }),
  record({ notRequestPrincipals: of(['*'], [`${ISSUERS[0]}/ann`]) }),
  record({ ipBlocks: of(...BLOCKS) }),
  record({ notIpBlocks: of(...BLOCKS) }),
  record({ remoteIpBlocks: of(...BLOCKS) }),
  record({ principals: subset(...PRINCIPALS), requestPrincipals: of(['*']) }),
);

const operation = fc.oneof(
  record({ paths: subset(...PATHS) }),
  record({ notPaths: subset(...PATHS) }),
  record({ methods: subset<string>(...METHODS, 'G*') }),
  record({ notMethods: subset<string>(...METHODS) }),
  record({ hosts: of(['api', 'api:*'], ['*.north'], ['API.north.svc.cluster.local'], ['a.town.example']) }),
  record({ notHosts: of(['api'], ['*.example']) }),
  record({ ports: of(['8080'], ['8081', '8082']) }),
  record({ notPorts: of(['8080']) }),
  record({ paths: subset(...PATHS), methods: subset<string>(...METHODS) }),
);

const condition = fc.oneof(
  record({ key: of(`request.headers[${HEADER}]`), values: of(['gold'], ['gold*'], ['*en'], ['*']) }),
  record({ key: of(`request.headers[${HEADER}]`), notValues: of(['gold'], ['*']) }),
  record({ key: of('request.auth.claims[role]'), values: of(['boss'], ['b*']) }),
  record({ key: of('request.auth.claims[nested][role]'), values: of(['boss']) }),
  record({ key: of('request.auth.claims[scope]'), values: of(['read'], ['write']) }),
  record({ key: of('request.auth.audiences'), values: of(['shop']) }),
  record({ key: of('request.auth.presenter'), values: of(['app']) }),
  record({ key: of('request.auth.principal'), values: of([`${ISSUERS[0]}/${SUBJECTS[0]}`], ['*']) }),
  record({ key: of('source.namespace'), values: of(['north'], ['s*']) }),
  record({ key: of('source.principal'), notValues: of(['cluster.local/ns/north/sa/client']) }),
  record({ key: of('destination.port'), values: of(['8080'], ['8081', '8082']) }),
  record({ key: of('source.ip', 'remote.ip'), values: of(...BLOCKS) }),
  record({ key: of('source.trustDomain'), values: of(['cluster.local'], ['cluster*'], ['other.example']) }),
  record({ key: of('source.serviceAccount'), notValues: of(['north/client']) }),
  record({ key: of('connection.sni'), values: of(['a.town.example'], ['*.town.example']) }),
);

const rule = record({
  from: some(
    fc.array(
      source.map(each => ({ source: each })),
      { minLength: 1, maxLength: 2 },
    ),
  ),
  to: some(
    fc.array(
      operation.map(each => ({ operation: each })),
      { minLength: 1, maxLength: 2 },
    ),
  ),
  when: some(fc.array(condition, { minLength: 1, maxLength: 2 })),
});

const selected = fc.oneof(
  {
    weight: 2,
    arbitrary: of(
      { selector: { matchLabels: { app: 'api' } } },
      { selector: { matchLabels: { app: 'api', version: 'v2' } } },
      { selector: { matchLabels: { app: 'peer' } } },
    ),
  },
  {
    weight: 1,
    arbitrary: of(
      {},
      { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: GATEWAY }] },
      { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': GATEWAY } } },
    ),
  },
);

/** A policy that targets the Gateway must be in its namespace. */
export const authorizationPolicy: Arbitrary<Unnamed> = fc
  .tuple(
    anywhere,
    selected,
    fc.array(rule, { maxLength: 2 }),
    of('ALLOW', 'ALLOW', 'DENY', 'CUSTOM', undefined),
    of(...AUTHORIZERS),
  )
  .map(([metadata, where, rules, action, authorizer]) => ({
    apiVersion: apiVersions.security,
    kind: 'AuthorizationPolicy',
    metadata: 'targetRefs' in where ? { namespace: 'north' } : metadata,
    spec: {
      ...where,
      rules: rules.length === 0 && action !== undefined && action !== 'ALLOW' ? [{}] : rules,
      ...(action ? { action } : {}),
      ...(action === 'CUSTOM' ? { provider: { name: authorizer } } : {}),
    },
  }));

const mode = of('STRICT', 'PERMISSIVE', 'DISABLE');

export const peerAuthentication: Arbitrary<Unnamed> = fc
  .tuple(
    anywhere,
    fc.oneof(
      record({ mtls: mode.map(each => ({ mode: each })) }),
      record({
        selector: of({ matchLabels: { app: 'api' } }, { matchLabels: { app: 'peer' } }),
        mtls: some(mode.map(each => ({ mode: each }))),
        portLevelMtls: some(mode.map(each => ({ 8080: { mode: each } }))),
      }),
    ),
  )
  .map(([metadata, spec]) => ({ apiVersion: apiVersions.security, kind: 'PeerAuthentication', metadata, spec }));

/** The keys of issuers are inserted when it is applied. */
export const requestAuthentication: Arbitrary<Unnamed> = fc
  .tuple(
    anywhere,
    of(
      { selector: { matchLabels: { app: 'api' } } },
      {},
      { selector: { matchLabels: { app: 'peer' } } },
      { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': GATEWAY } } },
    ),
    fc.array(
      record({
        issuer: of(...ISSUERS),
        audiences: some(of(['shop'], ['shop', 'other'])),
        forwardOriginalToken: some(of(true)),
        fromHeaders: some(of([{ name: 'x-token' }])),
        fromParams: some(of(['access_token'])),
        fromCookies: some(of(['session'])),
        outputClaimToHeaders: some(
          of(
            ...['sub', 'role', 'level', 'ratio', 'isAdmin', 'nested.role', 'nested'].map(claim => [
              { header: 'x-sub', claim },
            ]),
            [
              { header: 'x-sub', claim: 'sub' },
              { header: 'x-sub', claim: 'level' },
            ],
            [{ header: HEADER, claim: 'kind' }],
          ),
        ),
        jwks: of('KEYS'),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([metadata, where, jwtRules]) => ({
    apiVersion: apiVersions.security,
    kind: 'RequestAuthentication',
    metadata,
    spec: { ...where, jwtRules },
  }));
