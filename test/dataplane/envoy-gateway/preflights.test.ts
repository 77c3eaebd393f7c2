import { Traffic } from '../../../lib/testing';
import { gatewayApi, manifestsOf, pods, service } from '../../testing/traffic/support';

const door = gatewayApi('Gateway', 'door', {
  gatewayClassName: 'eg',
  listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
});
const cors = { type: 'CORS', cors: { allowOrigins: ['https://www.example'] } };
const redirect = { type: 'RequestRedirect', requestRedirect: { hostname: 'x.example', statusCode: 301 } };

/** The status of a preflight of a rule with a CORS filter. */
function preflight(rule: object): string {
  const route = gatewayApi('HTTPRoute', 'web', { parentRefs: [{ name: 'door' }], rules: [rule] });
  const headers = { origin: 'https://www.example', 'access-control-request-method': 'GET' };
  const [outcome] = Traffic.of(manifestsOf([door, route, pods('web'), service('web')])).fromInternet(
    'OPTIONS http://shop.example/',
    { headers },
  ).outcomes;
  return String(outcome?.status);
}

test.each([
  ['a backend', [{ name: 'web', port: 80 }], '200'],
  [
    'a backend, and one that does not exist',
    [
      { name: 'web', port: 80 },
      { name: 'gone', port: 80 },
    ],
    '200',
  ],
  ['only backends that do not exist', [{ name: 'gone', port: 80 }], '500'],
  ['no backend', [], '500'],
])('with %s, Envoy Gateway responds to a preflight of a CORS filter', (_what, backendRefs, status) => {
  expect(preflight({ filters: [cors], backendRefs })).toBe(status);
});

test('a rule with a redirect needs no backend', () => {
  expect(preflight({ filters: [cors, redirect] })).toBe('301');
});
