import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { App, Duration as CloudDuration, Stack } from 'aws-cdk-lib';
import { MockIntegration } from 'aws-cdk-lib/aws-apigateway';
import { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  WebSocketLambdaAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { InterfaceVpcEndpointAwsService, IpAddresses, IpProtocol, Vpc } from 'aws-cdk-lib/aws-ec2';
import { IpAddressType as BalancerAddressType, TargetGroupIpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'cdk8s';
import { shop } from '../../bin/boutique';
import { Auth, ClientKey, FailureMode, Front, PerClientRateLimit, Period, Port, RateLimit, Topology } from '../../lib';
import {
  HttpApiEdge,
  LambdaAggregator,
  RestApiEdge,
  type RestApiEdgeProps,
  SharedLoadBalancer,
  WebSocketApiEdge,
} from '../../lib/aws';
import { claim } from '../claims';

const addresses = ['10.0.0.0/24'];
const REST_FRONT = Front.restApi({ addresses });

/** An edge with every feature that a REST API supports. */
function everything() {
  const topology = new Topology('templates');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edge = topology.addEdge('door', {
    host: 'door.lab.example',
    tlsSecret: 'door-tls',
    clientCa: 'clients',
    front: REST_FRONT,
    waf: true,
    rateLimit: RateLimit.perSecond(100),
    auth: Auth.jwt({ issuer: 'https://login.lab.example', audiences: ['shop'] }),
    cors: { origins: ['https://www.lab.example'] },
    perClientRateLimit: PerClientRateLimit.of({
      client: ClientKey.claim('sub'),
      requests: 1000,
      per: Period.DAY,
      failureMode: FailureMode.FAIL_OPEN,
    }),
  });
  edge.route('GET /products/{id}', web, { auth: Auth.none(), cacheTtl: Duration.minutes(1) });
  edge.route('POST /orders', web, {
    rateLimit: RateLimit.perSecond(5),
    requestValidation: { query: ['shop'], body: { required: ['id'] } },
  });
  edge.route('ANY /static/{file+}', web, { auth: Auth.none() });
  return edge;
}

/** An edge with routes that have tokens of several issuers, parameters, and nothing that only text bodies support. */
function tokens(count = 0) {
  const topology = new Topology('tokens');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edge = topology.addEdge('door', {
    host: 'tokens.lab.example',
    front: REST_FRONT,
    auth: Auth.jwt({ issuer: 'https://login.lab.example', audiences: ['shop', 'app'] }),
    cors: { origins: ['https://www.lab.example'] },
  });
  edge.route('POST /cart', web);
  edge.route('PUT /images/{id}', web, {
    auth: Auth.jwt({ issuer: 'https://partners.lab.example/', audiences: ['shop'], scopes: ['images:write'] }),
  });
  edge.route('ANY /static/{file+}', web, { auth: Auth.none() });
  Array.from({ length: count }, (_, index) => edge.route(`GET /things/${index}`, web));
  return edge;
}

function keys() {
  const topology = new Topology('keys');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edge = topology.addEdge('door', {
    host: 'keys.lab.example',
    auth: Auth.apiKey({ secret: 'keys' }),
    front: REST_FRONT,
  });
  edge.route('GET /reports/{id}', web);
  return edge;
}

/** REST APIs of each kind: the rest of their properties, by the name of the stack. */
const REST_APIS: Readonly<Record<string, (stack: Stack) => Omit<RestApiEdgeProps, 'vpc'>>> = {
  Jwt: () => ({ edge: tokens(), targetGroupName: 'tokens-test' }),
  Function: () => ({ edge: tokens(60), lambdaAuthorizer: true, quotas: { resources: 400 } }),
  Claims: () => ({ edge: tokens(), claimHeaders: { 'x-customer': 'sub' } }),
  Pools: stack => ({ edge: tokens(), userPools: [new UserPool(stack, 'Pool')] }),
  Keys: () => ({ edge: keys(), clients: ['ann'] }),
  Text: () => ({ edge: tokens(), textBodiesOnly: true }),
  Streams: () => ({ edge: tokens(), streamedRoutes: ['POST /cart'], edgeOptimized: true }),
};

/** A WebSocket API with routes to the cluster and to a function. */
function addWebSocketApi(stack: Stack): void {
  const topology = new Topology('chat');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edge = topology.addEdge('socket', {
    host: 'chat.lab.example',
    tlsSecret: 'chat-tls',
    front: Front.webSocketApi({ addresses }),
    rateLimit: RateLimit.perSecond(100),
  });
  ['POST /connections', 'POST /messages'].forEach(each =>
    edge.route(each, web, { rateLimit: RateLimit.perSecond(50) }),
  );
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
  });
  new WebSocketApiEdge(stack, 'Chat', {
    edge,
    vpc: new Vpc(stack, 'Vpc'),
    routes: { $connect: 'POST /connections', $default: 'POST /messages' },
    lambdaRoutes: { rename: { handler } },
    authorizer: new WebSocketLambdaAuthorizer('Clients', handler),
    authorizerHeaders: { 'x-customer': 'principalId' },
    returnResponses: true,
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123', zoneName: 'lab.example' }),
  });
}

