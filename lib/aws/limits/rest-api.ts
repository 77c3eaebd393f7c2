import { type Edge, FailureMode, Period, type Route } from '../../topology';
import { jwtAuthorizerKey } from '../jwt-authorizer-key';
import { requireFitEdgeOptimizedApi, requireFitPrivateApi } from '../private-api';
import { ownRoutesOf, type ProtectedOperation } from '../own-routes';
import type { RestApiEdgeProps, RestOwnRoute } from '../rest-api-props';
import { verifierOf } from '../token-verification';
import { requireFitOwnRoutes } from './own-routes';
import { invalid, requireFitForManagedApi, requireNoMore, REST_API } from './managed-api';
import { requireFitAuthorizers } from './rest-authorizers';
import { assertBodiesFit } from './rest-bodies';
import { assertPathsFit } from './rest-paths';

const LONGEST_CACHE = REST_API.quotas.cacheTtlSeconds.limit;
const API_KEY_HEADER = 'x-api-key';

/** Throws for properties that a REST API does not support. */
export function requireFitForRestApi(props: RestApiEdgeProps): void {
  const { edge, quotas: own } = props;
  const isStreamed = ({ operation }: Route) => props.streamedRoutes?.includes(operation.toString());
  requireFitForManagedApi(REST_API, props, route =>
    isStreamed(route) ? REST_API.quotas.streamMillis.limit : undefined,
  );
  requireFitStreams(props);
  const ownRoutes = ownRoutesOf<RestOwnRoute>(props);
  const operations = [...edge.routes, ...ownRoutes];
  requireNoMore(REST_API, edge.path, 'resources', resourcesOf(operations), { own, fix: 'Split the edge in two.' });
  requireNoMore(REST_API, edge.path, 'authorizers', authorizersOf(operations, props), {
    own,
    what: 'authorizers for pairs of issuer and audiences',
    fix: 'Use the same pair for several routes, or set `lambdaAuthorizer: true`.',
  });
  operations.forEach(each => requireFitOperation(edge, each));
  edge.routes.forEach(requireFitRoute);
  requireFitOwnRoutes(REST_API, props, ownRoutes, operation => (props.iamRoutes ?? []).includes(operation.toString()));
  assertPathsFit(props);
  assertBodiesFit(props);
  requireFitLimits(operations, props);
  requireOneKindOfKey(operations, edge);
  validateCanary(props);
  requireFitPrivateApi(props);
  requireFitEdgeOptimizedApi(props);
  requireFitAuthorizers(props);
  assertAllEffective(props);
}

/** A JWT authorizer for each pair of issuer and audiences, and one for all other tokens. */
function authorizersOf(operations: readonly ProtectedOperation[], props: RestApiEdgeProps): number {
  const keys = operations.map(route => {
    const verifier = verifierOf(route, props);
    return verifier === 'jwt-authorizer' && route.auth.token ? jwtAuthorizerKey(route.auth.token) : verifier;
  });
  return new Set(keys.filter(key => key !== undefined)).size;
}

/** Each segment of a path is a separate resource. */
function resourcesOf(operations: readonly ProtectedOperation[]): number {
  const prefixes = operations.flatMap(
    ({
      operation: {
        path: { segments },
      },
    }) => segments.map((_, index) => segments.slice(0, index + 1).join('/')),
  );
  return new Set(['', ...prefixes]).size;
}

function requireFitOperation(edge: Edge, { operation, auth: { key } }: ProtectedOperation): void {
  const path = `${edge.path}/${operation.toString()}`;
  if (edge.cors && operation.method === 'OPTIONS') {
    throw invalid(
      REST_API,
      path,
      `The edge has CORS, for which ${REST_API.name} answers OPTIONS of each path itself, so the route `
        + 'would never match a request.',
      'Remove the route, or use HttpApiEdge.',
    );
  }
  if (key && (key.header ?? API_KEY_HEADER) !== API_KEY_HEADER) {
    throw invalid(
      REST_API,
      path,
      `API keys are expected in the header "${key.header}", but ${REST_API.name} reads them only from `
        + `"${API_KEY_HEADER}".`,
      'Remove `header`.',
    );
  }
}

function requireFitRoute({ edge, operation, cacheTtl, perClientRateLimit }: Route): void {
  const path = `${edge.path}/${operation.toString()}`;
  if (cacheTtl && cacheTtl.toSeconds() > LONGEST_CACHE) {
    throw invalid(
      REST_API,
      path,
      `Responses are cached for ${cacheTtl.toSeconds()} s, and ${REST_API.name} caches them for at `
        + `most ${LONGEST_CACHE} s.`,
      'Set an hour or less.',
    );
  }
  if (perClientRateLimit && perClientRateLimit.per !== Period.SECOND) {
    throw invalid(
      REST_API,
      path,
      `The client limit of the route is per ${perClientRateLimit.per}, and a usage plan limits a route only `
        + 'per second.',
      'Limit the route per second, or the whole edge per day.',
    );
  }
}

