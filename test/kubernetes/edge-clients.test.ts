import { parse } from 'yaml';
import { Testing } from 'cdk8s';
import { load } from 'js-yaml';
import {
  Auth,
  ClientCertificates,
  ClusterApp,
  type EdgeProps,
  GatewayService,
  Mesh,
  type Target,
  TlsVersion,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway, EnvoyService } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { trafficOf } from '../support/manifests';

const jwt = Auth.jwt({
  issuer: 'https://login.example',
  audiences: ['shop'],
  scopes: ['read', 'admin'],
  jwksUri: 'https://login.example/keys',
});
const claims = { iss: 'https://login.example', sub: 'ann', aud: 'shop', scope: 'read' };

const envoyGateway = () => Mesh.none({ gateway: new EnvoyGateway() });
const TARGETS: [string, () => Target][] = [
  ["Istio's gateway", () => Mesh.istio()],
  ['Envoy Gateway', envoyGateway],
];

function render(mesh: Target, props: Partial<EdgeProps>): Rendered[] {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('door', { host: 'shop.example', ...props });
  edge.route('GET /', web);
  edge.route('GET /orders', web, { auth: jwt });
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh })) as Rendered[];
}

describe.each(TARGETS)('addresses of clients at %s', (_, target) => {
  const from = (props: Partial<EdgeProps>) => {
    const traffic = trafficOf(render(target(), props));
    return (address: string, path = '/', headers: Record<string, string> = {}, token?: typeof claims) =>
      traffic.fromInternet(`GET http://shop.example${path}`, { address, headers, ...(token ? { claims: token } : {}) });
  };
  const forged = (...addresses: string[]) => ({ 'x-forwarded-for': addresses.join(', ') });

  test('are allowed if they are listed, on each route with its authentication', () => {
    const request = from({ allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'] });

    request('203.0.113.7').expectRoutedTo('web');
    request('2001:db8::7').expectRoutedTo('web');
    request('198.51.100.7').expectDenied(403);
    request('203.0.113.7', '/orders').expectDenied();
    request('203.0.113.7', '/orders', {}, claims).expectRoutedTo('web');
    request('203.0.113.7', '/orders', {}, { ...claims, scope: 'write' }).expectDenied(403);
    request('198.51.100.7', '/orders', {}, claims).expectDenied(403);
  });

  test('are denied if they are listed, even if they are allowed as well', () => {
    const denied = from({ deniedCidrs: ['203.0.113.0/24'] });
    denied('203.0.113.7').expectDenied(403);
    denied('203.0.113.7', '/orders', {}, claims).expectDenied(403);
    denied('198.51.100.7').expectRoutedTo('web');
    denied('198.51.100.7', '/orders').expectDenied();
    denied('198.51.100.7', '/orders', {}, claims).expectRoutedTo('web');

    const both = from({ allowedCidrs: ['203.0.0.0/16'], deniedCidrs: ['203.0.113.0/24'] });
    both('203.0.113.7').expectDenied(403);
    both('203.0.114.7').expectRoutedTo('web');
    both('198.51.100.7').expectDenied(403);
  });

  test('are those of connections, independent of x-forwarded-for', () => {
    const allowed = from({ allowedCidrs: ['203.0.113.0/24'] });
    allowed('198.51.100.7', '/', forged('203.0.113.7')).expectDenied(403);
    allowed('203.0.113.7', '/', forged('198.51.100.7')).expectRoutedTo('web');

    const denied = from({ deniedCidrs: ['203.0.113.0/24'] });
    denied('203.0.113.7', '/', forged('198.51.100.7')).expectDenied(403);
  });

  test('are the last entry of x-forwarded-for on connections of a trusted proxy, and not what a client put before', () => {
    const request = from({ allowedCidrs: ['203.0.113.0/24'], trustedProxies: { cidrs: ['10.0.8.0/24'] } });

    request('10.0.8.1', '/', forged('203.0.113.7')).expectRoutedTo('web');
    request('10.0.8.1', '/', forged('203.0.113.7', '198.51.100.7')).expectDenied(403);
    request('10.0.8.1', '/', forged('198.51.100.7', '203.0.113.7')).expectRoutedTo('web');
    request('10.0.8.1').expectDenied(403);
    request('10.0.8.1', '/', forged('no address')).expectDenied(403);
  });

  test('of connections that bypass the trusted proxies are not those of x-forwarded-for', () => {
    const denied = from({ deniedCidrs: ['198.51.100.0/24'], trustedProxies: { cidrs: ['10.0.8.0/24'] } });
    denied('198.51.100.7', '/', forged('203.0.113.7')).expectDenied(403);

    const allowed = from({ allowedCidrs: ['203.0.113.0/24'], trustedProxies: { cidrs: ['10.0.8.0/24'] } });
    allowed('198.51.100.7', '/', forged('203.0.113.7')).expectDenied(403);
    allowed('10.0.9.1', '/', forged('203.0.113.7')).expectDenied(403);
  });
});

test("Istio's gateway counts several proxies, and denies connections of others", () => {
  const objects = render(Mesh.istio(), {
    allowedCidrs: ['203.0.113.0/24'],
    trustedProxies: { cidrs: ['10.0.8.0/24'], count: 2 },
  });
  expect(one(objects, 'Gateway', 'door').spec.infrastructure).not.toHaveProperty('annotations');
  expect(parse(one(objects, 'ConfigMap', 'door-gateway').data?.deployment ?? '')).toEqual({
    spec: {
      template: {
        metadata: { annotations: { 'proxy.istio.io/config': '{"gatewayTopology":{"numTrustedProxies":2}}' } },
      },
    },
  });
  expect(one(objects, 'AuthorizationPolicy', 'door-addresses').spec).toEqual({
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
    action: 'DENY',
    rules: [
      { from: [{ source: { notIpBlocks: ['10.0.8.0/24'] } }] },
      { from: [{ source: { notRemoteIpBlocks: ['203.0.113.0/24'] } }] },
    ],
  });

  const traffic = trafficOf(objects);
  const request = (address: string, ...entries: string[]) =>
    traffic.fromInternet('GET http://shop.example/', { address, headers: { 'x-forwarded-for': entries.join(',') } });
  request('10.0.8.1', '203.0.113.7', '10.0.9.1').expectRoutedTo('web');
  request('10.0.8.1', '203.0.113.7', '198.51.100.7', '10.0.9.1').expectDenied(403);
  request('10.0.8.1', '203.0.113.7').expectDenied(403);
  request('203.0.113.7', '203.0.113.7', '10.0.9.1').expectDenied(403);
});

test('trusted proxies alone bypass no policy, and connections of others are denied', () => {
  const traffic = trafficOf(render(Mesh.istio(), { trustedProxies: { cidrs: ['10.0.8.0/24'] } }));

  traffic.fromInternet('GET http://shop.example/', { address: '10.0.8.1' }).expectRoutedTo('web');
  traffic.fromInternet('GET http://shop.example/', { address: '10.0.9.1' }).expectDenied(403);
  traffic.fromInternet('GET http://shop.example/orders', { address: '10.0.8.1' }).expectDenied(403);
});

describe('the Service of a gateway', () => {
  const service = (props: Partial<EdgeProps>, gatewayService?: GatewayService) =>
    load(one(render(Mesh.istio({ gatewayService }), props), 'ConfigMap', 'door-gateway').data?.service ?? '');

  test.each<[string, Partial<EdgeProps>]>([
    ['allowed', { allowedCidrs: ['203.0.113.0/24'] }],
    ['denied', { deniedCidrs: ['203.0.113.0/24'] }],
    ['of trusted proxies', { trustedProxies: { cidrs: ['10.0.8.0/24'] } }],
  ])('preserves addresses that are %s', (_, props) => {
    expect(service(props)).toEqual({ spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } });
    expect(service({})).toEqual({ spec: { type: 'LoadBalancer' } });
  });

  test('is a ClusterIP without that setting behind a load balancer that exists', () => {
    expect(service({ allowedCidrs: ['203.0.113.0/24'] }, GatewayService.CLUSTER_IP)).toEqual({
      spec: { type: 'ClusterIP' },
    });
  });

  test.each<[string, Target]>([
    ["Istio's gateway", Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP })],
    ['Envoy Gateway', Mesh.none({ gateway: new EnvoyGateway({ service: EnvoyService.CLUSTER_IP }) })],
  ])('behind an existing load balancer, denied addresses are an error unless it is trusted, with %s', (_, mesh) => {
    expect(() => render(mesh, { deniedCidrs: ['203.0.113.0/24'] })).toThrow(
      /UnknownClientAddress|could see the address/,
    );
    expect(() =>
      render(mesh, { deniedCidrs: ['203.0.113.0/24'], trustedProxies: { cidrs: ['10.0.8.0/24'] } }),
    ).not.toThrow();
  });
});

