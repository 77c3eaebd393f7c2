import { Traffic } from '../../../lib/testing';
import { gatewayApi, pods, service } from '../../testing/traffic/support';
import { manifestsOf } from '../../support/manifests';

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

describe('a preflight for a rule of another method with a CORS filter', () => {
  const origin = 'https://www.example';
  const rule = (fields: object) => ({ backendRefs: [{ name: 'web', port: 80 }], ...fields });
  const answer = (rules: object[], headers: Record<string, string> = {}) =>
    Traffic.of(
      manifestsOf([
        gatewayApi('Gateway', 'own', {
          gatewayClassName: 'eg',
          listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
        }),
        gatewayApi('HTTPRoute', 'own', { parentRefs: [{ name: 'own' }], rules }),
        pods('web'),
        service('web'),
      ]),
    ).fromInternet('OPTIONS http://own.example/a', {
      headers: { origin, 'access-control-request-method': 'GET', ...headers },
    });
  const get = (fields: object = {}) => ({ matches: [{ method: 'GET', ...fields }] });

  test('is answered by Envoy Gateway, which adds a route for it', () => {
    expect(answer([rule({ ...get(), filters: [cors] })]).outcomes[0]).toMatchObject({ destination: '', status: 200 });
    answer([rule({ ...get({ path: { value: '/b' } }), filters: [cors] })]).expectDenied(404);
    answer([rule({ ...get({ headers: [{ name: 'x-a', value: '1' }] }), filters: [cors] })]).expectDenied(404);
    answer([rule(get())]).expectDenied(404);
  });

  test('has none of the other filters of the rule', () => {
    const added = { filters: [cors, redirect], backendRefs: undefined };
    expect(answer([rule({ ...get(), ...added })]).outcomes[0]).toMatchObject({ status: 500, location: '' });
  });

  test('precedes a rule with as many conditions', () => {
    const other = rule({
      matches: [
        {
          headers: [
            { name: 'origin', value: origin },
            { name: 'access-control-request-method', value: 'GET' },
          ],
        },
      ],
      filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'x.example' } }],
    });
    expect(answer([other, rule({ ...get(), filters: [cors] })]).outcomes[0]?.status).toBe(200);
  });
});
