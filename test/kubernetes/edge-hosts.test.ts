import { Testing } from 'cdk8s';
import { Auth, ClusterApp, type EdgeProps, Mesh, type Target, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { trafficOf } from '../support/manifests';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], jwksUri: 'https://login.example/keys' });
const claims = { iss: 'https://login.example', sub: 'ann', aud: 'shop' };

const TARGETS: [string, () => Target][] = [
  ["Istio's gateway", () => Mesh.istio()],
  ['Envoy Gateway', () => Mesh.none({ gateway: new EnvoyGateway() })],
];

function render(mesh: Target, ...edges: Partial<EdgeProps>[]): Rendered[] {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  edges.forEach((props, index) => {
    const edge = shop.addEdge(index === 0 ? 'door' : `door-${index}`, { host: 'shop.example', ...props });
    edge.route('GET /', web);
    edge.route('GET /orders', web, { auth: jwt });
  });
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh })) as Rendered[];
}

describe.each(TARGETS)('%s', (_, target) => {
  test.each(['http', 'https'])('each host of an edge has its routes, with their authentication, over %s', scheme => {
    const objects = render(target(), {
      alternativeHosts: ['www.shop.example', '*.partner.example', 'shop.other.example'],
      ...(scheme === 'https' ? { tlsSecret: 'tls', tlsSecrets: { 'shop.other.example': 'other-tls' } } : {}),
    });
    const traffic = trafficOf(objects);

    for (const host of [
      'shop.example',
      'www.shop.example',
      'a.partner.example',
      'a.b.partner.example',
      'shop.other.example',
    ]) {
      traffic.fromInternet(`GET ${scheme}://${host}/`).expectRoutedTo('web');
      traffic.fromInternet(`GET ${scheme}://${host}/orders`).expectDenied();
      traffic.fromInternet(`GET ${scheme}://${host}/orders`, { claims }).expectRoutedTo('web');
      if (scheme === 'https') {
        traffic.fromInternet(`GET http://${host}/orders`).expectRedirectedTo(`https://${host}/orders`);
      }
    }
    for (const host of ['partner.example', 'other.example', 'www.www.shop.example']) {
      traffic.fromInternet(`GET ${scheme}://${host}/`).expectDenied(404);
    }
  });

  test('hosts that share a certificate share a listener, and another has its own', () => {
    const objects = render(target(), {
      alternativeHosts: ['*.shop.example', 'shop.partner.example'],
      tlsSecret: 'tls',
      tlsSecrets: { 'shop.partner.example': 'partner-tls' },
    });

    const listeners = one(objects, 'Gateway', 'door').spec.listeners as {
      name: string;
      hostname?: string;
      tls?: object;
    }[];
    expect(listeners.map(({ name, hostname, tls }) => ({ name, hostname, tls }))).toEqual([
      { name: 'http', hostname: undefined, tls: undefined },
      { name: 'https', hostname: undefined, tls: { mode: 'Terminate', certificateRefs: [{ name: 'tls' }] } },
      {
        name: 'https-2',
        hostname: 'shop.partner.example',
        tls: { mode: 'Terminate', certificateRefs: [{ name: 'partner-tls' }] },
      },
    ]);
    const { parentRefs, hostnames } = one(objects, 'HTTPRoute', 'door').spec;
    expect(parentRefs).toEqual(['https', 'https-2'].map(sectionName => ({ name: 'door', sectionName })));
    expect(hostnames).toEqual(['shop.example', '*.shop.example', 'shop.partner.example']);
    expect(one(objects, 'HTTPRoute', 'door-redirect').spec).toMatchObject({
      parentRefs: [{ name: 'door', sectionName: 'http' }],
      hostnames: ['shop.example', '*.shop.example', 'shop.partner.example'],
    });
  });

  test('one host and one with its own certificate have listeners of their names', () => {
    const objects = render(target(), {
      alternativeHosts: ['shop.partner.example'],
      tlsSecret: 'tls',
      tlsSecrets: { 'shop.partner.example': 'partner-tls' },
    });

    expect(one(objects, 'Gateway', 'door').spec.listeners.map((each: { hostname?: string }) => each.hostname)).toEqual([
      undefined,
      'shop.example',
      'shop.partner.example',
    ]);
  });

  test('cert-manager writes each Secret, with the hosts of its certificate', () => {
    const objects = render(target(), {
      alternativeHosts: ['*.shop.example', 'shop.partner.example'],
      tlsSecret: 'tls',
      tlsSecrets: { 'shop.partner.example': 'partner-tls' },
      certificateIssuer: 'letsencrypt',
    });

    expect(names(objects, 'Certificate')).toEqual(['door', 'door-partner-tls']);
    expect(one(objects, 'Certificate', 'door').spec).toMatchObject({
      secretName: 'tls',
      dnsNames: ['shop.example', '*.shop.example'],
    });
    expect(one(objects, 'Certificate', 'door-partner-tls').spec).toMatchObject({
      secretName: 'partner-tls',
      dnsNames: ['shop.partner.example'],
    });
  });

  test.each(['http', 'https'])('an edge for all hosts has their routes, with authentication, over %s', scheme => {
    const objects = render(target(), { host: '*', ...(scheme === 'https' ? { tlsSecret: 'tls' } : {}) });
    const listeners = one(objects, 'Gateway', 'door').spec.listeners as { hostname?: string }[];
    expect(listeners.map(({ hostname }) => hostname)).toEqual(listeners.map(() => undefined));
    expect(one(objects, 'HTTPRoute', 'door').spec.hostnames).toBeUndefined();

    const traffic = trafficOf(objects);
    for (const host of ['shop.example', 'a.b.partner.example', '192.0.2.7']) {
      traffic.fromInternet(`GET ${scheme}://${host}/`).expectRoutedTo('web');
      traffic.fromInternet(`GET ${scheme}://${host}/orders`).expectDenied();
      traffic.fromInternet(`GET ${scheme}://${host}/orders`, { claims }).expectRoutedTo('web');
      if (scheme === 'https') {
        traffic.fromInternet(`GET http://${host}/orders`).expectRedirectedTo(`https://${host}/orders`);
      }
    }
  });

  test('an edge for all hosts of a domain leaves single hosts to another edge', () => {
    const objects = render(target(), { host: '*.shop.example' }, { host: 'api.shop.example', auth: jwt });

    expect(one(objects, 'Gateway', 'door').spec.listeners[0].hostname).toBe('*.shop.example');
    expect(one(objects, 'HTTPRoute', 'door-1').spec.hostnames).toEqual(['api.shop.example']);
    trafficOf(objects).fromInternet('GET http://www.shop.example/').expectRoutedTo('web');
  });
});

test('the TLS settings of Envoy Gateway apply to the listeners of all certificates', () => {
  const objects = render(Mesh.none({ gateway: new EnvoyGateway() }), {
    alternativeHosts: ['shop.partner.example'],
    tlsSecret: 'tls',
    tlsSecrets: { 'shop.partner.example': 'partner-tls' },
  });

  expect(
    one(objects, 'ClientTrafficPolicy', 'door').spec.targetRefs.map(
      (each: { sectionName: string }) => each.sectionName,
    ),
  ).toEqual(['https', 'https-2']);
});
