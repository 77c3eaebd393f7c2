import { AuthorizationType } from 'aws-cdk-lib/aws-apigateway';
import type { RestApiEdgeProps } from '../rest-api-props';
import { REST_API } from './managed-api';
import { invalidAt, requireEqualAuthorizers, requireFitAuthorizer } from './route-authorizers';

/** Throws for authorizers of routes whose requests nothing would verify or count, or whose responses are cached. */
export function requireFitAuthorizers(props: RestApiEdgeProps): void {
  const { edge, authorizers = {}, iamRoutes = [] } = props;
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
