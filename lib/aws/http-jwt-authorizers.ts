import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { AcceptedTokens } from '../topology';
import { audiencesOf } from './limits/managed-api';

/** The JWT authorizers of an HTTP API: one for each set of issuer and audiences. Scopes are set on the route. */
export class HttpJwtAuthorizers {
  private readonly byDemand = new Map<string, HttpJwtAuthorizer>();

  of(token: AcceptedTokens): HttpJwtAuthorizer {
    const audiences = audiencesOf(token);
    const key = JSON.stringify([token.issuer, audiences]);
    const id = `Jwt${this.byDemand.size + 1}`;
    const authorizer = this.byDemand.get(key) ?? new HttpJwtAuthorizer(id, token.issuer, { jwtAudience: audiences });
    this.byDemand.set(key, authorizer);
    return authorizer;
  }
}
