import type { ISecurityPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import { requirementsOf, type SpecOf } from '../kubernetes';
import { type Edge, type Login, ValidationError } from '../topology';

/**
 * Throws for logins that do not share one SecurityPolicy: each has cookies of its own, so a session of one would not be
 * valid for the other, and only one could have the callback path.
 */
export function rejectSeveralLogins({ rules }: Edge): void {
  const [first, ...others] = rules.filter(({ auth }) => auth.login);
  const other = others.find(each => first && textOf(each) !== textOf(first));
  if (first && other) {
    throw new ValidationError({
      code: 'Contradiction',
      path: other.path,
      summary:
        `It requires another login than "${first.toString()}", or differs in \`authorizer\` or \`retries\`, so a session `
        + 'would be valid for one of them only.',
      fix: 'Declare the same for all routes with a login, or another edge.',
    });
  }
}

function textOf(rule: Edge['rules'][number]): string {
  return JSON.stringify(requirementsOf(rule));
}

/** The login of users at the provider, whose endpoints Envoy Gateway discovers unless they are declared. */
export function oidcOf({ hosts: [host = '', another] }: Edge, login: Login): SpecOf<ISecurityPolicy>['oidc'] {
  const { issuer, endpoints, clientId, clientSecret, scopes, callbackPath, logoutPath, cookieNames } = login;
  // With several hosts, users return to the one that they came from: the listener accepts hosts of the edge only.
  const authority = another === undefined && !host.startsWith('*') ? host : '%REQ(:authority)%';
  return {
    provider: {
      issuer,
      authorizationEndpoint: endpoints?.authorization,
      tokenEndpoint: endpoints?.token,
      endSessionEndpoint: endpoints?.endSession,
    },
    clientID: clientId,
    clientSecret: { name: clientSecret },
    scopes: scopes && [...scopes],
    redirectURL: `https://${authority}${callbackPath}`,
    logoutPath,
    cookieNames: cookieNames && { accessToken: cookieNames.accessToken, idToken: cookieNames.idToken },
    cookieDomain: login.cookieDomain,
    forwardAccessToken: login.forwardAccessToken,
  };
}
