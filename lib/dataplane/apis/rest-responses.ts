import type { Resource } from '../../manifests';
import type { Refusal } from './answer';
import type { Template } from './template';

/** The reasons for which a REST API itself rejects a request, each with a gateway response. */
const RESPONSES = {
  ACCESS_DENIED: 403,
  BAD_REQUEST_PARAMETERS: 400,
  INVALID_API_KEY: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  UNAUTHORIZED: 401,
  UNSUPPORTED_MEDIA_TYPE: 415,
} as const;

/** A reason for which a REST API itself rejects a request. */
export type ResponseType = keyof typeof RESPONSES;

/**
 * An error response with its status: from a gateway response of that type, else from `DEFAULT_4XX`, else the default of
 * AWS.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function respond(template: Template, api: Resource, type: ResponseType, reason: string): Refusal {
  const responses = template
    .allOf(api, 'RestApiId', 'AWS::ApiGateway::GatewayResponse')
    .map(each => each.root.get('Properties'));
  const statusOf = (name: string) =>
    responses.find(each => each.get('ResponseType').text === name)?.get('StatusCode').number;
  return { status: statusOf(type) ?? statusOf('DEFAULT_4XX') ?? RESPONSES[type], reason };
}
