import { WebSocketNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Route } from '../../topology';
import type { WebSocketApiEdgeProps } from '../web-socket-api-props';
import { invalid, requireFitForManagedApi, requireNoMore, SHORTEST_TIMEOUT, WEBSOCKET_API } from './managed-api';

/** Route keys with a meaning of their own. */
const EVENTS = ['$connect', '$disconnect', '$default'];
const LONGEST = WEBSOCKET_API.quotas.integrationTimeoutMillis.limit;

/**
 * The routes of the edge by route key. Throws for properties that a WebSocket API does not support: AWS would fail the
 * deployment, or ignore them.
 */
export function requireFitForWebSocketApi(props: WebSocketApiEdgeProps): ReadonlyMap<string, Route> {
  const { edge, routes, lambdaRoutes = {}, authorizerHeaders: claimHeaders } = props;
  requireFitForManagedApi(WEBSOCKET_API, { ...props, claimHeaders });
  const keys = [...Object.keys(routes), ...Object.keys(lambdaRoutes)];
  requireNoMore(WEBSOCKET_API, edge.path, 'routes', keys.length, { own: props.quotas, fix: 'Split the edge in two.' });
  requireKeys(props, keys);
  const byKey = Object.entries(routes).map(([key, text]) => [key, requireRoute(props, key, text)] as const);
  Object.entries(lambdaRoutes).forEach(([key, { timeout }]) => {
    const millis = timeout?.toMilliseconds() ?? SHORTEST_TIMEOUT;
    if (millis < SHORTEST_TIMEOUT || millis > LONGEST) {
      throw invalidEdge(props, `The timeout of "${key}" is ${millis} ms.`, `Set ${SHORTEST_TIMEOUT} to ${LONGEST} ms.`);
    }
  });
  edge.routes.forEach(route => requireFitRoute(props, route));
  requireVerified(props, keys);
  requireNoUnsupported(props);
  return new Map(byKey);
}

function requireKeys(props: WebSocketApiEdgeProps, keys: readonly string[]): void {
  const { routeSelectionExpression: expression } = props;
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw invalidEdge(props, `"${twice}" is in \`routes\` and in \`lambdaRoutes\`.`, 'Keep one of the two.');
  }
  const unknown = keys.find(key => key === '' || (key.startsWith('$') && !EVENTS.includes(key)));
  if (unknown !== undefined) {
    throw invalidEdge(
      props,
      `"${unknown}" is not a route key.`,
      `Use ${EVENTS.join(', ')}, or a value of the field that selects routes.`,
    );
  }
  if (expression !== undefined && !/^\$request\.body\.[\w.[\]]+$|\$\{request\.body\.[\w.[\]]+\}/.test(expression)) {
    throw invalidEdge(
      props,
      `The route selection expression "${expression}" names no field of the message.`,
      'Name one, e.g. "$request.body.action".',
    );
  }
}

/** A request to the cluster has one method and one path. */
function requireRoute(props: WebSocketApiEdgeProps, key: string, text: string): Route {
  const route = props.edge.routes.find(({ operation }) => operation.toString() === text);
  if (!route) {
    throw invalidEdge(
      props,
      `The route key "${key}" has the operation "${text}", and the edge has no such route.`,
      'Write the operation as in `edge.route(…)`.',
    );
  }
  const { method, path } = route.operation;
  if (method === undefined || path.parameters.length > 0) {
    throw invalidEdge(
      props,
      `"${text}" matches more than one ${method === undefined ? 'method' : 'path'}, and the API sends the requests of `
        + `"${key}" with one.`,
      'Declare a route with one method and a path without parameters, e.g. "POST /messages".',
    );
  }
  return route;
}

function requireFitRoute(props: WebSocketApiEdgeProps, { operation, auth, cacheTtl, requestValidation }: Route): void {
  const text = operation.toString();
  if (auth.token ?? auth.key) {
    throw invalidEdge(
      props,
      `"${text}" requires ${auth.token ? 'a token' : 'an API key'}, and the messages of ${WEBSOCKET_API.name} have no `
        + 'headers: the gateway in the cluster would deny all of them.',
      'Set `auth: Auth.none()` on the edge, and verify clients by `authorizer` when they connect.',
    );
  }
  const feature = cacheTtl ? '`cacheTtl`' : requestValidation ? '`requestValidation`' : undefined;
  if (feature) {
    throw invalidEdge(
      props,
      `"${text}" has ${feature}, which ${WEBSOCKET_API.name} does not support.`,
      'Remove it, or use RestApiEdge.',
    );
  }
  if (!Object.values(props.routes).includes(text)) {
    throw invalidEdge(
      props,
      `No route key has the operation "${text}", so no request would match it.`,
      'Add it to `routes`, or remove the route of the edge.',
    );
  }
}

/** Clients are verified by the route `$connect` alone. */
function requireVerified(props: WebSocketApiEdgeProps, keys: readonly string[]): void {
  const { authorizer, authorizerHeaders = {} } = props;
  if (!(authorizer instanceof WebSocketNoneAuthorizer) && !keys.includes('$connect')) {
    throw invalidEdge(
      props,
      'There is no route "$connect", so the authorizer would verify no client.',
      'Add "$connect" to `routes` or `lambdaRoutes`.',
    );
  }
  const [header] = Object.keys(authorizerHeaders);
  if (header !== undefined && !(authorizer instanceof WebSocketLambdaAuthorizer)) {
    throw invalidEdge(
      props,
      `The header "${header}" carries a value of the authorizer, and only a Lambda authorizer returns values.`,
      'Remove `authorizerHeaders`, or set a `WebSocketLambdaAuthorizer`.',
    );
  }
}

function requireNoUnsupported(props: WebSocketApiEdgeProps): void {
  const { edge } = props;
  const unsupported = [
    ['CORS, which browsers do not apply to WebSockets', edge.cors],
    ['client certificates', edge.clientCa],
    ['a web application firewall', edge.waf],
    ['limits of clients', edge.perClientRateLimits.length > 0],
  ] as const;
  const [found] = unsupported.filter(([, isDeclared]) => isDeclared);
  if (found) {
    throw invalidEdge(
      props,
      `The edge declares ${found[0]}, and ${WEBSOCKET_API.name} does not support it.`,
      'Remove it; the Lambda authorizer of `$connect` gets the headers and the address of the client.',
    );
  }
}

function invalidEdge({ edge }: WebSocketApiEdgeProps, summary: string, fix: string): Error {
  return invalid(WEBSOCKET_API, edge.path, summary, fix);
}
