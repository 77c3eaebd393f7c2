import { App, CfnResource, CloudFormationValidatePlugin, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WebSocketNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type EdgeProps, Port, Topology } from '../../lib';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import {
  HttpApiEdge,
  type ManagedApiProps,
  RestApiEdge,
  type RestApiEdgeProps,
  WebSocketApiEdge,
  type WebSocketApiEdgeProps,
} from '../../lib/aws';
import { httpFront, restFront } from '../support/fronts';
import { setValues } from '../support/set-values';

/** An edge and a service behind it. */
export function declared(props: Partial<EdgeProps> = {}, name = 'door') {
  const topology = new Topology('shop');
  const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
  const edge = topology.addEdge(
    name,
    setValues({ host: 'shop.example', tlsSecret: 'door-tls', front: httpFront, ...props }),
  );
  return { topology, web, edge };
}

/** The same behind a REST API. */
export function declaredForRest(props: Partial<EdgeProps> = {}, name?: string) {
  return declared({ front: restFront, ...props }, name);
}

/** Things of an account that are there already, in a stack. */
function account() {
  const stack = new Stack(new App(), 'Test');
  return {
    stack,
    vpc: new Vpc(stack, 'Vpc'),
    certificate: Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:eu-west-1:123456789012:certificate/1',
    ),
    truststore: { bucket: Bucket.fromBucketName(stack, 'Bucket', 'trust'), key: 'clients.pem' },
    loadBalancer: {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/mine/1',
      listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/mine/1/2',
      securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
    },
  };
}

type Account = ReturnType<typeof account>;

export function httpTemplate(
  edge: ManagedApiProps['edge'],
  props: (account: Account) => Partial<ManagedApiProps> = () => ({}),
): Template {
  const mine = account();
  new HttpApiEdge(mine.stack, 'Edge', { edge, vpc: mine.vpc, ...props(mine) });
  return tenable(mine.stack);
}

/** The template of a WebSocket API in front of an edge, to which any client may connect. */
export function webSocketTemplate(edge: ManagedApiProps['edge'], routes: WebSocketApiEdgeProps['routes']): Template {
  const { stack, vpc } = account();
  new WebSocketApiEdge(stack, 'Edge', { edge, vpc, routes, authorizer: new WebSocketNoneAuthorizer() });
  return tenable(stack);
}

export function restTemplate(
  edge: ManagedApiProps['edge'],
  props: (account: Account) => Partial<RestApiEdgeProps> = () => ({}),
): Template {
  const mine = account();
  new RestApiEdge(mine.stack, 'Edge', { edge, vpc: mine.vpc, ...props(mine) });
  return tenable(mine.stack);
}

const madeByFile = new Map<string | undefined, Stack[]>();

/** The stacks of the current test file. */
function made(): Stack[] {
  const { testPath } = expect.getState();
  const stacks = madeByFile.get(testPath) ?? [];
  madeByFile.set(testPath, stacks);
  return stacks;
}

/** Adds the template of a stack to those that {@link refusedByTheCdk} validates. */
export function remember(stack: Stack): void {
  made().push(stack);
}

/** The template of a stack, in which AWS would find nothing to refuse. */
function tenable(stack: Stack): Template {
  const template = Template.fromStack(stack);
  expect(checkTemplate(template.toJSON() as CloudTemplate)).toEqual([]);
  remember(stack);
  return template;
}

/**
 * What the CDK's own validation refuses in all templates that this test file has made so far: its engine takes seconds
 * to start, so it is asked once.
 */
export function refusedByTheCdk(): string[] {
  const stacks = made();
  const [first] = stacks;
  if (!first) {
    throw new Error('no template was made');
  }
  const stackTemplates = stacks.map(stack => ({
    stackConstructPath: stack.node.path,
    templatePath: Stage.of(stack)?.synth().getStackByName(stack.stackName).templateFullPath ?? '',
    accountId: undefined,
    region: undefined,
  }));
  const acknowledged = new Set(
    stacks.flatMap(stack =>
      stack.node
        .findAll()
        .filter(each => CfnResource.isCfnResource(each))
        .filter(each => each.node.metadata.some(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY))
        .map(each => stack.getLogicalId(each)),
    ),
  );
  const { violations } = new CloudFormationValidatePlugin().validate({
    stackTemplates,
    templatePaths: stackTemplates.map(each => each.templatePath),
    appConstruct: first.node.root,
  });
  return violations
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .filter(({ violatingResources }) =>
      violatingResources.some(each => !acknowledged.has(each.resourceLogicalId ?? '')),
    )
    .map(({ ruleName, description }) => `${ruleName}: ${description}`);
}
