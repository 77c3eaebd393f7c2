import { Duration } from 'cdk8s';
import { type ExternalServiceProps, Operation, Port, TlsOrigination, Topology } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { NETWORK_POLICY_TO_OUTSIDE } from './egress-support';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

interface Shop {
  readonly objects: readonly Rendered[];
  readonly traffic: Traffic;
}

/** `web` calls the external service `bank`, and `other` calls `news`, both through the gateway `out`. */
function shopWith(props: Partial<ExternalServiceProps>, call: object = {}, namespace?: string): Shop {
  const shop = new Topology('shop');
  const egressGateway = shop.addEgressGateway('out', { namespace });
  const [web, other] = [plain(shop, 'web'), plain(shop, 'other')];
  web.calls(
    shop.addExternalService('bank', { host: 'bank.example', port: Port.http(80), egressGateway, ...props }),
    call,
  );
  other.calls(shop.addExternalService('news', { host: 'news.example', port: Port.http(80), egressGateway }));
  const objects = render(shop);
  return { objects, traffic: Traffic.of(manifestsOf(objects)) };
}

const toGateway = (number: number, subset = 'bank') => [
  { destination: { host: 'out.shop.svc.cluster.local', port: { number }, subset } },
];
const toHost = (number: number) => [{ destination: { host: 'bank.example', port: { number } } }];

describe('an external service with an egress gateway', () => {
  test('is routed to the gateway by its callers, and by the gateway to the host', () => {
    const { objects, traffic } = shopWith({}, { timeout: Duration.seconds(2), retries: { attempts: 1 } });
    expect(one(objects, 'VirtualService', 'bank').spec).toEqual({
      hosts: ['bank.example'],
      exportTo: ['.'],
      gateways: ['mesh', 'shop/out'],
      http: [
        {
          match: [{ gateways: ['mesh'], port: 80 }],
          route: toGateway(16000),
          timeout: '2s',
          retries: expect.objectContaining({ attempts: 1 }) as object,
        },
        { match: [{ gateways: ['shop/out'], port: 16000 }], route: toHost(80), retries: { attempts: 0 } },
      ],
    });
    const result = traffic.from('shop/web-v1').http('GET http://bank.example/x');
    expect([endsOf(result), result.timeout, result.retries]).toEqual(['bank.example', 2000, 1]);
    expect(result.explain()).toContain('accepted by the gateway shop/out');
  });

  test('with TLS of the caller is forwarded by its server name', () => {
    const { objects, traffic } = shopWith({ port: Port.tls(443) });
    expect(one(objects, 'VirtualService', 'bank').spec).toMatchObject({
      tls: [{ match: [{ gateways: ['mesh'], port: 443, sniHosts: ['bank.example'] }], route: toGateway(16000) }],
      tcp: [{ match: [{ gateways: ['shop/out'], port: 16000 }], route: toHost(443) }],
    });
    expect(endsOf(traffic.from('shop/web-v1').http('GET https://bank.example/'))).toBe('bank.example');
  });

  test('of plain TCP is forwarded by its port', () => {
    const { objects, traffic } = shopWith({ port: Port.tcp(5432) });
    expect(one(objects, 'VirtualService', 'bank').spec.tcp).toEqual([
      { match: [{ gateways: ['mesh'], port: 5432 }], route: toGateway(16000) },
      { match: [{ gateways: ['shop/out'], port: 16000 }], route: toHost(5432) },
    ]);
    expect(endsOf(traffic.from('shop/web-v1').tcp('bank.example:5432'))).toBe('bank.example');
  });

  test('has TLS that the gateway originates, with its client certificate', () => {
    const { objects, traffic } = shopWith({
      port: Port.http(80, { target: 443 }),
      tlsOrigination: TlsOrigination.mutual({ secret: 'bank-tls' }),
    });
    expect(one(objects, 'DestinationRule', 'bank').spec.trafficPolicy.tls).toMatchObject({
      mode: 'MUTUAL',
      clientCertificate: '/etc/istio/client-certificates/bank/tls.crt',
    });
    const pod = one(objects, 'Deployment', 'out').spec.template.spec;
    expect(pod.volumes).toEqual([{ name: 'client-certificate-bank', secret: { secretName: 'bank-tls' } }]);
    expect(pod.containers[0].volumeMounts).toEqual([
      { name: 'client-certificate-bank', mountPath: '/etc/istio/client-certificates/bank', readOnly: true },
    ]);
    expect(one(objects, 'Deployment', 'web-v1').spec.template.metadata.annotations).toBeUndefined();
    expect(endsOf(traffic.from('shop/web-v1').http('GET http://bank.example/'))).toBe('bank.example');
  });

  test('allows the identity of each caller its host only, and of its operations only the declared ones', () => {
    const { objects, traffic } = shopWith({}, { allowedOperations: [Operation.http('GET /rates/{id}')] });
    expect(one(objects, 'AuthorizationPolicy', 'out').spec).toEqual({
      selector: { matchLabels: { app: 'out' } },
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }],
          to: [{ operation: { ports: ['16000'], methods: ['GET'], paths: ['/rates/{*}'] } }],
          when: [{ key: 'connection.sni', values: ['bank.example'] }],
        },
        {
          from: [{ source: { principals: ['cluster.local/ns/shop/sa/other'] } }],
          to: [{ operation: { ports: ['16000'] } }],
          when: [{ key: 'connection.sni', values: ['news.example'] }],
        },
      ],
    });
    const from = (caller: string, url: string) => endsOf(traffic.from(caller).http(url));
    expect([
      from('shop/web-v1', 'GET http://bank.example/rates/eur'),
      from('shop/web-v1', 'GET http://bank.example/accounts'),
      from('shop/other-v1', 'GET http://bank.example/rates/eur'),
    ]).toEqual(['bank.example', '403', '502']);
  });

  test('is denied to others by the gateway, even where their proxies have its routes', () => {
    const { objects } = shopWith({});
    const withoutScopes = Traffic.of(manifestsOf(objects.filter(each => each.kind !== 'Sidecar')));
    const from = (caller: string) => endsOf(withoutScopes.from(caller).http('GET http://bank.example/'));
    expect([from('shop/web-v1'), from('shop/other-v1')]).toEqual(['bank.example', '403']);
  });

  test('shares a port of the gateway with hosts of the same port and protocol only', () => {
    const shop = new Topology('shop');
    const egressGateway = shop.addEgressGateway('out');
    const web = plain(shop, 'web');
    [Port.http(80), Port.grpc(80), Port.http(80), Port.tls(443), Port.http(8080)].forEach((port, index) =>
      web.calls(shop.addExternalService(`e${index}`, { host: `e${index}.example`, port, egressGateway })),
    );
    const objects = render(shop);
    expect(one(objects, 'Service', 'out').spec.ports).toEqual([
      { name: 'http-16000', port: 16000 },
      { name: 'http2-16001', port: 16001 },
      { name: 'tcp-16002', port: 16002 },
      { name: 'http-16003', port: 16003 },
    ]);
    expect(one(objects, 'Gateway', 'out').spec.servers).toHaveLength(5);
    expect(one(objects, 'Gateway', 'out').spec.servers.slice(2, 4)).toEqual([
      {
        port: { number: 16000, name: 'https-e2-16000', protocol: 'HTTPS' },
        hosts: ['shop/e2.example'],
        tls: { mode: 'ISTIO_MUTUAL' },
      },
      {
        port: { number: 16002, name: 'tls-e3-16002', protocol: 'TLS' },
        hosts: ['shop/e3.example'],
        tls: { mode: 'ISTIO_MUTUAL' },
      },
    ]);
  });
});

