import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IVpcEndpoint, Vpc, VpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { RestApiEdge, type RestApiEdgeProps } from '../../lib/aws';
import { declaredForRest } from './support';

function endpoint(stack: Stack, vpcEndpointId: string): IVpcEndpoint {
  class Existing extends VpcEndpoint {
    override readonly vpcEndpointId = vpcEndpointId;
  }
  return new Existing(stack, vpcEndpointId);
}

function templateOf(props: (stack: Stack) => Partial<RestApiEdgeProps>, ids = ['vpce-1', 'vpce-2']): Template {
  const stack = new Stack(new App(), 'Test');
  const { edge, web } = declaredForRest();
  edge.route('GET /', web);
  new RestApiEdge(stack, 'Edge', {
    edge,
    vpc: new Vpc(stack, 'Vpc'),
    vpcEndpoints: ids.map(id => endpoint(stack, id)),
    ...props(stack),
  });
  return Template.fromStack(stack);
}

test('a private API is invoked through its VPC endpoints only', () => {
  const condition = (operator: string) => ({
    Condition: { [operator]: { 'aws:SourceVpce': ['vpce-1', 'vpce-2'] } },
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
  });

  templateOf(() => ({})).hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-1', 'vpce-2'] },
    Policy: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', ...condition('StringNotEquals') }),
        Match.objectLike({ Effect: 'Allow', Action: 'execute-api:Invoke' }),
      ]),
    },
  });
});

test('its deployment changes with its endpoints', () => {
  const deployment = (ids: string[]) =>
    Object.keys(templateOf(() => ({}), ids).findResources('AWS::ApiGateway::Deployment'));

  expect(deployment(['vpce-1'])).not.toEqual(deployment(['vpce-2']));
});

test('a public API has no resource policy', () => {
  templateOf(() => ({ vpcEndpoints: undefined })).hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['REGIONAL'] },
    Policy: Match.absent(),
  });
});

test.each([
  ['no endpoint', '`vpcEndpoints` is empty', () => ({ vpcEndpoints: [] })],
  [
    'a certificate',
    '`certificate` is a setting of a custom domain',
    (stack: Stack) => ({
      certificate: Certificate.fromCertificateArn(stack, 'Given', 'arn:aws:acm:x:1:certificate/1'),
    }),
  ],
  [
    'a hosted zone',
    '`hostedZone` is a setting of a custom domain',
    (stack: Stack) => ({
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0', zoneName: 'example' }),
    }),
  ],
  ['IPv4 alone', 'always dual stack', () => ({ ipAddressType: IpAddressType.IPV4 })],
])('a private API throws for %s', (_name, message, props) => {
  expect(() => templateOf(props)).toThrow(message);
});

describe('an edge-optimized API', () => {
  const edgeOptimized = (props: (stack: Stack) => Partial<RestApiEdgeProps> = () => ({})) =>
    templateOf(stack => ({ vpcEndpoints: undefined, edgeOptimized: true, ...props(stack) }));
  const certificate = (stack: Stack) =>
    Certificate.fromCertificateArn(stack, 'Given', 'arn:aws:acm:us-east-1:123456789012:certificate/1');
  const hostedZone = (stack: Stack) =>
    HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0', zoneName: 'example' });

  test('has endpoint and domain in the locations of CloudFront', () => {
    const template = edgeOptimized(stack => ({ certificate: certificate(stack), hostedZone: hostedZone(stack) }));

    template.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['EDGE'] } });
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      CertificateArn: Match.stringLikeRegexp('us-east-1'),
      EndpointConfiguration: { Types: ['EDGE'] },
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      AliasTarget: { DNSName: { 'Fn::GetAtt': [Match.anyValue(), 'DistributionDomainName'] } },
    });
  });

  test.each<[string, string, (stack: Stack) => Partial<RestApiEdgeProps>]>([
    ['VPC endpoints', '`vpcEndpoints`', stack => ({ vpcEndpoints: [endpoint(stack, 'vpce-3')] })],
    [
      'client certificates',
      '`truststore`',
      stack => ({
        certificate: certificate(stack),
        truststore: { bucket: Bucket.fromBucketName(stack, 'Bucket', 'trust'), key: 'clients.pem' },
      }),
    ],
    ['a raised timeout', '`quotas.integrationTimeoutMillis`', () => ({ quotas: { integrationTimeoutMillis: 60_000 } })],
    ['a certificate of the Region', 'in us-east-1', stack => ({ hostedZone: hostedZone(stack) })],
  ])('throws for %s', (_name, message, props) => {
    expect(() => edgeOptimized(props)).toThrow(message);
  });
});