test('Envoy Gateway cannot count proxies', () => {
  expect(() => render(envoyGateway(), { trustedProxies: { cidrs: ['10.0.8.0/24'], count: 2 } })).toThrow(
    /cannot count/,
  );
});

describe('client certificates', () => {
  const optional = { tlsSecret: 'tls', clientCa: 'ca', clientCertificates: ClientCertificates.OPTIONAL };

  test.each(TARGETS)('that are optional are no proof at %s', (_, target) => {
    const traffic = trafficOf(render(target(), optional));

    for (const clientCertificate of [true, false]) {
      traffic.fromInternet('GET https://shop.example/', { clientCertificate }).expectRoutedTo('web');
      traffic.fromInternet('GET https://shop.example/orders', { clientCertificate }).expectDenied();
      traffic.fromInternet('GET https://shop.example/orders', { clientCertificate, claims }).expectRoutedTo('web');
    }
  });

  test.each(TARGETS)('that are required are required by default at %s', (_, target) => {
    const traffic = trafficOf(render(target(), { tlsSecret: 'tls', clientCa: 'ca' }));

    traffic.fromInternet('GET https://shop.example/').expectDenied(0);
    traffic.fromInternet('GET https://shop.example/', { clientCertificate: true }).expectRoutedTo('web');
  });

  test("that are optional are verified if they are presented, by an option of Istio's listeners", () => {
    const { listeners, tls } = one(render(Mesh.istio(), optional), 'Gateway', 'door').spec;
    expect(listeners[1].tls.options).toEqual({ 'gateway.istio.io/tls-terminate-mode': 'OPTIONAL_MUTUAL' });
    expect(tls.frontend.default.validation).toEqual({
      caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }],
    });
  });

  test('reach services in a header that clients cannot set, at Envoy Gateway as well', () => {
    const policy = (props: Partial<EdgeProps>) =>
      one(render(envoyGateway(), props), 'ClientTrafficPolicy', 'door').spec;

    expect(policy(optional)).toMatchObject({
      headers: { xForwardedClientCert: { mode: 'SanitizeSet', certDetailsToAdd: ['Subject', 'Cert', 'DNS', 'URI'] } },
      tls: { clientValidation: { optional: true } },
    });
    expect(policy({ tlsSecret: 'tls', clientCa: 'ca' }).tls.clientValidation).toEqual({
      caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }],
    });
    expect(policy({ tlsSecret: 'tls' }).headers).toBeUndefined();
  });

  test.each(TARGETS)('that a client claims to have do not reach services through %s', (_, target) => {
    const traffic = trafficOf(render(target(), { ...optional }));
    const result = traffic.fromInternet('GET https://shop.example/', {
      headers: { 'x-forwarded-client-cert': 'URI=x' },
    });

    expect(result.outcomes.map(each => each.headers['x-forwarded-client-cert'])).toEqual([undefined]);
  });
});

