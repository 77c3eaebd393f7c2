import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { edgesBeside, grouped, preflightsOf, type SpecOf, type TopologyChart } from '../kubernetes';
import {
  type AcceptedTokens,
  claimsOfMatches,
  type ConnectionRoute,
  type Cors,
  type Edge,
  type ExternalAuthorizer,
  ValidationError,
} from '../topology';
import { type MatchedRequests, requestsOf } from './edge-conditions';
import { authorizerNameOf } from './install/authorizers';
import { operationsOf } from './operations';
import { AuthorizationPolicy, RequestAuthentication } from './resources';
import { onItsHosts, withHosts } from './shared-gateway';
import { jwtRules, requireOneKeySet, tokensOf } from './tokens';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];

const AUDIENCES = 'request.auth.audiences';

/**
 * The policies of a gateway: they allow each route's requests with the token that the route requires, and nothing else.
 * The rules of an ALLOW policy are additive, so a route's rule excludes requests that match a route with other
 * requirements. It is an ALLOW policy, not a DENY policy, so that a path that policy and router match differently fails
 * closed.
 */
export function renderEdgePolicies(chart: TopologyChart, edge: Edge): void {
  const scope = chart.scopeOf(edge);
  const { name, namespace } = edge;
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge.gatewayName }];
  const tokens = tokensOf(edge);
  const groups = groupsOf(edge);
  requireOneKeySet(edgesBeside(edge));
  if (tokens.length > 0 && !edge.gateway) {
    new RequestAuthentication(scope, 'request-authentication', {
      metadata: { name, namespace },
      spec: { targetRefs, jwtRules: jwtRules(tokens, claimsOfMatches(edge.rules)) },
    });
  }
  new AuthorizationPolicy(scope, 'authorization-policy', {
    metadata: { name, namespace },
    spec: { targetRefs, action: 'ALLOW', rules: onItsHosts(edge, rulesOf(edge, groups)) },
  });
  renderAuthorizer(chart, edge, groups);
}

interface Group {
  readonly token?: AcceptedTokens;
  readonly authorizer?: ExternalAuthorizer;
  /** The requests that match these routes and redirects, and no other. */
  readonly requests: readonly MatchedRequests[];
}

/** The routes and redirects with the same requirements. */
function groupsOf({ rules }: Edge): Group[] {
  return grouped(rules, ({ auth, authorizer }) => JSON.stringify([auth.token, authorizer?.key])).map(group => ({
    token: group[0].auth.token,
    authorizer: group[0].authorizer,
    requests: requestsOf(group, rules),
  }));
}

/** With TLS, plain HTTP is allowed for the redirect; with CORS, preflight requests are allowed without a token. */
function rulesOf(edge: Edge, groups: readonly Group[]): Rule[] {
  return [
    ...(edge.tlsSecret ? [{ to: [{ operation: { ports: ['80'] } }] }] : []),
    ...(edge.cors && edge.routes.length > 0 ? [preflightRule(edge, edge.cors)] : []),
    ...edge.connections.map(ruleForConnections),
    ...groups.flatMap(({ token, requests }) => requests.flatMap(each => rulesFor(token, each))),
  ];
}

/**
 * Connections by server name share port 443 with requests, which have another server name: connections of that name
 * never reach a listener for requests.
 */
function ruleForConnections({ host, gatewayPort }: ConnectionRoute): Rule {
  return {
    to: [{ operation: { ports: [String(gatewayPort)] } }],
    when: host === undefined ? undefined : [{ key: 'connection.sni', values: [host] }],
  };
}

/**
 * The requests for which an authorizer is called: exactly those that an ALLOW rule allows for these routes, so that no
 * request of theirs is allowed without a decision.
 */
function renderAuthorizer(chart: TopologyChart, edge: Edge, groups: readonly Group[]): void {
  const [authorizer, another] = edge.authorizers;
  if (another) {
    throw new ValidationError({
      code: 'SeveralAuthorizers',
      path: edge.path,
      summary: "Routes of the edge have different external authorizers, and Istio's gateway supports one.",
      fix: 'Use one for all routes, or declare another edge.',
    });
  }
  if (!authorizer) {
    return;
  }
  if (edge.connections.length > 0) {
    throw new ValidationError({
      code: 'Contradiction',
      path: edge.path,
      summary: "Istio's gateway would call the external authorizer for connections as well, or deny them.",
      fix: 'Declare another edge for connections.',
    });
  }
  new AuthorizationPolicy(chart.scopeOf(edge), 'authorization-policy-external', {
    metadata: { name: `${edge.name}-authorizer`, namespace: edge.namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge.gatewayName }],
      action: 'CUSTOM',
      provider: { name: authorizerNameOf(edge) },
      rules: groups
        .filter(each => each.authorizer)
        .flatMap(({ requests }) => requests.flatMap(each => rulesFor(undefined, each)))
        .map(rule => withHosts(edge, rule)),
    },
  });
}

function rulesFor(token: AcceptedTokens | undefined, { to, when: conditions }: MatchedRequests): Rule[] {
  const all = (when: Conditions) => ([...conditions, ...when].length > 0 ? [...conditions, ...when] : undefined);
  return token
    ? conditionsOn(token).map(when => ({
        from: [{ source: { requestPrincipals: [`${token.issuer}/*`] } }],
        to,
        when: all(when),
      }))
    : [{ to, when: all([]) }];
}

type Conditions = NonNullable<Rule['when']>;

/** The alternative conditions on a token's audience, each with the scopes. */
export function conditionsOn({ audiences, anyAudience, clientIdAsAudience, scopes }: AcceptedTokens): Conditions[] {
  const scope = scopes ? [{ key: 'request.auth.claims[scope]', values: [...scopes] }] : [];
  if (anyAudience) {
    return [scope];
  }
  const byAudience = { key: AUDIENCES, values: [...audiences] };
  const byClient = [
    { key: AUDIENCES, notValues: ['*'] },
    { key: 'request.auth.claims[client_id]', values: [...audiences] },
  ];
  return [[byAudience, ...scope], ...(clientIdAsAudience ? [[...byClient, ...scope]] : [])];
}

/**
 * The preflight requests that the gateway answers itself; those of other origins are denied. A redirect answers all
 * requests in its own way.
 */
function preflightRule(edge: Edge, { origins }: Cors): Rule {
  return {
    to: operationsOf(
      preflightsOf(edge),
      edge.redirects.map(({ operation }) => operation),
    ),
    when: [
      { key: 'request.headers[origin]', values: [...origins] },
      { key: 'request.headers[access-control-request-method]', values: ['*'] },
    ],
  };
}
