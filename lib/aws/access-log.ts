import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Edge, ValidationError } from '../topology';

/** Where an API writes its access log, and what. */
export interface AccessLogSettings {
  /**
   * The retention of the created log group.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * An existing log group for access logs.
   * @default - one is created
   */
  readonly logGroup?: ILogGroup;
  /**
   * The format of a line of the access log. It must contain the id of the request.
   * @default - a JSON object with client, request, result, latencies, errors and the subject of the token
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
   */
  readonly accessLogFormat?: AccessLogFormat;
}

/** The log group of access logs. Throws for a setting of a log group that is not created. */
export function logGroupOf(
  scope: Construct,
  { edge, logGroup, logRetention }: AccessLogSettings & { readonly edge: Edge },
): ILogGroup {
  if (logGroup && logRetention !== undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path: edge.path,
      summary: '`logRetention` does not change the retention of an existing log group.',
      fix: 'Set the retention on the log group.',
    });
  }
  return logGroup ?? new LogGroup(scope, 'AccessLog', { retention: logRetention ?? RetentionDays.ONE_MONTH });
}

/**
 * The access log of an HTTP API: client, request and result, as one JSON object per line.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const HTTP_ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    ip: '$context.identity.sourceIp',
    route: '$context.routeKey',
    path: '$context.path',
    status: '$context.status',
    latency: '$context.responseLatency',
    integrationStatus: '$context.integrationStatus',
    integrationLatency: '$context.integrationLatency',
    integrationError: '$context.integrationErrorMessage',
    authorizerError: '$context.authorizer.error',
    subject: '$context.authorizer.claims.sub',
  }),
);

/**
 * The access log of a WebSocket API: connections and messages, as one JSON object per line.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export const WEBSOCKET_ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    ip: '$context.identity.sourceIp',
    route: '$context.routeKey',
    event: '$context.eventType',
    connection: '$context.connectionId',
    message: '$context.messageId',
    status: '$context.status',
    integrationStatus: '$context.integration.status',
    integrationLatency: '$context.integrationLatency',
    error: '$context.error.message',
    authorizerError: '$context.authorizer.error',
    subject: '$context.authorizer.principalId',
  }),
);

/**
 * The access log of a REST API.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
export const REST_ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    ip: '$context.identity.sourceIp',
    route: '$context.httpMethod $context.resourcePath',
    path: '$context.path',
    status: '$context.status',
    latency: '$context.responseLatency',
    integrationStatus: '$context.integration.status',
    integrationLatency: '$context.integration.latency',
    integrationError: '$context.integration.error',
    authorizerError: '$context.authorizer.error',
    firewall: '$context.waf.status',
    subject: '$context.authorizer.principalId',
  }),
);
