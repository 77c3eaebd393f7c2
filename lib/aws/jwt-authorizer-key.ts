import { type AcceptedTokens, audiencesOf } from '../topology';

/** Equal for tokens that one JWT authorizer accepts; scopes are set on the method. */
export function jwtAuthorizerKey(token: AcceptedTokens): string {
  return JSON.stringify([token.issuer, ...audiencesOf(token)]).replaceAll('/', ' ');
}