function requireFitLimits(operations: readonly ProtectedOperation[], { edge, clients }: RestApiEdgeProps): void {
  const unnamed = clients?.find((name, index) => name === '' || clients.indexOf(name) !== index);
  if (unnamed !== undefined) {
    throw invalid(
      REST_API,
      edge.path,
      unnamed === '' ? 'A client has an empty name.' : `The client "${unnamed}" is listed twice.`,
      'List each client once in `clients`.',
    );
  }
  for (const { client, per, failureMode } of edge.perClientRateLimits) {
    if (per !== Period.SECOND && per !== Period.DAY) {
      throw invalid(
        REST_API,
        edge.path,
        `The client limit is per ${per}, and usage plans count per second or per day.`,
        'Use Period.SECOND or Period.DAY.',
      );
    }
    if (client.kind === 'header') {
      throw invalid(
        REST_API,
        edge.path,
        `The client limit identifies clients by the header "${client.name}", and usage plans support `
          + 'only API keys.',
        'Identify clients by a claim or by their API key.',
      );
    }
    if (failureMode === FailureMode.FAIL_CLOSED) {
      throw invalid(
        REST_API,
        edge.path,
        'The client limit denies requests that cannot be counted, but AWS allows them: usage plans are '
          + 'best effort.',
        'Use FailureMode.FAIL_OPEN, or limit clients in the cluster.',
      );
    }
  }
  const needsClients = edge.perClientRateLimits.length > 0 || operations.some(({ auth }) => auth.key);
  if (needsClients && !clients?.length) {
    throw invalid(
      REST_API,
      edge.path,
      'The edge has API keys or client limits, but no clients are listed.',
      'List them in `clients`: each gets an API key.',
    );
  }
}

/** An API reads its keys from the header, or from the authorizer that maps a claim to one. */
function requireOneKindOfKey(operations: readonly ProtectedOperation[], edge: Edge): void {
  const byClaim = edge.perClientRateLimits.some(({ client }) => client.kind === 'claim');
  if (byClaim && operations.some(({ auth }) => auth.key)) {
    throw invalid(
      REST_API,
      edge.path,
      'Some clients are identified by an API key and others by a claim, and an API has one source of ' + 'keys.',
      'Split the edge in two.',
    );
  }
}

/** Throws for properties of this construct that would have no effect, or deny all requests. */
function assertAllEffective({ edge, webAclArn, userPools }: RestApiEdgeProps): void {
  if (webAclArn !== undefined && !edge.waf) {
    throw invalid(
      REST_API,
      edge.path,
      'The API has a web ACL, but the edge declares no firewall, so it would not be attached.',
      'Set `waf: true` on the edge, or remove `webAclArn`.',
    );
  }
  if (userPools && edge.perClientRateLimits.some(({ client }) => client.kind === 'claim')) {
    throw invalid(
      REST_API,
      edge.path,
      'The client limit identifies clients by a claim, but Cognito authorizers return no usage key, so '
        + 'AWS would deny all requests.',
      'Remove `userPools`: the Lambda authorizer returns the key of each client.',
    );
  }
}

function validateCanary({ edge, canary }: RestApiEdgeProps): void {
  if (canary && !(canary.percent > 0 && canary.percent <= 100)) {
    throw invalid(
      REST_API,
      edge.path,
      `The canary gets ${canary.percent} % of the requests.`,
      'Set more than 0 and at most 100.',
    );
  }
}

/** A stream is not buffered, so nothing can be done with a whole response. */
function requireFitStreams({ edge, streamedRoutes = [] }: RestApiEdgeProps): void {
  for (const text of streamedRoutes) {
    const route = edge.routes.find(({ operation }) => operation.toString() === text);
    if (!route) {
      throw invalid(
        REST_API,
        edge.path,
        `\`streamedRoutes\` has "${text}", and the edge has no such route.`,
        'Write the operation as in `edge.route(…)`.',
      );
    }
    if (route.cacheTtl) {
      throw invalid(
        REST_API,
        `${edge.path}/${text}`,
        'Its responses are streamed and cached, and AWS does not cache streams.',
        'Remove `cacheTtl`, or the route from `streamedRoutes`.',
      );
    }
  }
}
