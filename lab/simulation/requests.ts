import fc, { type Arbitrary } from 'fast-check';
import { HEADLESS, ISTIO_GATEWAY_PORT, ISTIO_SECURE_PORT, SECURE_PORT, TLS_PORT } from './testbed';
import {
  HEADER,
  HEADER_VALUES,
  ISSUERS,
  METHODS,
  of,
  ORIGIN,
  OUTSIDE_HOSTS,
  PATHS,
  record,
  some,
  SUBJECTS,
} from './vocabulary';

/** A request of a test: from a workload, or from outside if that is undefined. */
export interface TrialRequest {
  readonly from?: string;
  readonly host: string;
  readonly port: number;
  /** Whether it is sent over TLS. */
  readonly isSecure?: boolean;
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly isGood: boolean;
    readonly place?: 'x-token' | 'parameter' | 'cookie';
  };
}

const asked = {
  method: of(...METHODS, 'GET', 'GET'),
  path: of(...PATHS, '/a//b', '/a/./b', '/a/../admin'),
  query: some(of('q=1', 'q=12', 'q=x', 'p=1')),
  headers: fc.oneof(
    of({}),
    of(...HEADER_VALUES).map(value => ({ [HEADER]: value })),
    of({ 'x-gone': 'here' }),
    of({ origin: ORIGIN }),
    of({ 'x-sub': 'forged' }),
  ),
  token: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: record({
        claims: record({
          iss: of(...ISSUERS, ISSUERS[0]),
          sub: of(...SUBJECTS),
          aud: some(of<string | string[]>('shop', ['shop', 'x'], 'else')),
          azp: some(of('app')),
          role: some(of<string | string[]>('boss', ['boss', 'clerk'], 'clerk')),
          nested: some(of({ role: 'boss' })),
          scope: some(of('read', 'read write')),
          level: some(of(0, 7, -7)),
          ratio: some(of(1.5)),
          isAdmin: some(of(true, false)),
          kind: some(of(...HEADER_VALUES)),
        }),
        isGood: of(true, true, true, false),
        place: some(of<'x-token' | 'parameter' | 'cookie'>('x-token', 'x-token', 'parameter', 'cookie')),
      }),
    },
  ),
};

const inside: Arbitrary<TrialRequest> = record({
  from: of('client', 'client', 'api-v1', 'peer', 'legacy'),
  host: of(
    'api',
    'api.north',
    'api.north.svc.cluster.local',
    'api.north',
    'peer.south',
    'peer.south.svc',
    'legacy.south',
    `${HEADLESS.name}.north`,
    'out.example',
    'deep.out.example',
    'free.example',
  ),
  port: of(80, 80, 80, 81, 82),
  ...asked,
  // The external host listens on no other ports, and the short name does not resolve in another namespace.
})
  .map(each => (each.host.startsWith(HEADLESS.name) ? { ...each, port: HEADLESS.port } : each))
  .map(each =>
    each.host.endsWith('.example')
      ? { ...each, port: 80 }
      : ['peer', 'legacy'].includes(each.from ?? '') && each.host === 'api'
        ? { ...each, host: 'api.north' }
        : each,
  );

/** TLS that a client in the cluster begins: to the host outside, and to ports that are declared for plain text. */
const secured: Arbitrary<TrialRequest> = fc
  .tuple(
    inside,
    of({ host: 'out.example', port: 443 }, { host: 'free.example', port: 443 }, { host: 'api.north', port: 80 }),
  )
  .map(([request, to]) => ({ ...request, ...to, isSecure: true }));

const outside: Arbitrary<TrialRequest> = record({
  from: fc.constant(undefined),
  host: of(...OUTSIDE_HOSTS),
  port: of(80, 8000, SECURE_PORT, ISTIO_GATEWAY_PORT, ISTIO_GATEWAY_PORT, ISTIO_SECURE_PORT, TLS_PORT),
  ...asked,
}).map(each => (isSecure(each.port) ? { ...each, isSecure: true } : each));

function isSecure(port: number): boolean {
  return port === SECURE_PORT || port === ISTIO_SECURE_PORT || port === TLS_PORT;
}

/** A CORS preflight request. */
function preflight(request: TrialRequest): TrialRequest {
  return { ...request, method: 'OPTIONS', headers: { origin: ORIGIN, 'access-control-request-method': 'GET' } };
}

export const trialRequest: Arbitrary<TrialRequest> = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: inside }, { weight: 1, arbitrary: secured }, { weight: 4, arbitrary: outside }),
    fc.nat(11),
  )
  .map(([request, dice]) => (dice === 0 ? preflight(request) : request));
