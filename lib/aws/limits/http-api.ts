import { Severity } from '../../checks';
import type { SynthesisFinding } from '../../checks/graph';
import { audiencesOf, type Edge, issuerAndAudiences } from '../../topology';
import type { HttpApiEdgeProps, HttpOwnRoute } from '../http-api-props';
import { ownRoutesOf, type ProtectedOperation } from '../own-routes';
import { openPreflightsOf } from '../preflights';
import { HTTP_API, invalid, requireFitForManagedApi, requireNoMore } from './managed-api';
import { requireFitRoutes } from './http-routes';
import { requireOneChoice } from './route-choice';

/** Throws for properties that an HTTP API does not support: AWS would fail the deployment, or ignore them. */
export function requireFitForHttpApi(props: HttpApiEdgeProps): void {
  const { edge } = props;
  requireFitForManagedApi(HTTP_API, props);
  const own = props.quotas;
  const routes = edge.routes.length + openPreflightsOf(edge).length + ownRoutesOf<HttpOwnRoute>(props).length;
  requireNoMore(HTTP_API, edge.path, 'routes', routes, { own, fix: 'Split the edge in two.' });
  requireNoMore(HTTP_API, edge.path, 'authorizers', tokenDemandsOf(props).length, {
    own,
    what: 'sets of issuer and audiences',
    fix: 'Use the same set for several routes.',
  });
  [...edge.routes, ...ownRoutesOf<HttpOwnRoute>(props)].forEach(each => requireFitOperation(edge, each));
  requireOneChoice(edge);
  requireFitRoutes(props);
  assertNoRestApiFeatures(edge);
}

/** The distinct issuers and audiences, each with an authorizer; scopes are set on the route. */
function tokenDemandsOf(props: HttpApiEdgeProps): string[] {
  const operations = [...props.edge.routes, ...ownRoutesOf<HttpOwnRoute>(props)];
  return [...new Set(operations.flatMap(({ auth: { token } }) => (token ? [issuerAndAudiences(token)] : [])))];
}

/**
 * Findings about properties that apply in the cluster and have no effect on a managed API.
 * @param operations those whose tokens the API verifies
 */
export function ignoredByManagedApi(
  edge: Edge,
  operations: readonly ProtectedOperation[] = edge.routes,
): SynthesisFinding[] {
  const issuers = operations.flatMap(({ auth: { token } }) =>
    token && (token.jwksUri ?? token.jwks) !== undefined ? [token.issuer] : [],
  );
  return [
    ...tokensWithoutAudience(edge),
    ...[...new Set(issuers)].map((issuer): SynthesisFinding => ({
      id: 'keys-by-discovery',
      severity: Severity.WARNING,
      path: edge.path,
      message:
        `The API fetches the keys of ${issuer} from the \`jwks_uri\` in its `
        + `/.well-known/openid-configuration, not from \`jwks\` or \`jwksUri\`.`,
      fix: 'Publish the same keys there, or the API denies tokens that the cluster accepts.',
    })),
  ];
}

const COGNITO = /^https:\/\/cognito-idp\./;

/** The API always accepts `client_id` in place of a missing `aud`. */
function tokensWithoutAudience(edge: Edge): SynthesisFinding[] {
  const issuers = edge.routes.flatMap(({ auth: { token } }) =>
    token && COGNITO.test(token.issuer) && !token.clientIdAsAudience ? [token.issuer] : [],
  );
  return [...new Set(issuers)].map(issuer => ({
    id: 'tokens-without-audience',
    severity: Severity.WARNING,
    path: edge.path,
    message:
      `The access tokens of ${issuer} have \`client_id\` and no \`aud\`: the API accepts them, but the `
      + 'gateway in the cluster denies them with 403.',
    fix: 'Set `clientIdAsAudience: true` in Auth.jwt, or send ID tokens.',
  }));
}

function requireFitOperation(edge: Edge, { operation, auth: { token } }: ProtectedOperation): void {
  const path = `${edge.path}/${operation.toString()}`;
  if (edge.cors && operation.method === 'OPTIONS' && token) {
    throw invalid(
      HTTP_API,
      path,
      'The edge has CORS, and the route requires a token for OPTIONS: browsers send none with '
        + 'preflights, so they are denied.',
      'Remove the route, or set `Auth.none()` on it.',
    );
  }
  requireNoMore(HTTP_API, path, 'audiences', token ? audiencesOf(token).length : 0, {
    fix: 'Use one audience for all clients.',
  });
  requireNoMore(HTTP_API, path, 'scopes', token?.scopes?.length ?? 0, { fix: 'Use one scope for all clients.' });
}

/**
 * Throws for features that neither an HTTP API nor a gateway in the cluster has. API keys and client limits are left to
 * the gateway.
 */
function assertNoRestApiFeatures(edge: Edge): void {
  const asked = [
    ['a web application firewall', edge.waf],
    ['request validation', edge.routes.some(route => route.requestValidation)],
    ['response caching', edge.routes.some(route => route.cacheTtl)],
  ] as const;
  const impossible = asked.filter(([, isAsked]) => isAsked).map(([what]) => what);
  if (impossible.length > 0) {
    throw invalid(
      HTTP_API,
      edge.path,
      `The edge requires ${impossible.join(', ')}, which ${HTTP_API.name} does not support.`,
      'Use RestApiEdge, or remove it.',
    );
  }
}
