import { type Edge, Mistake, type Route } from '../topology';

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
  requireNoMore(edge.path, 'sets of issuer and audiences', authorizersOf(edge).length, AUTHORIZERS, 'Let routes share them.');
  edge.routes.forEach(requireFitRoute);
  requireDistinctPaths(edge);
  requireTargetGroupName(edge);
}

/** The routes of each distinct token demand. */
export function authorizersOf(edge: Edge): Route[][] {
  const groups = new Map<string, Route[]>();
  for (const route of edge.routes.filter(each => each.auth.token)) {
    const key = JSON.stringify([route.auth.token?.issuer, route.auth.token?.audiences]);
    groups.set(key, [...groups.get(key) ?? [], route]);
  }
  return [...groups.values()];
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
  requireNoMore(where, 'audiences', auth.token?.audiences.length ?? 0, AUDIENCES, 'Give the clients one audience in common.');
  if (auth.token && !auth.token.issuer.startsWith('https://')) {
    throw new Mistake({
      code: 'LimitOfHttpApi',
      where,
      problem: `The issuer "${auth.token.issuer}" is not reached over HTTPS, and an HTTP API fetches keys over nothing else.`,
      remedy: 'Publish the issuer under https://.',
    });
  }
}

/** Two routes that differ in the names of parameters alone are one route to AWS. */
function requireDistinctPaths(edge: Edge): void {
  const seen = new Map<string, Route>();
  for (const route of edge.routes) {
    const { method, path } = route.operation;
    const key = `${method} ${path.replaceParameters('{}', '{+}')}`;
    const other = seen.get(key);
    if (other) {
      throw new Mistake({
        code: 'LimitOfHttpApi',
        where: edge.path,
        problem: `"${other.operation.toString()}" and "${route.operation.toString()}" differ in the names of parameters alone, so an HTTP API takes them for one route.`,
        remedy: 'Keep one of the two.',
      });
    }
    seen.set(key, route);
  }
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
