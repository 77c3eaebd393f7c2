import { model, no, resources, tasksOf } from './task';

export const HTTP_API = tasksOf('AWS HTTP API', [
  model(
    'Routes and methods',
    '`HttpApiEdge`',
    'aws/http-api-edge.test.ts › a route of the edge is a route of the API, and there is no default route',
  ),
  model(
    'Catch-all routes',
    "`route('ANY /', service)`, `route('ANY /{path+}', service)`",
    'aws/http-api-edge.test.ts › any routes render to a template',
  ),
  model(
    'Lambda integration',
    '`lambdaRoutes`',
    'aws/http-lambda-routes.test.ts › invokes it, with the authentication of the edge and the authorizer that other routes have',
  ),
  model(
    'HTTP proxy to any URL',
    '`integrationRoutes`',
    'aws/integration-routes.test.ts › leads requests to a URL, with the authentication of the edge',
  ),
  model(
    'Integrations of Step Functions, SQS and EventBridge',
    '`integrationRoutes`',
    'aws/integration-routes.test.ts › leads requests to a queue and other services of AWS',
  ),
  model(
    'Private integration: network load balancer',
    '`HttpApiEdge`, `loadBalancer`',
    'aws/http-api-edge.test.ts › an internal load balancer leads to a target group of a fixed name',
  ),
  model(
    'Private integration: application load balancer',
    '`loadBalancer`',
    'aws/private-link.test.ts › is the target of a VPC link of version 2',
  ),
  model(
    'Private integration: Cloud Map',
    '`integrationRoutes`',
    'aws/integration-routes.test.ts › leads requests to services of AWS Cloud Map',
  ),
  model(
    'VPC link',
    '`HttpApiEdge`; existing or shared ones with `sharedLoadBalancer`',
    'aws/http-api-edge.test.ts › a request goes through the VPC link with the host that the gateway routes by',
  ),
  model(
    'CORS',
    '`cors` of an edge',
    'aws/http-api-edge.test.ts › CORS is answered by the API, for the methods that routes have',
  ),
  model('Stages', '`stageName`', 'aws/http-api-edge.test.ts › a named stage is not in the path that the cluster sees'),
  resources(
    'Custom domain',
    "`certificate`, or `hostedZone` for record and certificate of the edge's host; further domains and mappings by the CDK",
  ),
  model(
    'Mutual TLS',
    '`truststore`',
    'aws/http-api-edge.test.ts › clients show certificates of the truststore to the domain',
  ),
  model(
    'JWT authorizer',
    '`Auth.jwt`',
    'aws/http-api-edge.test.ts › a route with a token has a JWT authorizer, shared by routes that require the same',
  ),
  model(
    'Authorizer for a Cognito user pool',
    '`Auth.jwt({ issuer, audiences, clientIdAsAudience: true })`',
    'aws/http-api-edge.test.ts › access tokens of Cognito, which have no audience',
  ),
  model(
    'Lambda authorizer',
    '`authorizers`',
    'aws/http-lambda-routes.test.ts › replaces the JWT authorizer of the API; the gateway in the cluster still verifies the token',
  ),
  model(
    'IAM authorizer',
    '`authorizers`',
    'aws/http-lambda-routes.test.ts › may be %s where the edge requires a token',
  ),
  model(
    'Throttles of routes',
    '`rateLimit` of edge and route',
    "aws/http-api-edge.test.ts › throttles are the stage's own and those of routes",
  ),
  model(
    'Access logs',
    '`logGroup`, `logRetention`, `accessLogFormat`',
    'aws/http-api-edge.test.ts › the access log contains client, request and outcome',
  ),
  resources('Parameter mapping', '`claimHeaders`; other mappings by overrides of the CDK constructs'),
  model(
    'Metrics and alarms',
    '`metricCount()` and others, `addAlarms()`',
    'aws/domain-and-logs.test.ts › has alarms on errors, latency and throttled requests',
  ),
  model(
    'WebSocket API',
    '`WebSocketApiEdge`, `Front.webSocketApi`',
    'aws/web-socket-api-edge.test.ts › each event and message is a request to a route of the edge',
  ),
  model('Dual stack', '`ipAddressType`', 'aws/domain-and-logs.test.ts › is reached over IPv4 and IPv6 if declared'),
]);

