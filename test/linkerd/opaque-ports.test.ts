import { Duration } from 'cdk8s';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { Manifests, Traffic } from '../../lib/testing';
import { one, plain } from '../istio/support';
import { linkerd } from './support';
import * as rendered from '../../lib/linkerd/opaque-ports';
import { DEFAULT_OPAQUE_PORTS, OPAQUE_PORTS } from '../../lib/manifests/linkerd';

const image = 'example/x:1';

function grid(...[port, ...ports]: Port[]): Topology {
  const shop = new Topology('shop');
  const service = shop.addService('grid', { port, ports, versions: { v1: { image }, v2: { image } } });
  service.split({ v1: 90, v2: 10 });
  plain(shop, 'web').calls(service, { timeout: Duration.seconds(2) });
  return shop;
}

function outside(...ports: Port[]): Topology {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  for (const port of ports) {
    const name = `at-${port.number}`;
    web.calls(shop.addExternalService(name, { host: `${name}.example`, port }));
  }
  return shop;
}

const trafficOf = (topology: Topology) =>
  Traffic.of(Manifests.ofChart(new TopologyChart(new ClusterApp(), 'shop', { topology, mesh: Mesh.linkerd() })));

test.each([25, 587, 3306, 4444, 5432, 6379, 9300, 11211])(
  'port %i with requests is not opaque, as it would be by the default of Linkerd',
  number => {
    const rendered = linkerd(grid(Port.http(number, { target: 8080 })));
    expect(one(rendered, 'Service', 'grid').metadata.annotations).toEqual({ [OPAQUE_PORTS]: '' });
  },
);

test('the container port counts, too, and so it does for pods', () => {
  const rendered = linkerd(grid(Port.http(80, { target: 4444 })));
  expect(one(rendered, 'Service', 'grid').metadata.annotations).toEqual({ [OPAQUE_PORTS]: '' });
  expect(one(rendered, 'Deployment', 'grid-v1').spec.template.metadata.annotations).toEqual({ [OPAQUE_PORTS]: '' });
});

test('ports that are opaque are listed beside one that is not', () => {
  const rendered = linkerd(grid(Port.http(4444), Port.tcp(5432)));
  expect(one(rendered, 'Service', 'grid').metadata.annotations).toEqual({ [OPAQUE_PORTS]: '5432' });
});

test('other ports have no annotation', () => {
  const rendered = linkerd(grid(Port.http(80, { target: 8080 })));
  expect(one(rendered, 'Service', 'grid').metadata).not.toHaveProperty('annotations');
});

test('the EgressNetwork of a host with TLS or requests on such a port lists no opaque port', () => {
  for (const port of [Port.tls(5432), Port.http(3306)]) {
    const rendered = linkerd(outside(port, Port.tls(443)));
    expect(one(rendered, 'EgressNetwork', 'external').metadata.annotations).toEqual({ [OPAQUE_PORTS]: '' });
  }
  expect(one(linkerd(outside(Port.tls(443))), 'EgressNetwork', 'external').metadata).not.toHaveProperty('annotations');
});

test('the EgressNetwork of addresses lists the ports of TCP beside one that is matched by its host', () => {
  const shop = new Topology('shop');
  const db = shop.addExternalService('db', {
    host: 'db.example',
    addresses: ['10.9.0.7'],
    port: Port.tls(5432),
    ports: [Port.tcp(6379)],
  });
  const web = plain(shop, 'web');
  web.calls(db);
  web.calls(db, { port: 6379 });
  expect(one(linkerd(shop), 'EgressNetwork', 'db').metadata.annotations).toEqual({ [OPAQUE_PORTS]: '6379' });
});

test('the EgressNetwork of addresses on a port of TCP alone has no annotation', () => {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(shop.addExternalService('db', { addresses: ['10.9.0.7'], port: Port.tcp(5432) }));
  expect(one(linkerd(shop), 'EgressNetwork', 'db').metadata).not.toHaveProperty('annotations');
});

