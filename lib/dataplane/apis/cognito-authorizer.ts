import type { Resource } from '../../manifests';
import type { Message } from '../messages/message';
import { type Authorization, claimText, refused, scopesOf } from './authorization';
import { mayBe, type Template } from './template';

/**
 * Cognito user pools as the authorizer of a REST API: a token of one of the pools. A method with scopes accepts access
 * tokens that have one of them, a method without scopes accepts ID tokens. The issuer of a pool in the template is
 * known only after deployment, so that of any pool matches.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
 */
export function checkCognitoAuthorizer(
  { token }: Message,
  template: Template,
  authorizer: Resource,
  scopes: readonly string[],
): Authorization {
  const issuers = authorizer.root.get('Properties', 'ProviderARNs').items.map(each => issuerOf(template.text(each)));
  if (!token?.isValid) {
    return refused(
      401,
      `${authorizer.name} rejects the request: `
        + `${token ? 'the token is expired or not signed by its issuer' : 'no token'}: `
        + '{"message":"Unauthorized"}.',
    );
  }
  const { iss, token_use: use } = token.claims;
  if (typeof iss !== 'string' || !issuers.some(each => mayBe(each, iss))) {
    return refused(
      401,
      `${authorizer.name} rejects the request: the issuer is ${claimText(iss)}, not `
        + `${issuers.join(' or ')}: {"message":"Unauthorized"}.`,
    );
  }
  if (use === (scopes.length > 0 ? 'id' : 'access')) {
    return refused(
      401,
      'A method '
        + `${scopes.length > 0 ? 'with scopes requires an access token' : 'without scopes requires an ID token'} `
        + 'of a user pool: {"message":"Unauthorized"}.',
    );
  }
  const granted = scopesOf(token);
  if (scopes.length > 0 && !scopes.some(each => granted.includes(each))) {
    return refused(
      403,
      `The token has none of the scopes of the method (${scopes.join(', ')}): {"message":"User is not `
        + 'authorized to access this resource"}.',
    );
  }
  return {
    steps: [
      `${authorizer.name} accepts the token of the user pool `
        + `${iss}${scopes.length > 0 ? ` with one of the scopes ${scopes.join(', ')}` : ''}.`,
    ],
    context: Object.fromEntries(
      Object.entries(token.claims).map(([name, claim]) => [`claims.${name}`, claimText(claim)]),
    ),
  };
}

/** The issuer of the tokens of a pool, by its ARN. */
function issuerOf(arn: string): string {
  const [, , , region = '', , pool = ''] = arn.split(':');
  const isWritten = arn.startsWith('arn:') && pool.startsWith('userpool/');
  return isWritten
    ? `https://cognito-idp.${region}.amazonaws.com/${pool.slice('userpool/'.length)}`
    : 'https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}';
}
