import { Testing } from 'cdk8s';
import { parse } from 'yaml';
import {
  ClusterApp,
  type EdgeProps,
  GatewayService,
  Mesh,
  Port,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway, EnvoyService } from '../../lib/gateway';
import { restFront } from '../support/fronts';

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly shutdown?: object };
}

function rendered(mesh: Target, props: Partial<EdgeProps> = {}): Rendered[] {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example', ...props });
  edge.route('GET /', shop.addService('web', { image: 'example/web:1', port: Port.http(80) }));
  return Testing.synth(new TopologyChart(new ClusterApp(), 'shop', { topology: shop, mesh })) as Rendered[];
}

const only = (objects: Rendered[], kind: string, name: string) =>
  objects.find(each => each.kind === kind && each.metadata.name === name);

const GATES = {
  'eks.amazonaws.com/pod-readiness-gate-inject': 'enabled',
  'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
};

describe.each([
  ['an edge behind a front', Mesh.istio(), { front: restFront }],
  ['a gateway with a ClusterIP', Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP }), {}],
])("the pods of Istio's gateway that are targets of a load balancer: %s", (_name, mesh, props) => {
  const objects = rendered(mesh, props);

  test('serve for longer than the deregistration delay, then drain, within their grace period', () => {
    const overlay: unknown = parse(only(objects, 'ConfigMap', 'door-gateway')?.data?.deployment ?? '');

    expect(overlay).toEqual({
      spec: {
        template: {
          metadata: { annotations: { 'proxy.istio.io/config': '{"terminationDrainDuration":"30s"}' } },
          spec: {
            terminationGracePeriodSeconds: 130,
            containers: [{ name: 'istio-proxy', lifecycle: { preStop: { sleep: { seconds: 90 } } } }],
          },
        },
      },
    });
  });

  test('get a readiness gate by the labels of their namespace', () => {
    expect(only(objects, 'Namespace', 'shop')?.metadata.labels).toMatchObject(GATES);
  });
});

test('a count of trusted proxies and the time to drain are settings of one annotation', () => {
  const objects = rendered(Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP }), {
    trustedProxies: { cidrs: ['10.0.8.0/24'] },
  });
  expect(parse(only(objects, 'ConfigMap', 'door-gateway')?.data?.deployment ?? '')).toMatchObject({
    spec: {
      template: {
        metadata: {
          annotations: {
            'proxy.istio.io/config': '{"gatewayTopology":{"numTrustedProxies":1},"terminationDrainDuration":"30s"}',
          },
        },
      },
    },
  });
});

describe.each([
  ['an edge behind a front', {}, { front: restFront }],
  ['a gateway with a ClusterIP', { service: EnvoyService.CLUSTER_IP }, {}],
])('the pods of Envoy Gateway that are targets of a load balancer: %s', (_name, settings, props) => {
  const objects = rendered(Mesh.none({ gateway: new EnvoyGateway(settings) }), props);

  test('accept connections for longer than the deregistration delay', () => {
    expect(only(objects, 'EnvoyProxy', 'door')?.spec?.shutdown).toEqual({
      minDrainDuration: '90s',
      drainTimeout: '120s',
    });
  });

  test('are in a namespace of Envoy Gateway, so that of the edge has no labels of gates', () => {
    expect(only(objects, 'Namespace', 'shop')?.metadata.labels).not.toMatchObject(GATES);
  });
});

test('pods behind a load balancer of their Service drain as the gateway does by default', () => {
  const istio = rendered(Mesh.istio());
  const envoy = rendered(Mesh.none({ gateway: new EnvoyGateway() }));

  expect(only(istio, 'ConfigMap', 'door-gateway')?.data).not.toHaveProperty('deployment');
  expect(only(istio, 'Namespace', 'shop')?.metadata.labels).not.toMatchObject(GATES);
  expect(only(envoy, 'EnvoyProxy', 'door')?.spec).not.toHaveProperty('shutdown');
});
