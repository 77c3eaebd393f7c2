import {
  Auth,
  ClientKey,
  type EdgeProps,
  FailureMode,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  type RouteProps,
  Topology,
} from '../../../lib';
import { openBehindManagedApi } from '../../../lib/checks';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const limit = PerClientRateLimit.of({
  client: ClientKey.claim('sub'),
  requests: 5,
  per: Period.SECOND,
  failureMode: FailureMode.FAIL_OPEN,
});

function findings(ofEdge: Partial<EdgeProps>, ofRoute: RouteProps = {}) {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1', port: Port.http(80) });
  shop.addEdge('door', { host: 'shop.example', ...ofEdge }).route('GET /', web, ofRoute);
  return openBehindManagedApi(shop);
}

test('the warning names the edge, all that the API alone enforces, and the remedy', () => {
  expect(
    findings(
      { managed: true, clientCa: 'clients', waf: true },
      { auth: Auth.apiKey({ secret: 'keys' }), requestValidation: { query: ['q'] } },
    ),
  ).toEqual([
    {
      id: 'OpenBehindManagedApi',
      severity: 'warning',
      path: 'shop/door',
      message:
        'Only the managed API in front enforces API keys, client certificates, the web ACL, request '
        + 'validation, and its addresses are not declared: '
        + 'any pod or host that reaches the gateway of door bypasses them.',
      fix:
        "List the subnets of the API's load balancer in `frontCidrs`, so that the gateway's NetworkPolicy "
        + 'allows no other addresses.',
    },
  ]);
});

test.each<[string, string, Partial<EdgeProps>, RouteProps]>([
  ['API keys', 'API keys', {}, { auth: Auth.apiKey({ secret: 'keys' }) }],
  ['limits of clients', 'client rate limits', { auth: jwt, perClientRateLimit: limit }, {}],
  ['limits of clients on one route', 'client rate limits', { auth: jwt }, { perClientRateLimit: limit }],
  ['client certificates', 'client certificates', { clientCa: 'clients' }, {}],
  ['a firewall', 'the web ACL', { waf: true }, {}],
  ['request validation', 'request validation', {}, { requestValidation: { headers: ['x-shop'] } }],
])(
  '%s behind a managed API is a warning until the addresses of the API are declared',
  (_what, named, ofEdge, ofRoute) => {
    expect(findings({ managed: true, ...ofEdge }, ofRoute).map(each => each.message)).toEqual([
      expect.stringContaining(`Only the managed API in front enforces ${named}, and`),
    ]);
    expect(findings({ managed: true, frontCidrs: ['10.0.8.0/24'], ...ofEdge }, ofRoute)).toEqual([]);
  },
);

test('what the gateway checks once more, and an edge without a managed API, are no warning', () => {
  expect(findings({ managed: true, auth: jwt, rateLimit: RateLimit.perSecond(5) })).toEqual([]);
  expect(findings({}, { auth: Auth.apiKey({ secret: 'keys' }) })).toEqual([]);
});