describe('the pods of an egress gateway', () => {
  test('are the only ones that NetworkPolicies allow outside, and accept connections of callers only', () => {
    const { objects } = shopWith({ port: Port.tls(443) });
    const ports = (port: number) => [{ protocol: 'TCP', port }];
    const pods = (app: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
      podSelector: { matchLabels: { app } },
    });
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress).toEqual([{ to: [pods('out')], ports: ports(16000) }]);
    expect(one(objects, 'NetworkPolicy', 'out').spec).toEqual({
      podSelector: { matchLabels: { app: 'out' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [pods('web')], ports: ports(16000) },
        { from: [pods('other')], ports: ports(16001) },
      ],
      egress: [
        { to: NETWORK_POLICY_TO_OUTSIDE, ports: ports(443) },
        { to: NETWORK_POLICY_TO_OUTSIDE, ports: ports(80) },
      ],
    });
  });

  test('have the proxy that istiod injects as a gateway, without privileges', () => {
    const { objects } = shopWith({});
    const { metadata, spec } = one(objects, 'Deployment', 'out').spec.template;
    expect(metadata).toMatchObject({
      labels: { app: 'out', 'sidecar.istio.io/inject': 'true' },
      annotations: { 'inject.istio.io/templates': 'gateway' },
    });
    expect(spec).toMatchObject({
      serviceAccountName: 'out',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'istio-proxy',
          image: 'auto',
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      ],
    });
    expect(one(objects, 'PodDisruptionBudget', 'out').spec.maxUnavailable).toBe(1);
  });

  test('are in a namespace that the topology owns, to which what they need is exported', () => {
    const { objects } = shopWith({}, {}, 'shop-egress');
    expect(one(objects, 'Namespace', 'shop-egress').metadata.labels).toMatchObject({ 'istio-injection': 'enabled' });
    expect(one(objects, 'NetworkPolicy', 'default-deny', 'shop-egress').spec.podSelector).toEqual({});
    expect(one(objects, 'DestinationRule', 'out', 'shop-egress').spec.exportTo).toEqual(['.', 'shop']);
    expect(one(objects, 'ServiceEntry', 'bank').spec.exportTo).toEqual(['.', 'shop-egress']);
    expect(one(objects, 'Sidecar', 'web').spec.egress).toEqual([
      { hosts: ['./bank.example', 'shop-egress/out.shop-egress.svc.cluster.local'] },
    ]);
  });

  test('have no findings worth a warning', () => {
    const { objects } = shopWith({ port: Port.tls(443) });
    const found = checkObjects(objects as never).findings.filter(each => each.severity !== 'info');
    expect(found.map(each => `${each.id} ${each.message}`)).toEqual([]);
  });

  test('can be one, without a PodDisruptionBudget, with the revision of the mesh', () => {
    const shop = new Topology('shop');
    const egressGateway = shop.addEgressGateway('out', { replicas: 1 });
    plain(shop, 'web').calls(
      shop.addExternalService('bank', { host: 'b.example', port: Port.tls(443), egressGateway }),
    );
    const objects = render(shop, { revision: 'canary' });
    expect(one(objects, 'Deployment', 'out').spec).toMatchObject({
      replicas: 1,
      template: { metadata: { labels: { 'istio.io/rev': 'canary' } } },
    });
    expect(names(objects, 'PodDisruptionBudget')).toEqual(['web']);
  });
});
