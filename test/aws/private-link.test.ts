import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { VpcLink, WebSocketNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { IpProtocol, type IVpc, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { IpAddressType, NetworkLoadBalancer, TargetGroupIpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HttpApiEdge, type ManagedApiProps, RestApiEdge, SharedLoadBalancer, WebSocketApiEdge } from '../../lib/aws';
import { DRAIN } from '../../lib/topology';
import { httpFront, restFront, webSocketFront } from '../support/fronts';
import { declared, httpTemplate } from './support';

type NetworkProps = Partial<ManagedApiProps>;

const BALANCER_ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/mine/1';

function edgeWithRoute(name = 'door', front = httpFront) {
  const { edge, web } = declared({ front }, name);
  edge.route('GET /', web);
  return edge;
}

/** The template of an HTTP API in an existing VPC. */
function importedTemplate(attributes: object, props: (stack: Stack, vpc: IVpc) => NetworkProps = () => ({})): Template {
  const stack = new Stack(new App(), 'Test');
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    ...attributes,
  });
  new HttpApiEdge(stack, 'Edge', { edge: edgeWithRoute(), vpc, ...props(stack, vpc) });
  return Template.fromStack(stack);
}

const group = (stack: Stack, id: string) =>
  SecurityGroup.fromSecurityGroupId(stack, id, `sg-${id}`, { allowAllOutbound: false });

describe('an imported VPC', () => {
  test.each([
    ['isolated', { isolatedSubnetIds: ['subnet-1', 'subnet-2'] }],
    ['public', { publicSubnetIds: ['subnet-1', 'subnet-2'] }],
    [
      'private, among others,',
      { privateSubnetIds: ['subnet-1', 'subnet-2'], publicSubnetIds: ['subnet-3', 'subnet-4'] },
    ],
  ])('with %s subnets connects through these', (_name, subnets) => {
    const template = importedTemplate({ vpcCidrBlock: '10.0.0.0/16', ...subnets });

    template.hasResourceProperties('AWS::ApiGatewayV2::VpcLink', { SubnetIds: ['subnet-1', 'subnet-2'] });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internal',
      Subnets: ['subnet-1', 'subnet-2'],
    });
  });

  test('without subnets throws', () => {
    expect(() => importedTemplate({ vpcCidrBlock: '10.0.0.0/16' })).toThrow(
      'The VPC has no known subnets. List its subnets in `Vpc.fromVpcAttributes`',
    );
  });

  test('without a CIDR throws, unless the CIDRs of the pods are listed', () => {
    const subnets = { privateSubnetIds: ['subnet-1', 'subnet-2'] };

    expect(() => importedTemplate(subnets)).toThrow('The CIDR of the imported VPC is unknown');
    importedTemplate(subnets, () => ({ podCidrs: ['10.7.0.0/16'] })).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        Match.objectLike({ CidrIp: '10.7.0.0/16', FromPort: 443, ToPort: 443 }),
        Match.objectLike({ CidrIp: '10.7.0.0/16', FromPort: 15021, ToPort: 15021 }),
      ],
    });
  });
});

describe('the load balancer', () => {
  test('connects to all CIDRs of pods, of IPv4 and IPv6', () => {
    httpTemplate(edgeWithRoute(), () => ({
      podCidrs: ['10.0.0.0/16', '100.64.0.0/16', '2001:db8::/56'],
    })).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        Match.objectLike({ CidrIp: '10.0.0.0/16', FromPort: 443 }),
        Match.objectLike({ CidrIp: '10.0.0.0/16', FromPort: 15021 }),
        Match.objectLike({ CidrIp: '100.64.0.0/16', FromPort: 443 }),
        Match.objectLike({ CidrIp: '100.64.0.0/16', FromPort: 15021 }),
        Match.objectLike({ CidrIpv6: '2001:db8::/56', FromPort: 443 }),
        Match.objectLike({ CidrIpv6: '2001:db8::/56', FromPort: 15021 }),
      ],
    });
  });

  test('of two address families serves pods with IPv6 addresses', () => {
    const stack = new Stack(new App(), 'Test');
    const vpc = new Vpc(stack, 'Vpc', { ipProtocol: IpProtocol.DUAL_STACK });
    const sharedLoadBalancer = new SharedLoadBalancer(stack, 'Shared', {
      vpc,
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    const podIpAddressType = TargetGroupIpAddressType.IPV6;
    new HttpApiEdge(stack, 'Edge', { edge: edgeWithRoute(), vpc, sharedLoadBalancer, podIpAddressType });

    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { IpAddressType: 'dualstack' });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { IpAddressType: 'ipv6' });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([
        Match.objectLike({ CidrIpv6: { 'Fn::Select': [0, { 'Fn::GetAtt': [Match.anyValue(), 'Ipv6CidrBlocks'] }] } }),
      ]),
    });
    expect(() => new HttpApiEdge(stack, 'Other', { edge: edgeWithRoute('other'), vpc, podIpAddressType })).toThrow(
      'the load balancer has IPv4 addresses only',
    );
  });

  test('allows its connections to the security group of the pods, and of nothing else without CIDRs', () => {
    const stack = new Stack(new App(), 'Test');
    const vpc = new Vpc(stack, 'Vpc');
    const { link } = new HttpApiEdge(stack, 'Edge', { edge: edgeWithRoute(), vpc, podCidrs: [] });
    group(stack, 'pods').connections.allowFrom(link, Port.tcp(443));

    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-pods',
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('BalancerSecurityGroup'), 'GroupId'] },
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('to the pods of the gateway');
  });
});