test('declared calls on such ports are allowed, with their timeouts', () => {
  const traffic = trafficOf(grid(Port.http(4444)));
  traffic.from('web').http('GET http://grid:4444/').expectAllowed();
  expect(traffic.from('web').http('GET http://grid:4444/').explain()).toContain('2 s');
  trafficOf(outside(Port.tls(5432)))
    .from('web')
    .http('GET https://at-5432.example:5432/')
    .expectAllowed();
});

const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled, config.linkerd.io/default-inbound-policy: all-unauthenticated } }
`;
const pods = (name: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { serviceAccountName: ${name}, containers: [{ name: main, image: x }] }
`;

/** Whether the route of a port, which has no backend, applies to requests: it does to none on an opaque port. */
function isRouted(annotations: string, port: string, number: number): boolean {
  const yaml = `${NAMESPACE}${pods('web')}${pods('grid')}---
apiVersion: v1
kind: Service
metadata: { name: grid, namespace: shop, annotations: { ${annotations} } }
spec: { selector: { app: grid }, ports: [{ name: main, port: ${number}, ${port} }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: grid, namespace: shop }
spec:
  parentRefs: [{ group: '', kind: Service, name: grid, port: ${number} }]
  rules: [{ matches: [{ path: { type: Exact, value: /other } }] }]
`;
  return Traffic.of(Manifests.ofYaml(yaml)).from('web').http(`GET http://grid:${number}/`).isDenied;
}

test.each<[string, string, string, number, boolean]>([
  ['a port of the default', '', 'targetPort: 80', 4444, false],
  ['a container port of the default', '', 'targetPort: 4444', 80, false],
  ['another port', '', 'targetPort: 8080', 80, true],
  ['no port', "config.linkerd.io/opaque-ports: ''", 'targetPort: 4444', 4444, true],
  ['a listed port', "config.linkerd.io/opaque-ports: '80,81'", 'targetPort: 80', 81, false],
  ['a range', "config.linkerd.io/opaque-ports: '80-90'", 'targetPort: 80', 85, false],
  ['a port beside a range', "config.linkerd.io/opaque-ports: '80-90'", 'targetPort: 80', 91, true],
  ['a protocol', '', 'appProtocol: http', 4444, true],
  ['HTTP/2', '', 'appProtocol: kubernetes.io/h2c', 4444, true],
  ['the opaque protocol', '', 'appProtocol: linkerd.io/opaque', 80, false],
  ['a protocol that Linkerd does not have', '', 'appProtocol: mysql', 80, false],
])('routes of requests apply to %s as in Linkerd', (_title, annotations, port, number, isApplied) => {
  expect(isRouted(annotations, port, number)).toBe(isApplied);
});

test.each([
  ['', false],
  ["config.linkerd.io/opaque-ports: ''", true],
  ["config.linkerd.io/opaque-ports: '5432'", false],
])('a TLSRoute on port 5432 of an EgressNetwork with %j applies: %s', (annotations, isAllowed) => {
  const yaml = `${NAMESPACE}${pods('web')}---
apiVersion: policy.linkerd.io/v1alpha1
kind: EgressNetwork
metadata: { name: external, namespace: shop, annotations: { ${annotations} } }
spec: { trafficPolicy: Deny }
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: { name: db, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: external, port: 5432 }]
  hostnames: [db.example]
  rules: [{ backendRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: external, port: 5432 }] }]
`;
  const result = Traffic.of(Manifests.ofYaml(yaml)).from('web').http('GET https://db.example:5432/');
  expect(result.isDenied).toBe(!isAllowed);
});

test('the simulator and the manifests have the same default', () => {
  expect([rendered.OPAQUE_PORTS, rendered.DEFAULT_OPAQUE_PORTS]).toEqual([OPAQUE_PORTS, DEFAULT_OPAQUE_PORTS]);
});