describe('the lowest version of TLS', () => {
  test('is a setting of the ClientTrafficPolicy of Envoy Gateway', () => {
    const version = (minTlsVersion?: TlsVersion) =>
      one(render(envoyGateway(), { tlsSecret: 'tls', minTlsVersion }), 'ClientTrafficPolicy', 'door').spec.tls
        .minVersion;
    expect([version(), version(TlsVersion.V1_2), version(TlsVersion.V1_3)]).toEqual(['1.2', '1.2', '1.3']);
  });

  test("is merged into the filter chains of Istio's gateway that terminate TLS, if it is not the default", () => {
    const patches = (props: Partial<EdgeProps>) =>
      one(render(Mesh.istio(), props), 'EnvoyFilter', 'door-filters').spec.configPatches.filter(
        (each: { applyTo: string }) => each.applyTo === 'FILTER_CHAIN',
      );

    expect(patches({ tlsSecret: 'tls' })).toEqual([]);
    expect(patches({ tlsSecret: 'tls', minTlsVersion: TlsVersion.V1_3 })).toEqual([
      {
        applyTo: 'FILTER_CHAIN',
        match: { context: 'GATEWAY', listener: { portNumber: 443 } },
        patch: {
          operation: 'MERGE',
          value: {
            transport_socket: {
              name: 'envoy.transport_sockets.tls',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
                common_tls_context: { tls_params: { tls_minimum_protocol_version: 'TLSv1_3' } },
              },
            },
          },
        },
      },
    ]);
  });

  test('does not change where requests of clients with it are routed', () => {
    const traffic = trafficOf(render(Mesh.istio(), { tlsSecret: 'tls', minTlsVersion: TlsVersion.V1_3 }));
    traffic.fromInternet('GET https://shop.example/').expectRoutedTo('web');
  });
});

test('no policy on addresses is rendered without a list', () => {
  expect(names(render(Mesh.istio(), {}), 'AuthorizationPolicy')).not.toContain('door-addresses');
});