describe('what exists already', () => {
  test('is used: VPC link, load balancer, subnets and security groups', () => {
    const template = importedTemplate(
      { vpcCidrBlock: '10.0.0.0/16', privateSubnetIds: ['subnet-1', 'subnet-2'] },
      (stack, vpc) => ({
        sharedLoadBalancer: new SharedLoadBalancer(stack, 'Shared', {
          vpc,
          vpcLink: VpcLink.fromVpcLinkAttributes(stack, 'Link', { vpcLinkId: 'link-1', vpc }),
          vpcLinkSecurityGroups: [group(stack, 'link')],
          loadBalancer: NetworkLoadBalancer.fromNetworkLoadBalancerAttributes(stack, 'Balancer', {
            loadBalancerArn: BALANCER_ARN,
            loadBalancerSecurityGroups: ['sg-balancer'],
          }),
        }),
      }),
    );

    ['AWS::ApiGatewayV2::VpcLink', 'AWS::EC2::SecurityGroup', 'AWS::ElasticLoadBalancingV2::LoadBalancer'].forEach(
      type => template.resourceCountIs(type, 0),
    );
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { ConnectionId: 'link-1' });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      LoadBalancerArn: BALANCER_ARN,
      Port: 443,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-balancer',
      SourceSecurityGroupId: 'sg-link',
      FromPort: 443,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      GroupId: 'sg-link',
      DestinationSecurityGroupId: 'sg-balancer',
      FromPort: 443,
    });
  });

  test('may be subnets and security groups alone', () => {
    const template = importedTemplate(
      {
        vpcCidrBlock: '10.0.0.0/16',
        privateSubnetIds: ['subnet-1', 'subnet-2'],
        isolatedSubnetIds: ['subnet-3', 'subnet-4'],
      },
      (stack, vpc) => ({
        sharedLoadBalancer: new SharedLoadBalancer(stack, 'Shared', {
          vpc,
          subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
          securityGroups: [group(stack, 'balancer')],
          vpcLinkSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
          vpcLinkSecurityGroups: [group(stack, 'link')],
        }),
      }),
    );

    template.hasResourceProperties('AWS::ApiGatewayV2::VpcLink', {
      SubnetIds: ['subnet-3', 'subnet-4'],
      SecurityGroupIds: ['sg-link'],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Subnets: ['subnet-3', 'subnet-4'],
      SecurityGroups: ['sg-balancer'],
    });
  });

  test.each([
    [
      'a VPC link without its security groups',
      'Set `vpcLinkSecurityGroups`',
      (stack: Stack, vpc: IVpc) => ({
        vpcLink: VpcLink.fromVpcLinkAttributes(stack, 'Link', { vpcLinkId: 'link-1', vpc }),
      }),
    ],
    [
      'a load balancer without its security groups',
      'Set `loadBalancerSecurityGroups`',
      (stack: Stack) => ({
        loadBalancer: NetworkLoadBalancer.fromNetworkLoadBalancerAttributes(stack, 'Balancer', {
          loadBalancerArn: BALANCER_ARN,
        }),
      }),
    ],
  ])('throws as %s', (_name, message, props) => {
    const stack = new Stack(new App(), 'Test');
    const vpc = new Vpc(stack, 'Vpc');

    expect(() => new SharedLoadBalancer(stack, 'Shared', { vpc, ...props(stack, vpc) })).toThrow(message);
  });
});

