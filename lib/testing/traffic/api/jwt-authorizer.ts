import type { Resource } from '../../../manifests';
import type { Message, Token } from '../message';
import { Unsimulated } from '../unsimulated';
import { type Authorization, claimText, hasSource, isPartOfRequest, refused, scopesOf, textsOf } from './authorization';
import { isKnown, mayBe, type Template } from './template';

/**
 * A JWT authorizer of an HTTP API: signature and times, issuer, one of the audiences, one of the route's scopes. Without the first three it answers
 * with 401, without a scope with 403. `client_id` stands for an absent `aud`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function askJwtAuthorizer(message: Message, template: Template, authorizer: Resource, scopes: readonly string[]): Authorization {
  const properties = authorizer.root.get('Properties');
  const token = tokenIn(message, sourceOf(template, authorizer));
  const issuer = template.text(properties.get('JwtConfiguration', 'Issuer'));
  const audiences = properties.get('JwtConfiguration', 'Audience').items.map(each => template.text(each));
  const problem = problemOf(token, issuer, audiences);
  if (token === undefined || problem !== undefined) {
    return refused(401, `${authorizer.name} takes no token ${problem ?? ''}: {"message":"Unauthorized"}.`);
  }
  const granted = scopesOf(token);
  if (scopes.length > 0 && !scopes.some(each => granted.includes(each))) {
    return refused(403, `The token has none of the scopes of the route (${scopes.join(', ')}): {"message":"Forbidden"}.`);
  }
  return {
    steps: [
      `${authorizer.name} takes the token of ${issuer} for ${audiences.join(' or ')}${scopes.length > 0 ? ` with one of the scopes ${scopes.join(', ')}` : ''}.`,
      ...([issuer, ...audiences].every(isKnown) ? [] : [`What ${authorizer.name} expects is known only when the template is deployed, and taken for what the token says.`]),
    ],
    context: Object.fromEntries(Object.entries(token.claims).map(([name, claim]) => [`claims.${name}`, claimText(claim)])),
  };
}

function problemOf(token: Token | undefined, issuer: string, audiences: readonly string[]): string | undefined {
  if (!token) {
    return 'from a request without one';
  }
  if (!token.isValid) {
    return 'that is expired or not signed by its issuer';
  }
  const { iss, aud, client_id: client } = token.claims;
  if (typeof iss !== 'string' || !mayBe(issuer, iss)) {
    return `of the issuer ${claimText(iss)}, only of ${issuer}`;
  }
  const named = textsOf(aud ?? client);
  return audiences.some(audience => named.some(each => mayBe(audience, each))) ? undefined : `for ${named.join(', ') || 'nobody'}, only for ${audiences.join(' or ')}`;
}

/** The header or query parameter in which it looks for the token. */
function sourceOf(template: Template, authorizer: Resource): string {
  return authorizer.root.get('Properties', 'IdentitySource').items.map(each => template.text(each))[0] ?? '$request.header.Authorization';
}

function tokenIn(message: Message, source: string): Token | undefined {
  if (!isPartOfRequest(source)) {
    throw new Unsimulated(`A token in "${source}" is not looked for.`, 'Name a header or a query parameter as the identity source.');
  }
  return hasSource(message, source) ? message.token : undefined;
}
