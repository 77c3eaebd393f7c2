import { Auth, Topology } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { trafficOf } from '../support/manifests';
import { one, plain, type Rendered, render } from './support';

const ISSUER = 'https://login.example';
const auth = Auth.jwt({ issuer: ISSUER, audiences: ['shop'] });

/** `GET /reports` is routed to `admins`, `beta` and `all`, by claims. */
function rendered(): readonly Rendered[] {
  const topology = new Topology('shop');
  const edge = topology.addEdge('door', { host: 'shop.example', auth });
  edge.route('GET /reports', plain(topology, 'admins'), { match: { claims: { group: 'admin' } } });
  edge.route('GET /reports', plain(topology, 'beta'), { match: { claims: { group: 'user', Beta: 'true' } } });
  edge.route('GET /reports', plain(topology, 'all'));
  return render(topology);
}

describe('routes of an edge', () => {
  const objects = rendered();
  const traffic = trafficOf(objects);
  const destination = (claims?: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const token = claims && { iss: ISSUER, sub: 'ann', aud: 'shop', ...claims };
    const [outcome] = traffic.fromInternet('GET http://shop.example/reports', { headers, claims: token }).outcomes;
    return outcome?.destination ? outcome.destination : String(outcome?.status);
  };

  test('are matched by the claims of the token that the gateway verifies', () => {
    expect([
      destination({ group: 'admin' }),
      destination({ group: 'user', Beta: true }),
      destination({ group: 'user' }),
      destination({}),
    ]).toEqual(['shop/admins-v1', 'shop/beta-v1', 'shop/all-v1', 'shop/all-v1']);
  });

  test('are not matched by headers that a client sends in place of claims', () => {
    const forged = { 'x-jwt-claim-group': 'admin' };
    expect([destination(undefined, forged), destination({}, forged), destination({ group: 'user' }, forged)]).toEqual([
      '403',
      'shop/all-v1',
      'shop/all-v1',
    ]);
  });

  test('have the claims as headers of the RequestAuthentication, and conditions on these', () => {
    expect(one(objects, 'RequestAuthentication', 'door').spec.jwtRules[0].outputClaimToHeaders).toEqual([
      { header: 'x-jwt-claim-beta', claim: 'Beta' },
      { header: 'x-jwt-claim-group', claim: 'group' },
    ]);
    expect(one(objects, 'HTTPRoute', 'door').spec.rules[1].matches[0].headers).toEqual([
      { type: 'Exact', name: 'x-jwt-claim-group', value: 'user' },
      { type: 'Exact', name: 'x-jwt-claim-beta', value: 'true' },
    ]);
    const found = checkObjects(objects as never).findings.filter(each => each.severity !== 'info');
    expect(found.map(each => each.id)).toEqual([]);
  });

  test('of one gateway are matched by the claims of all its edges, each of which has a header', () => {
    const shop = new Topology('shop');
    const gateway = shop.addSharedGateway('front');
    const [web, hosts] = [plain(shop, 'web'), ['a', 'b']];
    hosts.forEach(name => {
      shop
        .addEdge(name, { host: `${name}.example`, gateway, auth })
        .route('GET /', web, { match: { claims: { [name]: 'yes' } } });
    });
    expect(one(render(shop), 'RequestAuthentication', 'front').spec.jwtRules[0].outputClaimToHeaders).toEqual([
      { header: 'x-jwt-claim-a', claim: 'a' },
      { header: 'x-jwt-claim-b', claim: 'b' },
    ]);
  });

  test('cannot have two claims with one header', () => {
    const shop = new Topology('shop');
    const [web, edge] = [plain(shop, 'web'), shop.addEdge('door', { host: 'shop.example', auth })];
    edge.route('GET /a', web, { match: { claims: { group: 'a' } } });
    edge.route('GET /b', web, { match: { claims: { Group: 'a' } } });
    expect(() => render(shop)).toThrow('The claims Group and group would both be in the header x-jwt-claim-group');
  });
});
