import { type Edge, Period, type Route, WhenUnavailable } from '../../topology';
import type { RestApiEdgeProps } from '../rest-api-edge';
import { refusal, requireFitForManagedApi, requireNoMore, REST_API } from './managed-api';
import { refuseUnfitPaths } from './rest-paths';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const RESOURCES = 300;
const LONGEST_CACHE = 3600;
const API_KEY_HEADER = 'x-api-key';

/** Refuses what a REST API cannot do. */
export function requireFitForRestApi(props: RestApiEdgeProps): void {
  const { edge } = props;
  requireNoMore(REST_API, edge.path, 'resources', resourcesOf(edge), RESOURCES, 'Split the edge in two.');
  requireFitForManagedApi(REST_API, props);
  edge.routes.forEach(requireFitRoute);
  requireAudiences(props);
  refuseUnfitPaths(edge);
  requireFitLimits(props);
  requireOneKindOfKey(edge);
  requireTenableCanary(props);
  refuseWithoutEffect(props);
}

/** Each segment of a path is a resource of its own. */
function resourcesOf(edge: Edge): number {
  const prefixes = edge.routes.flatMap(({ operation: { path: { segments } } }) => segments.map((_, index) => segments.slice(0, index + 1).join('/')));
  return new Set(['', ...prefixes]).size;
}

function requireFitRoute({ edge, operation, auth: { key }, cacheFor, clientLimit }: Route): void {
  const where = `${edge.path}/${operation.toString()}`;
  if (edge.cors && operation.method === 'OPTIONS') {
    throw refusal(REST_API, where, `The edge has CORS, for which ${REST_API.name} answers OPTIONS of each path itself, so the route would never get a request.`,
      'Leave the route out, or use HttpApiEdge.');
  }
  if (cacheFor && cacheFor.toSeconds() > LONGEST_CACHE) {
    throw refusal(REST_API, where, `Answers are kept for ${cacheFor.toSeconds()} s, and ${REST_API.name} keeps them for at most ${LONGEST_CACHE} s.`, 'Keep them for an hour or less.');
  }
  if (key && (key.header ?? API_KEY_HEADER) !== API_KEY_HEADER) {
    throw refusal(REST_API, where, `API keys come in the header "${key.header}", and ${REST_API.name} looks for them in "${API_KEY_HEADER}" alone.`, 'Leave `header` out.');
  }
  if (clientLimit && clientLimit.per !== Period.SECOND) {
    throw refusal(REST_API, where, `Clients are limited per ${clientLimit.per} on one route, and a usage plan limits a route per second alone.`,
      'Limit the route per second, or the whole edge per day.');
  }
}

/** The function that verifies tokens compares `aud` alone. */
function requireAudiences({ edge, userPools }: RestApiEdgeProps): void {
  if (!userPools && edge.routes.some(({ auth: { token } }) => token?.clientIdAsAudience)) {
    throw refusal(REST_API, edge.path, '`client_id` is to stand for `aud`, and the function that verifies tokens looks at `aud` alone.', 'Give `userPools`, or use HttpApiEdge.');
  }
}

function requireFitLimits({ edge, clients }: RestApiEdgeProps): void {
  const unnamed = clients?.find((name, index) => name === '' || clients.indexOf(name) !== index);
  if (unnamed !== undefined) {
    throw refusal(REST_API, edge.path, unnamed === '' ? 'A client has an empty name.' : `The client "${unnamed}" is named twice.`, 'Name each client once in `clients`.');
  }
  for (const { client, per, whenUnavailable } of edge.clientLimits) {
    if (per !== Period.SECOND && per !== Period.DAY) {
      throw refusal(REST_API, edge.path, `Clients are limited per ${per}, and usage plans count per second or per day.`, 'Use Period.SECOND or Period.DAY.');
    }
    if (client.kind === 'header') {
      throw refusal(REST_API, edge.path, `Clients are told apart by the header "${client.name}", and usage plans know API keys alone.`, 'Tell them apart by a claim or by their API key.');
    }
    if (whenUnavailable === WhenUnavailable.REFUSE) {
      throw refusal(REST_API, edge.path, 'Requests that cannot be counted are to be refused, and AWS lets them pass: usage plans are best effort.',
        'Say WhenUnavailable.ALLOW, or limit clients in the cluster.');
    }
  }
  const needsClients = edge.clientLimits.length > 0 || edge.routes.some(route => route.auth.key);
  if (needsClients && !clients?.length) {
    throw refusal(REST_API, edge.path, 'Clients have keys or limits of their own, and none is named.', 'Name them in `clients`: each gets an API key.');
  }
}

/** An API takes its keys from the header, or from the authorizer that maps a claim to one. */
function requireOneKindOfKey(edge: Edge): void {
  const byClaim = edge.clientLimits.some(({ client }) => client.kind === 'claim');
  if (byClaim && edge.routes.some(route => route.auth.key)) {
    throw refusal(REST_API, edge.path, 'Some clients are known by an API key and others by a claim, and an API takes keys from one place.', 'Split the edge in two.');
  }
}

/** What is declared for this construct and would enforce nothing, or refuse all. */
function refuseWithoutEffect({ edge, webAclArn, userPools }: RestApiEdgeProps): void {
  if (webAclArn !== undefined && !edge.firewall) {
    throw refusal(REST_API, edge.path, 'The API has a web ACL, and the edge declares no firewall, so it would not be attached.',
      'Set `firewall: true` and `managed: true` on the edge, or leave `webAclArn` out.');
  }
  if (userPools && edge.clientLimits.some(({ client }) => client.kind === 'claim')) {
    throw refusal(REST_API, edge.path, 'Clients are limited by a claim, and Cognito authorizers give requests no usage key, so AWS would deny all of them.',
      'Leave `userPools` out: the Lambda authorizer gives each client its key.');
  }
}

function requireTenableCanary({ edge, canary }: RestApiEdgeProps): void {
  if (canary && !(canary.percent > 0 && canary.percent <= 100)) {
    throw refusal(REST_API, edge.path, `The canary gets ${canary.percent} % of the requests.`, 'Give more than 0 and at most 100.');
  }
}
