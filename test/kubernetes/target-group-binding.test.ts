import { Chart, Testing } from 'cdk8s';
import {
  ClusterApp,
  Front,
  LoadBalancerController,
  Mesh,
  Port,
  TargetGroupBinding,
  type TargetGroupBindingProps,
  Topology,
} from '../../lib';
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

test('or in one with the name of their environment', () => {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', shop.addService('web', { image: 'example/web:1', port: Port.http(80) }));
  const chart = new Chart(new ClusterApp(), 'aws');
  new TargetGroupBinding(chart, 'door', { edge, mesh: Mesh.istio(), targetGroupName: 'shop-door-test' });

  expect(Testing.synth(chart)[0].spec.targetGroupName).toBe('shop-door-test');
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

describe('a target group with an ARN', () => {
  const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop-door/0123456789abcdef';
  const controller = LoadBalancerController.EKS_AUTO_MODE;
  const allowFromSecurityGroup = 'sg-0123456789abcdef0';

  function binding(props: Partial<TargetGroupBindingProps>, addresses = ['10.0.4.0/24']): Record<string, unknown> {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example', front: Front.httpApi({ addresses }) });
    const chart = new Chart(new ClusterApp(), 'aws');
    new TargetGroupBinding(chart, 'door', { edge, mesh: Mesh.istio(), ...props });
    return Testing.synth(chart)[0] as Record<string, unknown>;
  }

  test('is bound by the controller of EKS Auto Mode, with a security group instead of CIDRs', () => {
    expect(binding({ controller, targetGroupArn, allowFromSecurityGroup }, ['10.0.4.0/24'])).toMatchObject({
      apiVersion: 'eks.amazonaws.com/v1',
      kind: 'TargetGroupBinding',
      spec: {
        targetGroupARN: targetGroupArn,
        targetType: 'ip',
        serviceRef: { name: 'door-istio', port: 80 },
        networking: {
          ingress: [
            {
              from: [{ securityGroup: { groupID: allowFromSecurityGroup } }],
              ports: [
                { protocol: 'TCP', port: 80 },
                { protocol: 'TCP', port: 15021 },
              ],
            },
          ],
        },
      },
    });
  });

  test('is bound by the AWS Load Balancer Controller as well, which supports both kinds of sources', () => {
    expect(binding({ targetGroupArn, allowFromSecurityGroup, allowFrom: '10.0.0.0/16' })).toMatchObject({
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      spec: {
        targetGroupARN: targetGroupArn,
        networking: {
          ingress: [
            { from: [{ ipBlock: { cidr: '10.0.0.0/16' } }, { securityGroup: { groupID: allowFromSecurityGroup } }] },
          ],
        },
      },
    });
  });

  test('leaves security groups unchanged without a source, since Auto Mode has no CIDRs', () => {
    expect(binding({ controller, targetGroupArn }, ['10.0.4.0/24'])).not.toHaveProperty('spec.networking');
  });

  test.each([
    ['a name for EKS Auto Mode', 'by their ARN only', { controller }],
    ['CIDRs for EKS Auto Mode', 'does not support CIDRs', { controller, targetGroupArn, allowFrom: '10.0.0.0/16' }],
    ['a token of the cloud app', 'is not the ARN of a target group', { targetGroupArn: '${Token[TOKEN.12]}' }],
    ['the ARN of a listener', 'is not the ARN', { targetGroupArn: targetGroupArn.replace('targetgroup', 'listener') }],
    ['a CIDR as security group', 'is not the id of a security group', { allowFromSecurityGroup: '10.0.0.0/16' }],
    ['a name that is none', '"shop_test" is not the name of a target group', { targetGroupName: 'shop_test' }],
    ['a name that is too long', 'is not the name of a target group', { targetGroupName: 'x'.repeat(33) }],
    ['a name that is reserved', 'is not the name of a target group', { targetGroupName: 'internal-x' }],
    ['a name and an ARN', 'both a name and an ARN', { targetGroupName: 'shop', targetGroupArn }],
  ])('throws for %s', (_name, message, props) => {
    expect(() => binding(props)).toThrow(message);
  });
});

test('the source of connections is a CIDR', () => {
  expect(() => bound(undefined, '10.0.0.0')).toThrow('[shop/door] "10.0.0.0" is not a CIDR.');
});

test.each([
  [
    'targetGroupname',
    'There is no property "targetGroupname", so it would have no effect. Did you mean targetGroupName?',
  ],
  ['allowfrom', 'There is no property "allowfrom", so it would have no effect. Did you mean allowFrom?'],
])('the misspelt property %s is rejected', (name, message) => {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  const props = { edge, mesh: Mesh.istio(), [name]: 'x' };
  expect(() => new TargetGroupBinding(new Chart(new ClusterApp(), 'aws'), 'door', props)).toThrow(message);
});
