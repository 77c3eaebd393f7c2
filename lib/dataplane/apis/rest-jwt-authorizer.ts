import type { Resource } from '../../manifests';
import type { Message, Token } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { type Authorization, claimText, hasSource, refused, scopesOf, textsOf } from './authorization';
import { isKnown, mayBe, type Template } from './template';

interface Issuer {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/**
 * A JWT authorizer of a REST API: signature and times, one of the issuers and one of its audiences in `aud`, else 401;
 * one of the scopes of the method in `scope` or `scp`, else 403. Claims are passed on as JSON text.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html
 */
export function checkRestJwtAuthorizer(
  message: Message,
  template: Template,
  authorizer: Resource,
  scopes: readonly string[],
): Authorization {
  const issuers = issuersOf(template, authorizer);
  const source = template.text(authorizer.root.get('Properties', 'IdentitySource'));
  const token = hasSource(message, source) ? message.token : undefined;
  const problem = problemOf(token, issuers);
  if (token === undefined || problem !== undefined) {
    return refused(401, `${authorizer.name} rejects the request: ${problem ?? ''}: {"message":"Unauthorized"}.`);
  }
  const granted = scopesOf(token);
  if (scopes.length > 0 && !scopes.some(each => granted.includes(each))) {
    return refused(
      403,
      `The token has none of the scopes of the method (${scopes.join(', ')}): {"message":"Forbidden"}.`,
    );
  }
  const [accepted = { issuer: '', audiences: [] }] = matching(issuers, token);
  return {
    steps: [
      `${authorizer.name} accepts the token of ${accepted.issuer} for ${accepted.audiences.join(' or ')}`
        + `${scopes.length > 0 ? ` with one of the scopes ${scopes.join(', ')}` : ''}.`,
      ...([accepted.issuer, ...accepted.audiences].every(isKnown)
        ? []
        : [
            `The issuer or audience of ${authorizer.name} is known only after deployment and assumed to `
              + 'match the token.',
          ]),
    ],
    context: Object.fromEntries(
      Object.entries(token.claims).map(([name, claim]) => [`claims.${name}`, JSON.stringify(claim)]),
    ),
  };
}

function issuersOf(template: Template, authorizer: Resource): Issuer[] {
  return authorizer.root.get('Properties', 'JwtConfiguration', 'Issuers').items.map(each => {
    if (each.get('AdditionalClaims').items.length > 0) {
      throw new Unsimulated(
        `The authorizer ${authorizer.name} checks additional claims, which are not simulated.`,
        'Remove AdditionalClaims for the test.',
      );
    }
    return {
      issuer: template.text(each.get('Issuer')),
      audiences: each.get('Audiences').items.map(audience => template.text(audience)),
    };
  });
}

function problemOf(token: Token | undefined, issuers: readonly Issuer[]): string | undefined {
  if (!token) {
    return 'no token';
  }
  if (!token.isValid) {
    return 'the token is expired or not signed by its issuer';
  }
  const { iss, aud } = token.claims;
  const trusted = issuers.filter(({ issuer }) => typeof iss === 'string' && mayBe(issuer, iss));
  if (trusted.length === 0) {
    return `the issuer is ${claimText(iss)}, not ${issuers.map(({ issuer }) => issuer).join(' or ')}`;
  }
  return matching(trusted, token).length > 0
    ? undefined
    : `the audience is ${textsOf(aud).join(', ') || 'missing'}, not `
        + trusted.flatMap(({ audiences }) => audiences).join(' or ');
}

function matching(issuers: readonly Issuer[], { claims: { iss, aud } }: Token): Issuer[] {
  return issuers.filter(
    ({ issuer, audiences }) =>
      typeof iss === 'string'
      && mayBe(issuer, iss)
      && textsOf(aud).some(each => audiences.some(audience => mayBe(audience, each))),
  );
}
