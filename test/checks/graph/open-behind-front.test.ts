import {
  Auth,
  Capability,
  ClientKey,
  type EdgeProps,
  FailureMode,
  Front,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  type RouteProps,
  Topology,
} from '../../../lib';
import { openBehindFront } from '../../../lib/checks/graph';
import { restFront } from '../../support/fronts';
import { setValues } from '../../support/set-values';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const limit = PerClientRateLimit.of({
  client: ClientKey.claim('sub'),
  requests: 5,
  per: Period.SECOND,
  failureMode: FailureMode.FAIL_OPEN,
});

const shared = ['10.0.8.0/24'];

function findings(ofEdge: Partial<EdgeProps>, ofRoute: RouteProps = {}, clusterCidrs: string[] = shared) {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1', port: Port.http(80) });
  shop.addEdge('door', setValues({ host: 'shop.example', front: restFront, ...ofEdge })).route('GET /', web, ofRoute);
  return openBehindFront(shop, clusterCidrs);
}

test('the warning names the edge, all that the front alone enforces, the addresses, and the remedy', () => {
  expect(
    findings(
      { clientCa: 'clients', waf: true },
      { auth: Auth.apiKey({ secret: 'keys' }), requestValidation: { query: ['q'] } },
    ),
  ).toEqual([
    {
      id: 'OpenBehindFront',
      severity: 'warning',
      path: 'shop/door',
      message:
        'Only a REST API in front enforces API keys, client certificates, the firewall, request validation, and its '
        + 'addresses 10.0.8.0/24 are also those of pods and nodes: they can connect to the gateway of door and bypass '
        + 'the front.',
      fix: 'Give the front subnets without pods, and list only these in its `addresses`.',
    },
  ]);
});

test.each<[string, string, Partial<EdgeProps>, RouteProps]>([
  ['API keys', 'API keys', {}, { auth: Auth.apiKey({ secret: 'keys' }) }],
  ['limits of clients', 'client rate limits', { auth: jwt, perClientRateLimit: limit }, {}],
  ['limits of clients on one route', 'client rate limits', { auth: jwt }, { perClientRateLimit: limit }],
  ['client certificates', 'client certificates', { clientCa: 'clients' }, {}],
  ['a firewall', 'the firewall', { waf: true }, {}],
  ['request validation', 'request validation', {}, { requestValidation: { headers: ['x-shop'] } }],
])('%s behind a front are a warning if pods have its addresses', (_what, named, ofEdge, ofRoute) => {
  expect(findings(ofEdge, ofRoute).map(each => each.message)).toEqual([
    expect.stringContaining(`Only a REST API in front enforces ${named}, and`),
  ]);
  expect(findings(ofEdge, ofRoute, [])).toEqual([]);
});

test.each<[string, string[], boolean]>([
  ['that include a range of pods', ['10.0.8.128/25'], true],
  ['that are a part of the network of the cluster', ['10.0.0.0/16'], false],
  ['beside those of pods', ['10.0.10.0/24', 'fd00::/64'], false],
])('addresses %s', (_what, clusterCidrs, isOpen) => {
  expect(findings({ waf: true }, {}, clusterCidrs)).toHaveLength(isOpen ? 1 : 0);
});

test('what the gateway checks once more, what a certificate proves, and an edge without a front, are no warning', () => {
  const front = Front.of({ name: 'a proxy', capabilities: [Capability.WAF], addresses: shared, clientCa: 'front-ca' });

  expect(findings({ auth: jwt, rateLimit: RateLimit.perSecond(5) })).toEqual([]);
  expect(findings({ front, tlsSecret: 'tls', waf: true })).toEqual([]);
  expect(findings({ front: undefined }, { auth: Auth.apiKey({ secret: 'keys' }) })).toEqual([]);
});
