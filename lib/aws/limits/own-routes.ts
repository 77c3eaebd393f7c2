import { limitOf } from '../../checks';
import type { Edge, Operation, ValidationError } from '../../topology';
import type { OwnRoute, OwnRouteSettings } from '../own-routes';
import type { ManagedApiProps } from '../managed-api';
import {
  type ApiKind,
  HTTP_API,
  invalid,
  LONGEST_TIMEOUT_OF_CDK,
  requireFitToken,
  SHORTEST_TIMEOUT,
} from './managed-api';

type Declared = OwnRoute<OwnRouteSettings>;

/**
 * Throws for routes to functions and other integrations that would open requests, or that AWS does not support.
 * @param isSigned whether requests of an operation are signed by IAM, which replaces `auth`
 */
export function requireFitOwnRoutes(
  api: ApiKind,
  props: ManagedApiProps,
  routes: readonly Declared[],
  isSigned: (operation: Operation) => boolean = () => false,
): void {
  const { edge } = props;
  routes.forEach((declared, index) => {
    const { operation, auth, route } = declared;
    const before = routes.slice(0, index).map(each => each.operation);
    requireOwnRequests(api, edge, operation, before);
    requireFitTimeout(api, props, declared);
    requireFitPath(api, edge, operation);
    if (route.authorizer && route.auth) {
      throw invalidAt(
        api,
        edge,
        operation,
        'It has both `auth` and `authorizer`, and a route has one.',
        'Keep one of the two.',
      );
    }
    requireFitToken(api, `${edge.path}/${operation.toString()}`, auth);
    const isOpen = !route.auth && !route.authorizer && !auth.token && !auth.key && !isSigned(operation);
    const guarded = edge.routes.find(
      other => other.operation.overlaps(operation) && (other.auth.token ?? other.auth.key),
    );
    if (isOpen && guarded) {
      throw invalidAt(
        api,
        edge,
        operation,
        `It matches requests of "${guarded.operation.toString()}", which requires authentication, and declares none.`,
        'Set `auth`: `Auth.none()` if these requests are to be open.',
      );
    }
  });
}

/** An API chooses between routes of functions and of the cluster by their paths only. */
function requireOwnRequests(api: ApiKind, edge: Edge, operation: Operation, before: readonly Operation[]): void {
  const others = [...edge.routes.map(route => route.operation), ...before];
  const twin = others.find(({ requests }) => requests === operation.requests);
  if (twin) {
    throw invalidAt(api, edge, operation, `"${twin.toString()}" matches the same requests.`, 'Keep one of the two.');
  }
  // A REST API compares segment by segment, and prefers a literal one.
  const rival =
    api === HTTP_API
      ? others.find(
          other =>
            operation.overlaps(other) && !operation.path.covers(other.path) && !other.path.covers(operation.path),
        )
      : undefined;
  if (rival) {
    throw invalidAt(
      api,
      edge,
      operation,
      `"${rival.toString()}" matches some of its requests, and neither path contains the other, so the API may match `
        + 'either of them.',
      'Use paths of which one contains the other.',
    );
  }
}

function requireFitTimeout(
  api: ApiKind,
  { edge, quotas }: ManagedApiProps,
  { operation, route: { timeout } }: Declared,
): void {
  const millis = timeout?.toMilliseconds() ?? SHORTEST_TIMEOUT;
  const longest =
    api === HTTP_API ? LONGEST_TIMEOUT_OF_CDK : limitOf(api.quotas, 'integrationTimeoutMillis', { ...quotas });
  if (millis < SHORTEST_TIMEOUT || millis > longest) {
    throw invalidAt(api, edge, operation, `The timeout is ${millis} ms.`, `Set ${SHORTEST_TIMEOUT} to ${longest} ms.`);
  }
}

function requireFitPath(api: ApiKind, edge: Edge, operation: Operation): void {
  if (operation.path.isPrefix || (operation.path.text !== '/' && operation.path.text.endsWith('/'))) {
    throw invalidAt(
      api,
      edge,
      operation,
      `${api.name.replace('a', 'A')} has neither prefixes nor paths that end with "/".`,
      'Write a parameter for the rest, e.g. "/files/{path+}", and leave out the slash at the end.',
    );
  }
}

/** An error about a route to a function. */
export function invalidAt(
  api: ApiKind,
  { path }: Edge,
  operation: Operation,
  summary: string,
  fix: string,
): ValidationError {
  return invalid(api, `${path}/${operation.toString()}`, summary, fix);
}
