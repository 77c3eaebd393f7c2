import type { Edge, Route, ValidationError } from '../../topology';
import type { ManagedApiProps } from '../managed-api';
import { type ApiKind, invalid } from './managed-api';

/** An authorizer of one route, which replaces the verification of its token by the API. */
export interface RouteAuthorizer {
  /** The operation of the route, as it is declared. */
  readonly operation: string;
  /** Whether requests are signed by IAM. */
  readonly isSignature: boolean;
  /** Whether it verifies nothing. */
  readonly allowsAll: boolean;
}

/** Throws for an authorizer of no route, and for one by which nothing verifies what the route requires. */
export function requireFitAuthorizer(api: ApiKind, props: ManagedApiProps, authorizer: RouteAuthorizer): Route {
  const { edge, claimHeaders } = props;
  const route = edge.routes.find(({ operation }) => operation.toString() === authorizer.operation);
  if (!route) {
    throw invalid(
      api,
      edge.path,
      `\`authorizers\` has "${authorizer.operation}", and the edge has no such route.`,
      'Write the operation as in `edge.route(…)`.',
    );
  }
  requireKept(api, route, authorizer);
  if (claimHeaders && route.auth.token) {
    throw invalidAt(
      api,
      route,
      'With an authorizer of its own, the API has no claims of its token for `claimHeaders`.',
      'Remove `claimHeaders` or the authorizer.',
    );
  }
  return route;
}

/**
 * What a route requires stays required, by the API or by the gateway in the cluster, which only its front can connect to.
 */
function requireKept(api: ApiKind, route: Route, { isSignature, allowsAll }: RouteAuthorizer): void {
  const { auth } = route;
  if (allowsAll) {
    throw invalidAt(api, route, 'Its authorizer allows all requests.', 'Remove the authorizer.');
  }
  if (auth.token && isSignature) {
    throw invalidAt(
      api,
      route,
      'It requires a token and a signature of IAM, and both are sent in `Authorization`.',
      'Set `auth: Auth.none()` on the route, or remove the authorizer.',
    );
  }
}

/**
 * Throws for a route with parameters beside one with another authorizer: dots or slashes in a parameter may lead to the
 * other route in the cluster, which does not verify what its authorizer does.
 */
export function requireEqualAuthorizers(
  api: ApiKind,
  { routes }: Edge,
  authorizerOf: (operation: string) => unknown,
): void {
  for (const route of routes.filter(({ operation }) => !operation.path.isExact)) {
    const own = authorizerOf(route.operation.toString());
    const other = routes.find(({ operation }) => {
      const authorizer = authorizerOf(operation.toString());
      return authorizer !== undefined && authorizer !== own && operation.sharesMethod(route.operation);
    });
    if (other) {
      throw invalidAt(
        api,
        route,
        `A parameter with dots or slashes may lead to "${other.operation.toString()}" in the cluster, whose authorizer `
          + 'only the API has.',
        'Use the same authorizer for both, or move one of them to another edge.',
      );
    }
  }
}

export function invalidAt(api: ApiKind, { edge, operation }: Route, summary: string, fix: string): ValidationError {
  return invalid(api, `${edge.path}/${operation.toString()}`, summary, fix);
}