/** APIs that share a load balancer, in a hosted zone, over IPv6, with functions, alarms and a private API. */
function addNetworksAndDomains(stack: Stack): void {
  const topology = new Topology('shared');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edges = ['public', 'private'].map(name =>
    topology.addEdge(name, {
      host: `${name}.lab.example`,
      front: name === 'public' ? Front.httpApi({ addresses }) : REST_FRONT,
    }),
  );
  const [open, closed] = edges;
  assert.ok(open && closed);
  edges.forEach(edge => edge.route('GET /', web));
  const vpc = new Vpc(stack, 'Vpc', { ipProtocol: IpProtocol.DUAL_STACK, maxAzs: 2 });
  const sharedLoadBalancer = new SharedLoadBalancer(stack, 'Network', {
    vpc,
    ipAddressType: BalancerAddressType.DUAL_STACK,
  });
  const podIpAddressType = TargetGroupIpAddressType.IPV6;
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
  });
  const api = new HttpApiEdge(stack, 'Public', {
    edge: open,
    vpc,
    sharedLoadBalancer,
    podIpAddressType,
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123', zoneName: 'lab.example' }),
    ipAddressType: IpAddressType.DUAL_STACK,
    lambdaRoutes: { 'GET /reports/{id}': { handler, authorizer: new HttpLambdaAuthorizer('Own', handler) } },
    integrationRoutes: { 'GET /old': { integration: new HttpUrlIntegration('Old', 'https://old.lab.example/') } },
    authorizers: { 'GET /': new HttpIamAuthorizer() },
  });
  api.addAlarms({
    serverErrorPercent: 1,
    clientErrorPercent: 20,
    latency: CloudDuration.seconds(2),
    throttledRequests: 100,
  });
  new RestApiEdge(stack, 'Private', {
    edge: closed,
    vpc,
    sharedLoadBalancer,
    listenerPort: 8080,
    podIpAddressType,
    lambdaRoutes: { 'GET /reports/{id}': { handler } },
    integrationRoutes: { 'GET /status': { integration: new MockIntegration() } },
    iamRoutes: ['GET /reports/{id}'],
    vpcEndpoints: [vpc.addInterfaceEndpoint('Invoke', { service: InterfaceVpcEndpointAwsService.APIGATEWAY })],
  });
}

claim("the templates of both APIs are right by CDK's validation and by cfn-lint", async lab => {
  const outdir = join(lab.folder, 'templates');
  const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
  const stack = new Stack(app, 'Http');
  const vpc = new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/16') });
  new HttpApiEdge(stack, 'Shop', { edge: shop, vpc, stageName: 'live', claimHeaders: { 'x-customer': 'sub' } });
  new LambdaAggregator(stack, 'Home', {
    vpc,
    parts: { a: { url: 'http://a.internal/' }, b: { url: 'http://b.internal/' } },
  });

  const rest = new Stack(app, 'Rest');
  new RestApiEdge(rest, 'Door', {
    edge: everything(),
    vpc: new Vpc(rest, 'Vpc'),
    certificate: Certificate.fromCertificateArn(
      rest,
      'Certificate',
      'arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
    ),
    truststore: { bucket: Bucket.fromBucketName(rest, 'Trust', 'trust'), key: 'clients.pem' },
    clients: ['ann', 'bob'],
    claimHeaders: { 'x-customer': 'sub' },
    textBodiesOnly: true,
  });
  for (const [name, propsOf] of Object.entries(REST_APIS)) {
    const own = new Stack(app, name);
    const api = new RestApiEdge(own, 'Door', { vpc: new Vpc(own, 'Vpc'), ...propsOf(own) });
    api.addAlarms({ serverErrorPercent: 1, throttledRequests: 10 });
  }
  addNetworksAndDomains(new Stack(app, 'Shared'));
  addWebSocketApi(new Stack(app, 'WebSocket'));
  const { stacks } = app.synth();

  const templates = stacks.map(({ templateFullPath }) => templateFullPath);
  // W3005: the CDK renders dependencies that references imply already.
  const { status, stdout, stderr } = spawnSync(
    lab.tools.path('cfn-lint'),
    ['--ignore-checks', 'W3005', '--non-zero-exit-code', 'warning', '--', ...templates],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stdout + stderr);
  assert.equal(templates.length, 4 + Object.keys(REST_APIS).length);
  return Promise.resolve();
});
