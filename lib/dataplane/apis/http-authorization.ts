import { Unsimulated } from '../messages/unsimulated';
import { type Authorization, hasSource, OPEN, refused } from './authorization';
import type { Visit } from './entry';
import type { HttpRoute } from './http-routes';
import { checkJwtAuthorizer } from './jwt-authorizer';
import { checkLambdaAuthorizer } from './lambda-authorizer';

/**
 * The result of the authorizer of a route for a request.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
 */
export function authorizeRoute({ message, template }: Visit, { resource, key }: HttpRoute): Authorization {
  const properties = resource.root.get('Properties');
  const type = template.text(properties.get('AuthorizationType')) || 'NONE';
  if (type === 'NONE') {
    return OPEN;
  }
  if (type === 'AWS_IAM') {
    throw new Unsimulated(
      `The route ${key} requires an IAM signature, which is not simulated.`,
      'Use routes with a token or without authorization.',
    );
  }
  const authorizer = template.referred(properties.get('AuthorizerId'), 'AWS::ApiGatewayV2::Authorizer');
  if (!authorizer) {
    throw new Unsimulated(
      `The authorizer of the route ${key} is not in its template.`,
      'Declare the API and its authorizers in one template.',
    );
  }
  if (type === 'JWT') {
    return checkJwtAuthorizer(
      message,
      template,
      authorizer,
      properties.get('AuthorizationScopes').items.map(each => template.text(each)),
    );
  }
  const sources = authorizer.root.get('Properties', 'IdentitySource').texts;
  const missing = sources.find(each => !hasSource(message, each));
  return missing === undefined
    ? checkLambdaAuthorizer(message, template, authorizer, [key])
    : refused(401, `${authorizer.name} is not called without ${missing}: {"message":"Unauthorized"}.`);
}
