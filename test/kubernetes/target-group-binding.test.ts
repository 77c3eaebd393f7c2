import { Chart, Testing } from 'cdk8s';
import { ClusterApp, Mesh, Port, TargetGroupBinding, Topology } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';

function bound(tlsSecret: string | undefined, allowFrom?: string) {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example', tlsSecret });
  edge.route('GET /', shop.addService('web', { image: 'example/web:1', port: Port.http(80) }));
  const chart = new Chart(new ClusterApp(), 'aws');
  new TargetGroupBinding(chart, 'door', { edge, mesh: Mesh.istio(), allowFrom });
  return Testing.synth(chart)[0];
}

test("the pods of the gateway go into the target group of the edge's name", () => {
  expect(bound('door-tls')).toEqual({
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'door', namespace: 'shop' },
    spec: { targetGroupName: 'shop-door', targetType: 'ip', serviceRef: { name: 'door-istio', port: 443 } },
  });
});

test('without a certificate they are reached on the port of plain HTTP', () => {
  expect(bound(undefined).spec.serviceRef.port).toBe(80);
});

test('the load balancer is allowed to connect for requests and for the health check', () => {
  expect(bound('door-tls', '10.0.0.0/16').spec.networking).toEqual({
    ingress: [
      {
        from: [{ ipBlock: { cidr: '10.0.0.0/16' } }],
        ports: [
          { protocol: 'TCP', port: 443 },
          { protocol: 'TCP', port: 15021 },
        ],
      },
    ],
  });
});

test('in the namespace of Envoy Gateway, edges of one name in two topologies have a binding each', () => {
  const names = ['shop', 'blog'].map(name => {
    const topology = new Topology(name);
    const chart = new Chart(new ClusterApp(), 'aws');
    new TargetGroupBinding(chart, 'door', {
      edge: topology.addEdge('door', { host: `${name}.example` }),
      mesh: Mesh.none({ gateway: new EnvoyGateway() }),
    });
    const { metadata } = Testing.synth(chart)[0] as { metadata: { name: string; namespace: string } };
    return `${metadata.namespace}/${metadata.name}`;
  });

  expect(names).toEqual(['envoy-gateway-system/shop-door', 'envoy-gateway-system/blog-door']);
});
