import fc, { type Arbitrary } from 'fast-check';
import { PORTS } from './envoy-gateway';
import { ISSUER } from './envoy-gateway-policies';
import type { TrialRequest } from './requests';
import { HEADER, HEADER_VALUES, METHODS, of, ORIGIN, OUTSIDE_HOSTS, PATHS, record, some } from './vocabulary';

const request: Arbitrary<TrialRequest> = record({
  host: of<string>(...OUTSIDE_HOSTS, ...OUTSIDE_HOSTS, 'a.town.example.'),
  port: of(...PORTS, PORTS[0]),
  method: of(...METHODS, 'GET', 'GET'),
  path: of(...PATHS, '/a//b', '/a/./b', '/a/../admin', '/a%2Fb'),
  query: some(of('q=1', 'q=12', 'key=key-of-ann', 'key=wrong')),
  headers: fc
    .array(
      of<Record<string, string>>(
        ...HEADER_VALUES.map(value => ({ [HEADER]: value })),
        { 'x-gone': 'here' },
        { origin: ORIGIN },
        { origin: 'https://third.example' },
        { 'x-sub': 'forged' },
        { 'x-user': 'forged' },
        { 'x-client': 'forged' },
        { x_kind: 'gold' },
        { 'x-api-key': 'key-of-ann' },
        { 'x-api-key': 'wrong' },
        { authorization: `Basic ${base64('ann:secret')}` },
        { authorization: `Basic ${base64('ann:wrong')}` },
        { 'x-forwarded-for': '203.0.113.7' },
        { 'x-forwarded-for': '203.0.113.7, 198.51.100.7' },
        { 'x-client-address': '203.0.113.7' },
        { 'x-forwarded-client-cert': 'Subject="CN=admin"' },
      ),
      { maxLength: 3 },
    )
    .map(each => Object.assign({}, ...each) as Record<string, string>),
  token: some(
    record({
      claims: record({
        iss: of(ISSUER, ISSUER, 'https://other.example'),
        sub: of('ann'),
        aud: some(of<string | string[]>('shop', ['shop', 'x'], 'third')),
        nested: some(of({ role: 'boss' })),
      }),
      isGood: of(true, true, true, false),
      place: some(of<'x-token' | 'parameter' | 'cookie'>('x-token', 'parameter', 'cookie')),
    }),
  ),
});

/** A token in the place of another `authorization` is not sent. */
export const envoyGatewayRequest: Arbitrary<TrialRequest> = fc.tuple(request, fc.nat(9)).map(([each, dice]) => {
  const isTaken = each.headers.authorization !== undefined && each.token?.place === undefined;
  const carried = isTaken ? { ...each, token: undefined } : each;
  return dice === 0
    ? {
        ...carried,
        method: 'OPTIONS',
        headers: { ...carried.headers, origin: ORIGIN, 'access-control-request-method': 'GET' },
      }
    : carried;
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
