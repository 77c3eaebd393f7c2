import type { ProtectedOperation } from './own-routes';
import type { RestApiEdgeProps } from './rest-api-props';

/** What verifies the tokens of a route in a REST API; with an authorizer of its own, the gateway in the cluster does. */
export type TokenVerifier = 'cognito' | 'function' | 'jwt-authorizer';

/**
 * The verifier of a route's tokens, undefined for a route without. A JWT authorizer finds keys by discovery only,
 * compares `aud` only, returns no usage key, and passes claims on as JSON text, a string in quotes.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
 */
export function verifierOf(
  { operation, auth: { token } }: ProtectedOperation,
  props: RestApiEdgeProps,
): TokenVerifier | undefined {
  if (!token || props.authorizers?.[operation.toString()]) {
    return undefined;
  }
  if (props.userPools) {
    return 'cognito';
  }
  const needsFunction =
    props.lambdaAuthorizer
    || token.jwks !== undefined
    || token.jwksUri !== undefined
    || token.clientIdAsAudience
    || !isPlainUrl(token.issuer)
    || Object.keys(props.claimHeaders ?? {}).length > 0
    || props.edge.perClientRateLimits.some(({ client }) => client.kind === 'claim');
  return needsFunction ? 'function' : 'jwt-authorizer';
}

/** Issuers of JWT authorizers have no user information, query or fragment. */
function isPlainUrl(issuer: string): boolean {
  return URL.canParse(issuer) && !/[@?#]/.test(issuer);
}
