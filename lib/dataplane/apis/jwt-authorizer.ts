import type { Resource } from '../../manifests';
import type { Message, Token } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { type Authorization, claimText, hasSource, isPartOfRequest, refused, scopesOf, textsOf } from './authorization';
import { isKnown, mayBe, type Template } from './template';

/**
 * A JWT authorizer of an HTTP API: signature and times, issuer, one of the audiences, one of the route's scopes. If one
 * of the first three fails, the response is 401, without a scope 403. `client_id` replaces a missing `aud`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function checkJwtAuthorizer(
  message: Message,
  template: Template,
  authorizer: Resource,
  scopes: readonly string[],
): Authorization {
  const properties = authorizer.root.get('Properties');
  const token = tokenIn(message, sourceOf(template, authorizer));
  const issuer = template.text(properties.get('JwtConfiguration', 'Issuer'));
  const audiences = properties.get('JwtConfiguration', 'Audience').items.map(each => template.text(each));
  const problem = problemOf(token, issuer, audiences);
  if (token === undefined || problem !== undefined) {
    return refused(401, `${authorizer.name} rejects the request: ${problem ?? ''}: {"message":"Unauthorized"}.`);
  }
  const granted = scopesOf(token);
  if (scopes.length > 0 && !scopes.some(each => granted.includes(each))) {
    return refused(
      403,
      `The token has none of the scopes of the route (${scopes.join(', ')}): {"message":"Forbidden"}.`,
    );
  }
  return {
    steps: [
      `${authorizer.name} accepts the token of ${issuer} for `
        + `${audiences.join(' or ')}${scopes.length > 0 ? ` with one of the scopes ${scopes.join(', ')}` : ''}.`,
      ...([issuer, ...audiences].every(isKnown)
        ? []
        : [
            `The issuer or audience of ${authorizer.name} is known only after deployment and assumed to `
              + 'match the token.',
          ]),
    ],
    context: Object.fromEntries(
      Object.entries(token.claims).map(([name, claim]) => [`claims.${name}`, claimText(claim)]),
    ),
  };
}

function problemOf(token: Token | undefined, issuer: string, audiences: readonly string[]): string | undefined {
  if (!token) {
    return 'no token';
  }
  if (!token.isValid) {
    return 'the token is expired or not signed by its issuer';
  }
  const { iss, aud, client_id: client } = token.claims;
  if (typeof iss !== 'string' || !mayBe(issuer, iss)) {
    return `the issuer is ${claimText(iss)}, not ${issuer}`;
  }
  const named = textsOf(aud ?? client);
  return audiences.some(audience => named.some(each => mayBe(audience, each)))
    ? undefined
    : `the audience is ${named.join(', ') || 'missing'}, not ${audiences.join(' or ')}`;
}

/** The header or query parameter with the token. */
function sourceOf(template: Template, authorizer: Resource): string {
  return (
    authorizer.root.get('Properties', 'IdentitySource').items.map(each => template.text(each))[0]
    ?? '$request.header.Authorization'
  );
}

function tokenIn(message: Message, source: string): Token | undefined {
  if (!isPartOfRequest(source)) {
    throw new Unsimulated(
      `The identity source "${source}" is not simulated.`,
      'Use a header or a query parameter as the identity source.',
    );
  }
  return hasSource(message, source) ? message.token : undefined;
}
