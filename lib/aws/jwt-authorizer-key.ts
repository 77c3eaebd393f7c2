import type { AcceptedTokens } from '../topology';
import { audiencesOf } from './limits/managed-api';

/** Equal for tokens that one JWT authorizer accepts; scopes are set on the method. */
export function jwtAuthorizerKey(token: AcceptedTokens): string {
  return JSON.stringify([token.issuer, ...audiencesOf(token)]).replaceAll('/', ' ');
}
