import type { Duration } from 'aws-cdk-lib';
import type { IWebSocketRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ApiQuotas } from '../checks';
import type { Edge } from '../topology';
import type { AccessLogSettings } from './access-log';
import type { DomainSettings } from './domain';
import type { PrivateLinkSettings } from './private-link';

/** A route of a WebSocket API to a Lambda function instead of the cluster. */
export interface WebSocketLambdaRoute {
  /** The function; its events have the connection and the message. */
  readonly handler: IFunction;
  /**
   * The time for a response, 50 ms to 29 s.
   * @default - that of the API, 29 s
   */
  readonly timeout?: Duration;
}

/** Properties of a {@link WebSocketApiEdge}. */
export interface WebSocketApiEdgeProps extends PrivateLinkSettings, DomainSettings, AccessLogSettings {
  /** The edge that the API is in front of; it declares `Front.webSocketApi` as its `front`. */
  readonly edge: Edge;
  /**
   * The operations of the edge by route key: `$connect`, `$disconnect`, `$default`, and values of the route selection
   * expression. Each event of a connection and each message becomes a request of that operation, whose body is the
   * message. An operation has a method and a path without parameters.
   */
  readonly routes: { readonly [routeKey: string]: string };
  /**
   * Routes to Lambda functions by route key. The gateway in the cluster has none of them.
   * @default - none
   */
  readonly lambdaRoutes?: { readonly [routeKey: string]: WebSocketLambdaRoute };
  /**
   * What verifies clients when they connect: a `WebSocketLambdaAuthorizer`, a `WebSocketIamAuthorizer`, or a
   * `WebSocketNoneAuthorizer`, with which any client may connect. A WebSocket API has no JWT authorizer, and messages
   * are not verified again.
   */
  readonly authorizer: IWebSocketRouteAuthorizer;
  /**
   * What selects the route of a message: a field of its JSON body. A message without a route goes to `$default`.
   * @default '$request.body.action'
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
   */
  readonly routeSelectionExpression?: string;
  /**
   * Request headers for the cluster that carry values which the Lambda authorizer returned when the client connected:
   * `{ 'x-customer': 'principalId' }`. Headers of these names in requests of clients are replaced. Any workload in the
   * VPC can forge a header.
   * @default - none
   */
  readonly authorizerHeaders?: { readonly [header: string]: string };
  /**
   * Whether the response to a message is sent to its client as a message.
   * @default false: services send messages by the callback URL
   */
  readonly returnResponses?: boolean;
  /**
   * The stage; its name is part of the URL of clients, unless the API has a domain.
   * @default prod
   */
  readonly stageName?: string;
  /**
   * The quotas of the account that AWS has raised.
   * @default - those of every account
   */
  readonly quotas?: ApiQuotas;
}
