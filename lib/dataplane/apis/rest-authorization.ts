import { Unsimulated } from '../messages/unsimulated';
import { type Authorization, hasSource, OPEN, refused } from './authorization';
import { checkCognitoAuthorizer } from './cognito-authorizer';
import type { Visit } from './entry';
import { checkLambdaAuthorizer } from './lambda-authorizer';
import { checkRestJwtAuthorizer } from './rest-jwt-authorizer';
import type { RestMethod } from './rest-methods';

/**
 * The result of the authorizer of a method for a request.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
 */
export function authorizeMethod({ message, template }: Visit, { resource, path }: RestMethod): Authorization {
  const properties = resource.root.get('Properties');
  const type = template.text(properties.get('AuthorizationType')) || 'NONE';
  const method = template.text(properties.get('HttpMethod'));
  if (type === 'NONE') {
    return OPEN;
  }
  if (type === 'AWS_IAM') {
    throw new Unsimulated(
      `The method ${method} ${path} requires an IAM signature, which is not simulated.`,
      'Use methods with a token or without authorization.',
    );
  }
  const authorizer = template.referred(properties.get('AuthorizerId'), 'AWS::ApiGateway::Authorizer');
  if (!authorizer) {
    throw new Unsimulated(
      `The authorizer of the method ${method} ${path} is not in its template.`,
      'Declare the API and its authorizers in one template.',
    );
  }
  const scopes = properties.get('AuthorizationScopes').items.map(each => template.text(each));
  if (type === 'COGNITO_USER_POOLS') {
    return checkCognitoAuthorizer(message, template, authorizer, scopes);
  }
  if (type === 'JWT') {
    return checkRestJwtAuthorizer(message, template, authorizer, scopes);
  }
  const sources = template
    .text(authorizer.root.get('Properties', 'IdentitySource'))
    .split(',')
    .map(each => each.trim());
  const missing = sources.find(each => !hasSource(message, each));
  return missing === undefined
    ? checkLambdaAuthorizer(message, template, authorizer, [`${message.method} ${path}`, `ANY ${path}`])
    : refused(401, `${authorizer.name} is not called without ${missing}: {"message":"Unauthorized"}.`);
}
