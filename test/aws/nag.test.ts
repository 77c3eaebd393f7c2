import { App, Stack } from 'aws-cdk-lib';
import { WebSocketIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Auth } from '../../lib';
import { HttpApiEdge, RestApiEdge, WebSocketApiEdge } from '../../lib/aws';
import { httpFront, restFront, webSocketFront } from '../support/fronts';
import { declared } from './support';

/** Findings of cdk-nag that are accepted, by the type of the resource, with the reason. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi AwsSolutions-APIG2': 'Requests are validated where a route declares `requestValidation`.',
  'AWS::ApiGateway::Stage AwsSolutions-APIG3': 'An edge has a web ACL if it declares `waf`.',
  'AWS::ApiGateway::Stage AwsSolutions-APIG6':
    'The access log has each request; execution logs would have its headers.',
  'AWS::ApiGateway::Method AwsSolutions-APIG4': 'A route is open if it declares that, and preflights have no token.',
  'AWS::ApiGatewayV2::Route AwsSolutions-APIG4': 'A route is open if it declares that.',
  'AWS::ApiGateway::Method AwsSolutions-COG4': 'Tokens of any issuer are verified, not only those of Cognito.',
  'AWS::ElasticLoadBalancingV2::LoadBalancer AwsSolutions-ELB2':
    'A network load balancer logs requests of TLS listeners only, and its listeners are TCP.',
  'AWS::IAM::Role AwsSolutions-IAM4':
    'The policies allow writing logs: AWSLambdaBasicExecutionRole and AmazonAPIGatewayPushToCloudWatchLogs.',
  'AWS::EC2::VPC AwsSolutions-VPC7': 'The VPC belongs to the user.',
};

function edgeOf(auth: Auth, front = restFront) {
  const { edge, web } = declared({ auth, front, cors: { origins: ['https://www.shop.example'] } });
  edge.route('GET /orders/{id}', web);
  edge.route('GET /', web, { auth: Auth.none() });
  return edge;
}

test('the findings of cdk-nag are accepted ones, each with a reason that still applies', () => {
  const app = new App();
  const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
  const inStack = (name: string) => {
    const stack = new Stack(app, name);
    return { stack, vpc: new Vpc(stack, 'Vpc') };
  };
  const http = inStack('Http');
  new HttpApiEdge(http.stack, 'Edge', { edge: edgeOf(jwt, httpFront), vpc: http.vpc });
  const rest = inStack('Rest');
  new RestApiEdge(rest.stack, 'Edge', { edge: edgeOf(jwt), vpc: rest.vpc });
  const byFunction = inStack('Function');
  new RestApiEdge(byFunction.stack, 'Edge', { edge: edgeOf(jwt), vpc: byFunction.vpc, lambdaAuthorizer: true });
  const byKey = inStack('Keys');
  new RestApiEdge(byKey.stack, 'Edge', {
    edge: edgeOf(Auth.apiKey({ secret: 'keys' })),
    vpc: byKey.vpc,
    clients: ['ann'],
  });

  const sockets = inStack('WebSocket');
  const { edge: chat, web } = declared({ front: webSocketFront });
  chat.route('POST /messages', web);
  new WebSocketApiEdge(sockets.stack, 'Edge', {
    edge: chat,
    vpc: sockets.vpc,
    routes: { $connect: 'POST /messages' },
    authorizer: new WebSocketIamAuthorizer(),
  });

  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const found = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => {
      const resource = app.node.findAll().find(each => each.node.path === constructPath);
      const [rule] = ruleName.split('[');
      return `${resource && 'cfnResourceType' in resource ? String(resource.cfnResourceType) : constructPath} ${rule}`;
    }),
  );
  expect([...new Set(found)].sort()).toEqual(Object.keys(ACCEPTED).sort());
});
