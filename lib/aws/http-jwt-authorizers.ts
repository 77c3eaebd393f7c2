import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { type AcceptedTokens, audiencesOf, issuerAndAudiences } from '../topology';

/** The JWT authorizers of an HTTP API: one for each set of issuer and audiences. Scopes are set on the route. */
export class HttpJwtAuthorizers {
  private readonly byDemand = new Map<string, HttpJwtAuthorizer>();

  of(token: AcceptedTokens): HttpJwtAuthorizer {
    const key = issuerAndAudiences(token);
    const id = `Jwt${this.byDemand.size + 1}`;
    const authorizer =
      this.byDemand.get(key) ?? new HttpJwtAuthorizer(id, token.issuer, { jwtAudience: audiencesOf(token) });
    this.byDemand.set(key, authorizer);
    return authorizer;
  }
}
