import { AuthorizationType } from 'aws-cdk-lib/aws-apigateway';
import { type OwnRoute, ownRoutesOf } from '../own-routes';
import type { RestApiEdgeProps, RestOwnRoute } from '../rest-api-props';
import { invalidAt as invalidFunction } from './own-routes';
import { REST_API } from './managed-api';
import { invalidAt, requireEqualAuthorizers, requireFitAuthorizer } from './route-authorizers';

/** Throws for authorizers of routes whose requests nothing would verify or count, or whose responses are cached. */
export function requireFitAuthorizers(props: RestApiEdgeProps): void {
  const { edge, authorizers = {} } = props;
  const ownRoutes = ownRoutesOf<RestOwnRoute>(props);
  const ofFunctions = ownRoutes.filter(({ operation }) => props.iamRoutes?.includes(operation.toString()));
  ofFunctions.forEach(each => requireNoOtherProof(props, each));
  const iamRoutes = (props.iamRoutes ?? []).filter(
    each => !ofFunctions.some(({ operation }) => operation.toString() === each),
  );
  [...Object.keys(authorizers), ...iamRoutes].forEach((operation, index, all) => {
    const isSignature = index >= Object.keys(authorizers).length;
    const route = requireFitAuthorizer(REST_API, props, { operation, isSignature, allowsAll: false });
    if (all.indexOf(operation) < index) {
      throw invalidAt(REST_API, route, 'It is in `authorizers` and in `iamRoutes`.', 'Keep one of the two.');
    }
    if (route.cacheTtl) {
      throw invalidAt(
        REST_API,
        route,
        'Its cached responses would not depend on what its authorizer verified.',
        'Remove `cacheTtl` or the authorizer.',
      );
    }
    if (route.auth.token && edge.perClientRateLimits.some(({ client }) => client.kind === 'claim')) {
      throw invalidAt(
        REST_API,
        route,
        'Its clients are counted by a claim of the token, which its authorizer does not return.',
        'Remove the authorizer or the limit of clients.',
      );
    }
  });
  // The templates encode parameters.
  if (!props.textBodiesOnly) {
    requireEqualAuthorizers(
      REST_API,
      edge,
      operation => authorizers[operation] ?? (iamRoutes.includes(operation) ? AuthorizationType.IAM : undefined),
    );
  }
}

/** IAM is the only verification of a method, whose signature is sent in `Authorization`. */
function requireNoOtherProof({ edge }: RestApiEdgeProps, { operation, auth, route }: OwnRoute<RestOwnRoute>): void {
  if (auth.token ?? route.authorizer) {
    throw invalidFunction(
      REST_API,
      edge,
      operation,
      `Its requests are signed by IAM, and it has ${route.authorizer ? 'an `authorizer`' : 'a token'}: a method has one `
        + 'verification.',
      'Set `auth: Auth.none()` on the route, or remove it from `iamRoutes`.',
    );
  }
}
