import { App, Duration, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { HttpApiEdge, type ManagedApiProps, RestApiEdge } from '../../lib/aws';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import { declared, declaredForRest } from './support';

function made(
  kind: typeof HttpApiEdge | typeof RestApiEdge,
  props: (stack: Stack) => Partial<ManagedApiProps> = () => ({}),
) {
  const stack = new Stack(new App(), 'Test');
  const { edge, web } = kind === HttpApiEdge ? declared() : declaredForRest();
  edge.route('GET /', web);
  return { stack, api: new kind(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), ...props(stack) }) };
}

function templateOf(stack: Stack): Template {
  const template = Template.fromStack(stack);
  expect(checkTemplate(template.toJSON() as CloudTemplate)).toEqual([]);
  return template;
}

const zone = (zoneName: string) => (stack: Stack) => ({
  hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0', zoneName }),
});

const FORMAT = AccessLogFormat.custom('$context.requestId $context.status');

describe.each([
  ['an HTTP API', HttpApiEdge, 'AWS::ApiGatewayV2', { IpAddressType: 'dualstack' }, ['4xx', '5xx']],
  [
    'a REST API',
    RestApiEdge,
    'AWS::ApiGateway',
    { EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' } },
    ['4XXError', '5XXError'],
  ],
] as const)('%s', (_name, kind, service, dualStack, [clientErrors, serverErrors]) => {
  const api = service === 'AWS::ApiGatewayV2' ? `${service}::Api` : `${service}::RestApi`;

  test('gets a record in a hosted zone, and a certificate that the zone validates', () => {
    const template = templateOf(made(kind, zone('example')).stack);

    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'shop.example',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'shop.example', HostedZoneId: 'Z0' }],
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'shop.example.',
      Type: 'A',
      HostedZoneId: 'Z0',
      AliasTarget: { DNSName: { 'Fn::GetAtt': [Match.stringLikeRegexp('Domain'), 'RegionalDomainName'] } },
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 1);
    template.hasResourceProperties(api, { DisableExecuteApiEndpoint: true });
  });

  test('uses a given certificate beside a hosted zone', () => {
    const template = templateOf(
      made(kind, stack => ({
        ...zone('shop.example.')(stack),
        certificate: Certificate.fromCertificateArn(stack, 'Given', 'arn:aws:acm:eu-west-1:123456789012:certificate/1'),
      })).stack,
    );

    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    template.resourceCountIs('AWS::Route53::RecordSet', 1);
  });

  test.each([
    ['of another domain', zone('shop.example.org'), 'The host shop.example is not in the hosted zone shop.example.org'],
    ['whose name merely ends the host', zone('op.example'), 'is not in the hosted zone op.example'],
    [
      'without a known name',
      (stack: Stack) => ({ hostedZone: HostedZone.fromHostedZoneId(stack, 'Zone', 'Z0') }),
      'The name of the imported hosted zone is unknown',
    ],
    [
      'that is private',
      (stack: Stack) => ({
        hostedZone: new PrivateHostedZone(stack, 'Zone', { zoneName: 'example', vpc: new Vpc(stack, 'ZoneVpc') }),
      }),
      'cannot validate a certificate',
    ],
  ])('throws for a hosted zone %s', (_zone, props, message) => {
    expect(() => made(kind, props)).toThrow(message);
  });

  test('is reached over IPv4 and IPv6 if declared', () => {
    const template = templateOf(
      made(kind, stack => ({ ...zone('example')(stack), ipAddressType: IpAddressType.DUAL_STACK })).stack,
    );

    template.hasResourceProperties(api, dualStack);
    template.hasResourceProperties(
      `${service}::DomainName`,
      service === 'AWS::ApiGatewayV2' ? { DomainNameConfigurations: [Match.objectLike(dualStack)] } : dualStack,
    );
    ['A', 'AAAA'].forEach(Type => template.hasResourceProperties('AWS::Route53::RecordSet', { Type }));
  });

  test('writes its access log to a given group in a given format', () => {
    const { stack, api: edge } = made(kind, scope => ({
      logGroup: new LogGroup(scope, 'Given', { retention: RetentionDays.ONE_YEAR }),
      accessLogFormat: FORMAT,
    }));
    const template = templateOf(stack);

    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.hasResourceProperties(`${service}::Stage`, {
      [service === 'AWS::ApiGatewayV2' ? 'AccessLogSettings' : 'AccessLogSetting']: {
        Format: '$context.requestId $context.status',
      },
    });
    expect(edge.accessLog.node.path).toBe('Test/Given');
  });

  test('throws for the retention of a given log group', () => {
    expect(() =>
      made(kind, stack => ({ logGroup: new LogGroup(stack, 'Given'), logRetention: RetentionDays.ONE_DAY })),
    ).toThrow('does not change the retention of an existing log group');
  });

  test('has alarms on errors, latency and throttled requests', () => {
    const { stack, api: edge } = made(kind);
    const alarms = edge.addAlarms({
      serverErrorPercent: 1,
      clientErrorPercent: 20,
      latency: Duration.seconds(2),
      throttledRequests: 100,
      actions: [new SnsAction(new Topic(stack, 'Topic'))],
    });
    const template = templateOf(stack);

    const share = (MetricName: string, Threshold: number) => ({
      Threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 2,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('Topic') }],
      OKActions: [{ Ref: Match.stringLikeRegexp('Topic') }],
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: '100 * errors / requests' }),
        Match.objectLike({
          Id: 'errors',
          MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName }), Stat: 'Sum' }),
        }),
        Match.objectLike({ Id: 'requests', MetricStat: Match.objectLike({ Stat: 'SampleCount', Period: 300 }) }),
      ]),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', share(serverErrors, 1));
    template.hasResourceProperties('AWS::CloudWatch::Alarm', share(clientErrors, 20));
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Latency',
      ExtendedStatistic: 'p99',
      Threshold: 2000,
    });
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ $.status = "429" }',
      LogGroupName: { Ref: Match.stringLikeRegexp('AccessLog') },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'shop-door-throttled', Threshold: 100 });
    expect(alarms.throttles).toBeDefined();
  });

  test('has an alarm for each threshold that is set, over the declared periods', () => {
    const { stack, api: edge } = made(kind);
    const { serverErrors: alarm, ...others } = edge.addAlarms({
      serverErrorPercent: 5,
      period: Duration.minutes(1),
      evaluationPeriods: 3,
    });

    templateOf(stack).resourceCountIs('AWS::CloudWatch::Alarm', 1);
    templateOf(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      EvaluationPeriods: 3,
      Metrics: Match.arrayWith([Match.objectLike({ MetricStat: Match.objectLike({ Period: 60 }) })]),
    });
    expect(alarm).toBeDefined();
    expect([others.clientErrors, others.latency, others.throttles]).toEqual([undefined, undefined, undefined]);
  });

  test('cannot count throttled requests in a log of another format', () => {
    expect(() => made(kind, () => ({ accessLogFormat: FORMAT })).api.addAlarms({ throttledRequests: 1 })).toThrow(
      'whose format is another than the default',
    );
  });

  test('has the metrics of its stage', () => {
    const { api: edge } = made(kind);

    expect(
      [
        edge.metricCount(),
        edge.metricClientError(),
        edge.metricServerError(),
        edge.metricLatency(),
        edge.metricIntegrationLatency({ statistic: 'p50' }),
      ].map(({ namespace, metricName }) => `${namespace} ${metricName}`),
    ).toEqual(
      ['Count', clientErrors, serverErrors, 'Latency', 'IntegrationLatency'].map(each => `AWS/ApiGateway ${each}`),
    );
    expect(edge.metricIntegrationLatency({ statistic: 'p50' }).statistic).toBe('p50');
  });

  test('passes tags on to all of its resources', () => {
    const { stack, api: edge } = made(kind);
    Tags.of(edge).add('team', 'shop');
    const template = templateOf(stack);

    [
      api,
      `${service}::Stage`,
      'AWS::ApiGatewayV2::VpcLink',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      'AWS::Logs::LogGroup',
    ].forEach(type => {
      const tags = Object.values(template.findResources(type)).map(({ Properties }) => JSON.stringify(Properties.Tags));
      expect(tags.every(each => each.includes('team'))).toBe(true);
    });
  });
});
