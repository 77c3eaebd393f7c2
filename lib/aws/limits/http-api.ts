import { Severity, type SynthesisFinding } from '../../checks';
import type { Edge, Route } from '../../topology';
import type { ManagedApiProps } from '../managed-api';
import { openPreflightsOf } from '../preflights';
import { audiencesOf, HTTP_API, refusal, requireFitForManagedApi, requireNoMore } from './managed-api';
import { requireOneChoice } from './route-choice';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const ROUTES = 300;
const AUTHORIZERS = 10;
const AUDIENCES = 50;
const SCOPES = 10;

/** Refuses what an HTTP API cannot do: AWS would say so during a deployment, or not at all. */
export function requireFitForHttpApi(props: ManagedApiProps): void {
  const { edge } = props;
  requireNoMore(HTTP_API, edge.path, 'routes', edge.routes.length + openPreflightsOf(edge).length, ROUTES, 'Split the edge in two.');
  requireNoMore(HTTP_API, edge.path, 'sets of issuer and audiences', tokenDemandsOf(edge).length, AUTHORIZERS, 'Let routes share them.');
  requireFitForManagedApi(HTTP_API, props);
  edge.routes.forEach(requireFitRoute);
  requireOneChoice(edge);
  refuseWhatRestApisDo(edge);
}

/** What an HTTP API demands of a token, and on which routes. */
export interface TokenDemand {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly routes: readonly Route[];
}

/** The distinct demands; scopes are of the route. */
export function tokenDemandsOf(edge: Edge): TokenDemand[] {
  const demands = new Map<string, TokenDemand>();
  for (const route of edge.routes) {
    if (route.auth.token) {
      const { issuer } = route.auth.token;
      const audiences = audiencesOf(route.auth.token);
      const key = JSON.stringify([issuer, audiences]);
      demands.set(key, { issuer, audiences, routes: [...demands.get(key)?.routes ?? [], route] });
    }
  }
  return [...demands.values()];
}

/** What was declared for the cluster and has no effect on a managed API. */
export function ignoredByManagedApi(edge: Edge): SynthesisFinding[] {
  const issuers = edge.routes.flatMap(({ auth: { token } }) => token && (token.jwksUri ?? token.jwks) !== undefined ? [token.issuer] : []);
  return [...tokensWithoutAudience(edge), ...[...new Set(issuers)].map((issuer): SynthesisFinding => ({
    id: 'keys-by-discovery',
    severity: Severity.WARNING,
    path: edge.path,
    message: `The API takes the keys of ${issuer} from where its /.well-known/openid-configuration says, not from \`jwks\` or \`jwksUri\`.`,
    remedy: 'Publish the same keys there, or tokens that the cluster accepts are refused before it.',
  }))];
}

const COGNITO = /^https:\/\/cognito-idp\./;

/** The API accepts `client_id` for an absent `aud`, whatever was declared. */
function tokensWithoutAudience(edge: Edge): SynthesisFinding[] {
  const issuers = edge.routes.flatMap(({ auth: { token } }) => token && COGNITO.test(token.issuer) && !token.clientIdAsAudience ? [token.issuer] : []);
  return [...new Set(issuers)].map(issuer => ({
    id: 'tokens-without-audience',
    severity: Severity.WARNING,
    path: edge.path,
    message: `The access tokens of ${issuer} have \`client_id\` and no \`aud\`: the API accepts them, and the gateway in the cluster answers 403.`,
    remedy: 'Say `clientIdAsAudience: true` in Auth.jwt, or have clients send ID tokens.',
  }));
}

function requireFitRoute({ edge, operation, auth: { token } }: Route): void {
  const where = `${edge.path}/${operation.toString()}`;
  if (edge.cors && operation.method === 'OPTIONS' && token) {
    throw refusal(HTTP_API, where, 'The edge has CORS, and the route demands a token for OPTIONS: browsers send none with preflights, so they are denied.',
      'Leave the route out, or give it `Auth.none()`.');
  }
  requireNoMore(HTTP_API, where, 'audiences', token ? audiencesOf(token).length : 0, AUDIENCES, 'Give the clients one audience in common.');
  requireNoMore(HTTP_API, where, 'scopes', token?.scopes?.length ?? 0, SCOPES, 'Give the clients one scope in common.');
}

/** What an HTTP API has nothing for. What a managed API need not keep, the gateway in the cluster does. */
function refuseWhatRestApisDo(edge: Edge): void {
  const asked = [
    ['API keys', edge.routes.some(route => route.auth.key)],
    ['a firewall', edge.firewall],
    ['limits for each client', edge.managed && edge.clientLimits.length > 0],
    ['a check of what requests look like', edge.routes.some(route => route.requires)],
    ['cached answers', edge.routes.some(route => route.cacheFor)],
  ] as const;
  const impossible = asked.filter(([, isAsked]) => isAsked).map(([what]) => what);
  if (impossible.length > 0) {
    throw refusal(HTTP_API, edge.path, `The edge asks for ${impossible.join(', ')}, and ${HTTP_API.name} cannot do that.`, 'Use RestApiEdge, or leave it out.');
  }
}
