import { type Edge, type JwtProps, Mistake, type Route } from '../../topology';
import type { ManagedApiProps } from '../managed-api';

/** How messages call an API, and the code of its mistakes. */
export interface ApiKind {
  readonly name: string;
  readonly code: 'LimitOfHttpApi' | 'LimitOfRestApi';
}

export const HTTP_API: ApiKind = { name: 'an HTTP API', code: 'LimitOfHttpApi' };
export const REST_API: ApiKind = { name: 'a REST API', code: 'LimitOfRestApi' };

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
const TARGET_GROUP_NAME = 32;
const SHORTEST = 50;
const LONGEST = 29_000;
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html#http-api-mapping-reserved-headers */
const RESERVED_HEADER = /^(authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|te|trailers?|transfer-encoding|upgrade|via|x-forwarded-.*|access-control-.*|x-amzn?-.*|apigw-.*)$/;

/** Refuses what none of the managed APIs can do. */
export function requireFitForManagedApi(api: ApiKind, props: ManagedApiProps): void {
  const { edge } = props;
  edge.routes.forEach(route => requireFitRoute(api, route));
  if (!props.loadBalancer) {
    requireTargetGroupName(api, edge);
  }
  requireTruststore(api, props);
  requireStageName(api, edge, props.stageName);
  Object.entries(props.claimHeaders ?? {}).forEach(([header, claim]) => {
    refuseReservedHeader(api, edge, header);
    requireClaim(api, edge, claim);
  });
}

/** What tells mistakes about limits of an API apart from others. */
export function refusal(api: ApiKind, where: string, problem: string, remedy: string): Mistake {
  return new Mistake({ code: api.code, where, problem, remedy });
}

export function requireNoMore(api: ApiKind, where: string, what: string, count: number, most: number, remedy: string): void {
  if (count > most) {
    throw refusal(api, where, `There are ${count} ${what}, and ${api.name} has at most ${most}.`, remedy);
  }
}

/** The audiences of a token: it needs one of them, so neither their order nor a repetition makes a difference. */
export function audiencesOf(token: JwtProps): string[] {
  return [...new Set(token.audiences)].sort();
}

function requireFitRoute(api: ApiKind, { edge, operation, timeout, auth }: Route): void {
  const where = `${edge.path}/${operation.toString()}`;
  const millis = timeout.toMilliseconds();
  if (millis < SHORTEST || millis > LONGEST) {
    throw refusal(api, where, `The timeout is ${millis} ms, and ${api.name} waits from ${SHORTEST} to ${LONGEST} ms.`,
      'Answer sooner, or let the client ask for the result of what takes longer.');
  }
  if (operation.path.text !== '/' && operation.path.text.endsWith('/')) {
    throw refusal(api, where, `"${operation.path.text}" ends with "/", which no route of ${api.name} does.`,
      `Write it as "${operation.path.text.replace(/\/+$/, '') || '/'}".`);
  }
  if (auth.token && !auth.token.issuer.startsWith('https://')) {
    throw refusal(api, where, `The issuer "${auth.token.issuer}" is not reached over HTTPS, and ${api.name} fetches keys over nothing else.`,
      'Publish the issuer under https://.');
  }
}

function requireTargetGroupName(api: ApiKind, edge: Edge): void {
  if (edge.id.length > TARGET_GROUP_NAME) {
    throw refusal(api, edge.path, `"${edge.id}" has ${edge.id.length} characters, and the name of a target group holds ${TARGET_GROUP_NAME}.`,
      'Shorten the name of the topology or of the edge.');
  }
}

function requireTruststore(api: ApiKind, { edge, certificate, truststore }: ManagedApiProps): void {
  if (edge.clientCa && !edge.managed) {
    throw refusal(api, edge.path, 'Clients must show a certificate to the gateway in the cluster, and the API in front has none to show.',
      'Say `managed: true` on the edge, so that the API asks clients for theirs.');
  }
  if (edge.clientCa && !truststore) {
    throw refusal(api, edge.path, 'Clients must show a certificate, and the API has no truststore to check it by.', 'Give `truststore`.');
  }
  if (truststore && !certificate) {
    throw refusal(api, edge.path, 'The truststore belongs to the domain of the API, and it has none.', 'Give `certificate`, the certificate of the edge\'s host.');
  }
}

function requireStageName(api: ApiKind, { path }: Edge, name: string | undefined): void {
  const grammar = api === HTTP_API ? /^(\$default|[A-Za-z0-9_-]{1,128})$/ : /^[A-Za-z0-9_]{1,128}$/;
  if (name !== undefined && !grammar.test(name)) {
    throw refusal(api, path, `"${name}" cannot name a stage.`, 'Use up to 128 letters, digits and "_".');
  }
}

function refuseReservedHeader(api: ApiKind, { path }: Edge, header: string): void {
  if (RESERVED_HEADER.test(header.toLowerCase())) {
    throw refusal(api, path, `AWS sets the header "${header}" itself, and lets nobody map it.`, 'Choose a name of your own, e.g. "x-customer".');
  }
}

/** It becomes a part of an expression of AWS, which ends at other characters. */
function requireClaim(api: ApiKind, { path }: Edge, claim: string): void {
  if (!/^[\w:/.-]+$/.test(claim)) {
    throw refusal(api, path, `${JSON.stringify(claim)} is no name of a claim that AWS finds.`, 'Use letters, digits and "_:/.-", e.g. "sub" or "cognito:groups".');
  }
}
