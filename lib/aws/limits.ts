import { type Finding, Severity } from '../checks';
import { type Edge, type JwtProps, Mistake, type Route } from '../topology';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const ROUTES = 300;
const AUTHORIZERS = 10;
const AUDIENCES = 50;
const SHORTEST = 50;
const LONGEST = 29_000;
/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
const TARGET_GROUP_NAME = 32;

/** Refuses what an HTTP API cannot do: AWS would say so during a deployment, or not at all. */
export function requireFitForHttpApi(edge: Edge): void {
  requireNoMore(edge.path, 'routes', edge.routes.length, ROUTES, 'Split the edge in two.');
  requireNoMore(edge.path, 'sets of issuer and audiences', tokenDemandsOf(edge).length, AUTHORIZERS, 'Let routes share them.');
  edge.routes.forEach(requireFitRoute);
  requireTargetGroupName(edge);
}

/** What an HTTP API demands of a token, and on which routes. */
export interface TokenDemand {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly routes: readonly Route[];
}

/** The distinct demands. A token needs one of the audiences, so neither their order nor a repetition makes a difference. */
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

/** What was declared for the cluster and has no effect on an HTTP API. */
export function ignoredByHttpApi(edge: Edge): Finding[] {
  const issuers = edge.routes.flatMap(({ auth: { token } }) => token && (token.jwksUri ?? token.jwks) !== undefined ? [token.issuer] : []);
  return [...new Set(issuers)].map(issuer => ({
    id: 'keys-by-discovery',
    severity: Severity.WARNING,
    path: edge.path,
    message: `An HTTP API takes the keys of ${issuer} from where its /.well-known/openid-configuration says, not from \`jwks\` or \`jwksUri\`.`,
    remedy: 'Publish the same keys there, or tokens that the cluster accepts are refused before it.',
  }));
}

function requireFitRoute({ edge, operation, timeout, auth }: Route): void {
  const where = `${edge.path}/${operation.toString()}`;
  const millis = timeout.toMilliseconds();
  if (millis < SHORTEST || millis > LONGEST) {
    throw new Mistake({
      code: 'LimitOfHttpApi',
      where,
      problem: `The timeout is ${millis} ms, and an HTTP API waits from ${SHORTEST} to ${LONGEST} ms.`,
      remedy: 'Answer sooner, or let the client ask for the result of what takes longer.',
    });
  }
  requireNoMore(where, 'audiences', auth.token ? audiencesOf(auth.token).length : 0, AUDIENCES, 'Give the clients one audience in common.');
  if (operation.path.text !== '/' && operation.path.text.endsWith('/')) {
    throw new Mistake({
      code: 'LimitOfHttpApi',
      where,
      problem: `"${operation.path.text}" ends with "/", which no route of an HTTP API does.`,
      remedy: `Write it as "${operation.path.text.replace(/\/+$/, '') || '/'}".`,
    });
  }
  if (auth.token && !auth.token.issuer.startsWith('https://')) {
    throw new Mistake({
      code: 'LimitOfHttpApi',
      where,
      problem: `The issuer "${auth.token.issuer}" is not reached over HTTPS, and an HTTP API fetches keys over nothing else.`,
      remedy: 'Publish the issuer under https://.',
    });
  }
}

function audiencesOf(token: JwtProps): string[] {
  return [...new Set(token.audiences)].sort();
}

function requireTargetGroupName(edge: Edge): void {
  if (edge.id.length > TARGET_GROUP_NAME) {
    throw new Mistake({
      code: 'LimitOfHttpApi',
      where: edge.path,
      problem: `"${edge.id}" has ${edge.id.length} characters, and the name of a target group holds ${TARGET_GROUP_NAME}.`,
      remedy: 'Shorten the name of the topology or of the edge.',
    });
  }
}

function requireNoMore(where: string, what: string, count: number, most: number, remedy: string): void {
  if (count > most) {
    throw new Mistake({ code: 'LimitOfHttpApi', where, problem: `There are ${count} ${what}, and an HTTP API has at most ${most}.`, remedy });
  }
}
