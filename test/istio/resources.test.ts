import { ApiObject, App, Chart, JsonPatch, Testing } from 'cdk8s';
import { Deployment, type Service, type ServicePort } from 'cdk8s-plus-27';
import {
  AuthorizationPolicy,
  BackendTlsPolicy,
  DestinationRule,
  EnvoyFilter,
  Gateway,
  GrpcRoute,
  HttpRoute,
  IstioGateway,
  ListenerSet,
  PeerAuthentication,
  ProxyConfig,
  ReferenceGrant,
  RequestAuthentication,
  ServiceEntry,
  Sidecar,
  TcpRoute,
  Telemetry,
  TlsRoute,
  UdpRoute,
  VirtualService,
  WasmPlugin,
  WorkloadEntry,
  WorkloadGroup,
} from '../../lib/istio';
import { problemsOf } from '../support/schemas';

const chartOf = () => new Chart(new App(), 'own', { namespace: 'own' });

test('a typed resource stands beside cdk8s-plus objects, without a topology', () => {
  const chart = chartOf();
  const deployment = new Deployment(chart, 'app', {
    metadata: { name: 'app' },
    containers: [{ image: 'example/app:1', portNumber: 8080 }],
  });
  const service: Service = deployment.exposeViaService({
    name: 'app',
    ports: [{ port: 80, targetPort: 8080, name: 'http' } satisfies ServicePort],
  });
  new VirtualService(chart, 'routes', {
    metadata: { name: 'app' },
    spec: {
      hosts: [`${service.name}.own.svc.cluster.local`],
      http: [{ route: [{ destination: { host: service.name } }] }],
    },
  });

  const objects = Testing.synth(chart) as { kind: string; metadata: { namespace: string } }[];
  expect(objects.map(each => `${each.metadata.namespace} ${each.kind}`)).toEqual([
    'own Deployment',
    'own Service',
    'own VirtualService',
  ]);
});

test('a typed resource can be patched like any ApiObject', () => {
  const chart = chartOf();
  const rule = new DestinationRule(chart, 'rule', { metadata: { name: 'app' }, spec: { host: 'app' } });
  rule.addJsonPatch(JsonPatch.add('/spec/trafficPolicy', { tls: { mode: 'ISTIO_MUTUAL' } }));

  expect(ApiObject.isApiObject(rule)).toBe(true);
  expect(Testing.synth(chart)[0].spec).toEqual({ host: 'app', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } });
});

test('a resource without a name is named after its path', () => {
  const chart = chartOf();
  new PeerAuthentication(chart, 'strict', { spec: { mtls: { mode: 'STRICT' } } });

  expect(Testing.synth(chart)[0].metadata.name).toMatch(/^own-strict-/);
});

test('every kind is valid against its schema', () => {
  const chart = chartOf();
  const parentRefs = [{ name: 'door' }];
  new VirtualService(chart, 'a', { spec: { hosts: ['a'], http: [{ route: [{ destination: { host: 'a' } }] }] } });
  new DestinationRule(chart, 'b', { spec: { host: 'a' } });
  new IstioGateway(chart, 'c', {
    spec: {
      selector: { istio: 'ingress' },
      servers: [{ hosts: ['*'], port: { number: 80, name: 'http', protocol: 'HTTP' } }],
    },
  });
  new ServiceEntry(chart, 'd', {
    spec: { hosts: ['x.example'], resolution: 'DNS', ports: [{ number: 443, name: 'tls', protocol: 'TLS' }] },
  });
  new Sidecar(chart, 'e', { spec: { egress: [{ hosts: ['./*'] }] } });
  new PeerAuthentication(chart, 'f', { spec: { mtls: { mode: 'STRICT' } } });
  new RequestAuthentication(chart, 'g', { spec: { jwtRules: [{ issuer: 'https://login.example' }] } });
  new AuthorizationPolicy(chart, 'h', { spec: { action: 'DENY', rules: [{}] } });
  new Telemetry(chart, 'i', { spec: { accessLogging: [{ disabled: true }] } });
  new EnvoyFilter(chart, 'j', {
    spec: { configPatches: [{ applyTo: 'CLUSTER', patch: { operation: 'MERGE', value: {} } }] },
  });
  new ProxyConfig(chart, 'k', { spec: { concurrency: 2 } });
  new WasmPlugin(chart, 'l', { spec: { url: 'oci://registry.example/filter:1' } });
  new Gateway(chart, 'm', {
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  new HttpRoute(chart, 'n', { spec: { parentRefs, rules: [{ backendRefs: [{ name: 'a', port: 80 }] }] } });
  new GrpcRoute(chart, 'o', { spec: { parentRefs, rules: [{ backendRefs: [{ name: 'a', port: 80 }] }] } });
  new ReferenceGrant(chart, 'p', {
    spec: { from: [{ group: '', kind: 'Service', namespace: 'x' }], to: [{ group: '', kind: 'Secret' }] },
  });
  new BackendTlsPolicy(chart, 'q', {
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: 'a' }],
      validation: { hostname: 'a.example', wellKnownCACertificates: 'System' },
    },
  });
  new WorkloadEntry(chart, 'r', {
    spec: { address: '10.0.0.7', labels: { app: 'ledger' }, serviceAccount: 'ledger', ports: { tcp: 5432 } },
  });
  new WorkloadGroup(chart, 's', {
    metadata: { name: 's' },
    spec: {
      metadata: { labels: { app: 'ledger' } },
      template: { serviceAccount: 'ledger', ports: { tcp: 5432 } },
      probe: { tcpSocket: { port: 5432 }, periodSeconds: 5 },
    },
  });
  new ListenerSet(chart, 'v', {
    spec: { parentRef: { name: 'door' }, listeners: [{ name: 'tls', port: 443, protocol: 'TLS' }] },
  });
  new TlsRoute(chart, 'w', {
    spec: { parentRefs, hostnames: ['a.example'], rules: [{ backendRefs: [{ name: 'a', port: 443 }] }] },
  });
  new TcpRoute(chart, 'x', { spec: { parentRefs, rules: [{ backendRefs: [{ name: 'a', port: 5432 }] }] } });
  new UdpRoute(chart, 'y', { spec: { parentRefs, rules: [{ backendRefs: [{ name: 'a', port: 53 }] }] } });

  const objects = Testing.synth(chart) as { apiVersion: string; kind: string }[];
  // The schemas have these two kinds in the version before v1 only.
  const known = objects.map(each => (/^(TCP|UDP)Route$/.test(each.kind) ? { ...each, apiVersion: ALPHA } : each));
  expect(problemsOf(known)).toEqual([]);
  expect(objects.slice(-2).map(({ apiVersion }) => apiVersion)).toEqual(Array(2).fill('gateway.networking.k8s.io/v1'));
});

const ALPHA = 'gateway.networking.k8s.io/v1alpha2';

test('the schemas reject invalid objects', () => {
  const chart = chartOf();
  new VirtualService(chart, 'a', { metadata: { name: 'a' }, spec: { hosts: 'a' as never } });
  new HttpRoute(chart, 'b', { metadata: { name: 'b' }, spec: { rules: [{ timeouts: { request: '1 s' } }] } });

  expect(problemsOf(Testing.synth(chart))).toEqual([
    expect.stringContaining('VirtualService own/a'),
    expect.stringContaining('HTTPRoute own/b'),
  ]);
});