describe('edges that share a load balancer', () => {
  function shared(listenerPort?: number) {
    const app = new App();
    const network = new Stack(app, 'Network');
    const vpc = new Vpc(network, 'Vpc');
    const sharedLoadBalancer = new SharedLoadBalancer(network, 'Shared', { vpc, name: 'shop' });
    const first = new Stack(app, 'First');
    new HttpApiEdge(first, 'Edge', { edge: edgeWithRoute('first'), vpc, sharedLoadBalancer });
    const second = new Stack(app, 'Second');
    new RestApiEdge(second, 'Edge', {
      edge: edgeWithRoute('second', restFront),
      vpc,
      sharedLoadBalancer,
      listenerPort,
    });
    return [network, first, second].map(stack => Template.fromStack(stack));
  }

  test('have a listener and a target group each, also in stacks of their own', () => {
    const [network, first, second] = shared(8443);

    network?.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
    network?.hasResourceProperties('AWS::ApiGatewayV2::VpcLink', { Name: 'shop' });
    [443, 8443].forEach(port =>
      network?.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: port, ToPort: port }),
    );
    first?.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443 });
    second?.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 8443 });
    second?.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { Name: 'shop-second', Port: 443 });
    second?.hasResourceProperties('AWS::ApiGateway::Method', { Integration: { Uri: 'https://shop.example:8443/' } });
    [first, second].forEach(template => template?.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 0));
  });

  test('with one port are an error with both names', () => {
    expect(() => shared()).toThrow('[shop-second] shop-first has the listener with port 443 of the load balancer');
  });

  test('are in its VPC, and have no network settings of their own', () => {
    const stack = new Stack(new App(), 'Test');
    const vpc = new Vpc(stack, 'Vpc');
    const sharedLoadBalancer = new SharedLoadBalancer(stack, 'Shared', { vpc });
    const add = (props: NetworkProps) => () =>
      new HttpApiEdge(stack, 'Edge', { edge: edgeWithRoute(), vpc, sharedLoadBalancer, ...props });

    expect(add({ vpc: new Vpc(stack, 'OtherVpc') })).toThrow('is in another VPC');
    stack.node.tryRemoveChild('Edge');
    expect(add({ podCidrs: [] })).toThrow('`podCidrs` has no effect with `sharedLoadBalancer`');
  });
});

test('an existing load balancer whose security group allows the VPC link', () => {
  const stack = new Stack(new App(), 'Test');
  const loadBalancer = {
    loadBalancerArn: BALANCER_ARN,
    listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/mine/1/2',
    securityGroup: group(stack, 'balancer'),
  };
  const { link } = new HttpApiEdge(stack, 'Edge', {
    edge: edgeWithRoute(),
    vpc: new Vpc(stack, 'Vpc'),
    loadBalancer,
    listenerPort: 8443,
  });
  link.connections.allowFrom(link.vpcLinkConnections, Port.tcp(link.port));

  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    GroupId: 'sg-balancer',
    FromPort: 8443,
  });
});

describe('an existing application load balancer', () => {
  const behind = (kind: string, api: 'http' | 'rest' | 'text' | 'sockets') => {
    const stack = new Stack(new App(), 'Test');
    const arn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012';
    const loadBalancer = {
      loadBalancerArn: `${arn}:loadbalancer/${kind}/mine/1`,
      listenerArn: `${arn}:listener/${kind}/mine/1/2`,
      securityGroup: group(stack, 'balancer'),
    };
    const vpc = new Vpc(stack, 'Vpc');
    const fronts = { http: httpFront, rest: restFront, text: restFront, sockets: webSocketFront };
    const edge = edgeWithRoute('door', fronts[api]);
    const props = { edge, vpc, loadBalancer };
    if (api === 'http') {
      new HttpApiEdge(stack, 'Edge', props);
    } else if (api === 'sockets') {
      const authorizer = new WebSocketNoneAuthorizer();
      new WebSocketApiEdge(stack, 'Edge', { ...props, routes: { $default: 'GET /' }, authorizer });
    } else {
      new RestApiEdge(stack, 'Edge', { ...props, textBodiesOnly: api === 'text' });
    }
    return Template.fromStack(stack);
  };

  test('is the target of a VPC link of version 2', () => {
    behind('app', 'http').hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationUri: Match.stringLikeRegexp('listener/app/mine'),
      ConnectionType: 'VPC_LINK',
    });
    behind('app', 'text').hasResourceProperties('AWS::ApiGateway::Method', {
      Integration: { IntegrationTarget: Match.stringLikeRegexp('loadbalancer/app/mine') },
    });
  });

  test.each([
    ['app', 'rest', 'version 1 cannot connect to an application load balancer'],
    ['app', 'sockets', 'version 1 cannot connect to an application load balancer'],
    ['gwy', 'rest', 'version 1 cannot connect to a gateway load balancer'],
    ['gwy', 'http', 'version 2 cannot connect to a gateway load balancer'],
  ] as const)('of the kind %s throws for %s', (kind, api, message) => {
    expect(() => behind(kind, api)).toThrow(message);
  });

  test('a network load balancer is the target of either', () => {
    expect(() => behind('net', 'rest')).not.toThrow();
    expect(() => behind('net', 'sockets')).not.toThrow();
  });
});

test('the outputs have what a binding by ARN needs', () => {
  const template = httpTemplate(edgeWithRoute());

  template.hasOutput('*', { Value: { Ref: Match.stringLikeRegexp('TargetGroup') } });
  template.hasOutput('*', { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('BalancerSecurityGroup'), 'GroupId'] } });
});

test('a target is deregistered before its pod stops serving', () => {
  httpTemplate(edgeWithRoute()).hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }]),
  });
  expect(DRAIN.serving).toBeGreaterThan(DRAIN.deregistration);
  expect(DRAIN.grace).toBeGreaterThan(DRAIN.serving + DRAIN.closing);
});
