import type { Resource } from '../../../manifests';
import type { Message } from '../message';
import { type Authorization, claimText, refused, scopesOf } from './authorization';
import { mayBe, type Template } from './template';

/**
 * Cognito user pools as the authorizer of a REST API: a token of one of the pools. A method with scopes takes access tokens that have one of them, a
 * method without takes identity tokens. The issuer of a pool that is made by the template is known only when it is deployed: any pool's may be it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
 */
export function askCognitoAuthorizer({ token }: Message, template: Template, authorizer: Resource, scopes: readonly string[]): Authorization {
  const issuers = authorizer.root.get('Properties', 'ProviderARNs').items.map(each => issuerOf(template.text(each)));
  if (!token?.isValid) {
    return refused(401, `${authorizer.name} takes no token ${token ? 'that is expired or not signed by its issuer' : 'from a request without one'}: {"message":"Unauthorized"}.`);
  }
  const { iss, token_use: use } = token.claims;
  if (typeof iss !== 'string' || !issuers.some(each => mayBe(each, iss))) {
    return refused(401, `${authorizer.name} takes no token of the issuer ${claimText(iss)}, only of ${issuers.join(' or ')}: {"message":"Unauthorized"}.`);
  }
  if (use === (scopes.length > 0 ? 'id' : 'access')) {
    return refused(401, `A method ${scopes.length > 0 ? 'with scopes takes access tokens' : 'without scopes takes identity tokens'} of a pool: {"message":"Unauthorized"}.`);
  }
  const granted = scopesOf(token);
  if (scopes.length > 0 && !scopes.some(each => granted.includes(each))) {
    return refused(403, `The token has none of the scopes of the method (${scopes.join(', ')}): {"message":"User is not authorized to access this resource"}.`);
  }
  return {
    steps: [`${authorizer.name} takes the token of the pool ${iss}${scopes.length > 0 ? ` with one of the scopes ${scopes.join(', ')}` : ''}.`],
    context: Object.fromEntries(Object.entries(token.claims).map(([name, claim]) => [`claims.${name}`, claimText(claim)])),
  };
}

/** The issuer of the tokens of a pool, by its ARN. */
function issuerOf(arn: string): string {
  const [, , , region = '', , pool = ''] = arn.split(':');
  const isWritten = arn.startsWith('arn:') && pool.startsWith('userpool/');
  return isWritten ? `https://cognito-idp.${region}.amazonaws.com/${pool.slice('userpool/'.length)}` : 'https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}';
}