export const REST_API = tasksOf('AWS REST API', [
  model(
    'Resources and methods',
    '`RestApiEdge`',
    'aws/rest-api-edge.test.ts › a path with a rest parameter is a greedy resource, and its slashes stay',
  ),
  model(
    'Lambda integration',
    '`lambdaRoutes`',
    'aws/rest-lambda-routes.test.ts › invokes the function, with the authentication of the edge',
  ),
  model(
    'Integrations of Step Functions and other services, mocks',
    '`integrationRoutes`',
    'aws/integration-routes.test.ts › leads requests to services of AWS, whose templates get text',
  ),
  model(
    'Private integration by a VPC link',
    '`RestApiEdge`, `loadBalancer`',
    'aws/rest-api-edge.test.ts › a route is a method whose integration passes every body on, by a VPC link without the stage in its path',
  ),
  model(
    'Usage plans and API keys',
    '`clients`, `perClientRateLimit`, `Auth.apiKey`',
    'aws/rest-api-edge.test.ts › with API keys of their own bring them in a header',
  ),
  model(
    'Models and request validation',
    '`requestValidation` of a route',
    'aws/rest-api-edge.test.ts › request validation comes before the cluster, for any content type',
  ),
  resources(
    'Response models, mapping templates',
    'those of `integrationRoutes`; bodies of the cluster are not transformed',
  ),
  model(
    'Lambda authorizer for tokens',
    '`Auth.jwt`, with code of this library',
    'aws/rest-api-edge.test.ts › are verified by a function that has the requirements of each route',
  ),
  model(
    'Lambda authorizer with your own code',
    '`authorizers`',
    'aws/rest-authorizers.test.ts › an authorizer of a route replaces the verification of its token by the API',
  ),
  model('IAM authorizer', '`iamRoutes`', 'aws/rest-authorizers.test.ts › requests of a route are signed by IAM'),
  model(
    'Cognito authorizer',
    '`userPools`',
    'aws/rest-api-edge.test.ts › are verified by Cognito where a user pool is given',
  ),
  model(
    'Mutual TLS',
    '`truststore`',
    "aws/rest-api-edge.test.ts › with a certificate the API has the edge's name alone",
  ),
  model(
    'Custom domain',
    "`certificate`, or `hostedZone` for record and certificate of the edge's host",
    "aws/rest-api-edge.test.ts › with a certificate the API has the edge's name alone",
  ),
  no('Base path mappings', 'a domain that several APIs share'),
  model(
    'Access logs',
    '`logGroup`, `logRetention`, `accessLogFormat`',
    'aws/rest-api-edge.test.ts › the whole of an edge as a REST API',
  ),
  model('CORS', '`cors` of an edge', 'aws/rest-api-edge.test.ts › the whole of an edge as a REST API'),
  resources('Gateway responses', 'some are rendered, such as 404; others by the CDK construct `api`'),
  model(
    'Caches',
    '`cacheTtl` of a route',
    'aws/rest-api-edge.test.ts › throttles and caches are settings of the stage',
  ),
  model(
    'Canary deployments',
    '`canary`',
    'aws/rest-api-edge.test.ts › a canary gets its share while the stable deployment keeps the rest',
  ),
  model('Firewall (WAF)', '`waf: true`, `webAclArn`', 'aws/rest-api-edge.test.ts › a firewall stands before the stage'),
  model('Traces (X-Ray)', 'rendered for the stage', 'aws/rest-api-edge.test.ts › the whole of an edge as a REST API'),
  model(
    'Timeouts of more than 29 s',
    '`quotas: { integrationTimeoutMillis }`',
    'aws/quotas.test.ts › a timeout within the quota of the account is rendered',
  ),
  model(
    'Private endpoints',
    '`vpcEndpoints`',
    'aws/private-api.test.ts › a private API is invoked through its VPC endpoints only',
  ),
  model(
    'Edge-optimized endpoints',
    '`edgeOptimized`',
    'aws/private-api.test.ts › has endpoint and domain in the locations of CloudFront',
  ),
  no('OpenAPI definition', 'APIs from a document'),
  model('Response streaming', '`streamedRoutes`', 'aws/quotas.test.ts › is sent as it arrives, for up to 15 minutes'),
]);
