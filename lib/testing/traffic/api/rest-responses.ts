import type { Resource } from '../../../manifests';
import type { Refusal } from './answer';
import type { Template } from './template';

/** Why a REST API refuses by itself: its gateway responses have a status and a text for each. */
const RESPONSES = {
  ACCESS_DENIED: 403,
  BAD_REQUEST_PARAMETERS: 400,
  INVALID_API_KEY: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  UNAUTHORIZED: 401,
  UNSUPPORTED_MEDIA_TYPE: 415,
} as const;

/** Why a REST API refuses by itself. */
export type ResponseType = keyof typeof RESPONSES;

/**
 * A refusal with the status that the API has for it: of a gateway response of that type, else of `DEFAULT_4XX`, else of AWS.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function respond(template: Template, api: Resource, type: ResponseType, reason: string): Refusal {
  const responses = template.allOf(api, 'RestApiId', 'AWS::ApiGateway::GatewayResponse').map(each => each.root.get('Properties'));
  const statusOf = (name: string) => responses.find(each => each.get('ResponseType').text === name)?.get('StatusCode').number;
  return { status: statusOf(type) ?? statusOf('DEFAULT_4XX') ?? RESPONSES[type], reason };
}
