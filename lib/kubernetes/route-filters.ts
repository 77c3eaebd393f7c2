import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  type Edge,
  type HeaderChanges,
  type HeaderOperations,
  type HeaderValues,
  type Mirror,
  type Port,
  type Redirect,
  type RedirectTarget,
  type Route,
  type RouteRewrite,
  type Service,
  ValidationError,
} from '../topology';
import { literalValues } from './header-values';
import { headersOf, methodsOf } from './preflights';
import { render, type Rendering } from './rendering';
import { backend } from './route-backends';
import type { SpecOf } from './resource';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type Filter = NonNullable<Rule['filters']>[number];
type Cors = NonNullable<Filter['cors']>;
type HeaderModifier = NonNullable<Filter['requestHeaderModifier']>;
type RequestRedirect = NonNullable<Filter['requestRedirect']>;
type UrlRewrite = NonNullable<Filter['urlRewrite']>;

/** The filters of a rule that forwards requests; undefined for none. */
export function filtersOf(edge: Edge, route: Route, mirror: Mirror | undefined): Filter[] | undefined {
  const { service, port, rewrite, headerChanges } = route;
  const filters = [
    ...mirrorFilter(edge, service, port, mirror),
    ...corsFilter(edge),
    ...(rewrite ? [{ type: 'URLRewrite' as const, urlRewrite: render(REWRITE, rewrite) }] : []),
    ...headerFilters(headerChanges),
  ];
  return filters.length > 0 ? filters : undefined;
}

/** The filter of a rule that redirects requests. */
export function redirectFilter({ to }: Redirect): Filter {
  return { type: 'RequestRedirect', requestRedirect: render(REDIRECT, to) };
}

const REWRITE: Rendering<RouteRewrite, UrlRewrite> = {
  path: ({ path }) => fullPath(path),
  pathPrefix: ({ pathPrefix }) => prefixMatch(pathPrefix),
  host: ({ host }) => ({ hostname: host }),
};

const REDIRECT: Rendering<RedirectTarget, RequestRedirect> = {
  scheme: ({ scheme }) => ({ scheme: scheme as RequestRedirect['scheme'] }),
  host: ({ host }) => ({ hostname: host }),
  port: ({ port }) => ({ port }),
  path: ({ path }) => fullPath(path),
  pathPrefix: ({ pathPrefix }) => prefixMatch(pathPrefix),
  statusCode: ({ statusCode = 302 }) => ({ statusCode: statusCode as RequestRedirect['statusCode'] }),
};

function fullPath(path: string | undefined): Partial<UrlRewrite> {
  return path === undefined ? {} : { path: { type: 'ReplaceFullPath', replaceFullPath: path } };
}

function prefixMatch(prefix: string | undefined): Partial<UrlRewrite> {
  return prefix === undefined ? {} : { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: prefix } };
}

/** The filters for changes of headers. */
export function headerFilters({ request, response }: HeaderChanges = {}): Filter[] {
  return [
    ...(request ? [{ type: 'RequestHeaderModifier' as const, requestHeaderModifier: modifierOf(request) }] : []),
    ...(response ? [{ type: 'ResponseHeaderModifier' as const, responseHeaderModifier: modifierOf(response) }] : []),
  ];
}

function modifierOf({ set, add, remove }: HeaderOperations): HeaderModifier {
  return { set: set && literal(set), add: add && literal(add), remove: remove && [...remove].sort() };
}

function literal(values: HeaderValues): { name: string; value: string }[] {
  return literalValues(values).map(([name, value]) => ({ name, value }));
}

/** The CRD of HTTPRoutes allows 64. @see https://gateway-api.sigs.k8s.io/reference/spec/#httpcorsfilter */
const MOST_IN_CORS = 64;

function requireFew({ path }: Edge, { origins, headers = [], exposedHeaders = [] }: NonNullable<Edge['cors']>): void {
  const [name, list] = Object.entries({ origins, headers, exposedHeaders }).find(
    ([, each]) => each.length > MOST_IN_CORS,
  ) ?? ['', []];
  if (list.length > 0) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `CORS has ${list.length} \`${name}\`, and an HTTPRoute can have ${MOST_IN_CORS}.`,
      fix: 'Declare another edge for some of them, or use "*".',
    });
  }
}

function corsFilter(edge: Edge): Filter[] {
  const { cors } = edge;
  if (cors) {
    requireFew(edge, cors);
  }
  return cors
    ? [
        {
          type: 'CORS',
          cors: {
            allowOrigins: cors.origins,
            allowMethods: methodsOf(edge) as Cors['allowMethods'],
            allowHeaders: headersOf(cors),
            exposeHeaders: cors.exposedHeaders,
            allowCredentials: cors.credentials,
            maxAge: cors.maxAge?.toSeconds(),
          },
        },
      ]
    : [];
}

/**
 * The filter for copies of requests. The CRD has whole percentages only, and fractions for others.
 * @param route the edge or the service whose route it is
 */
export function mirrorFilter(
  route: Pick<Service, 'namespace'>,
  service: Service,
  port: Port,
  mirror: Mirror | undefined,
): Filter[] {
  if (!mirror) {
    return [];
  }
  const share = Number.isInteger(mirror.percent)
    ? { percent: mirror.percent }
    : { fraction: { numerator: Math.round(mirror.percent * 10_000), denominator: 1_000_000 } };
  const backendRef = backend(route, service, port, mirror.version);
  return [{ type: 'RequestMirror', requestMirror: { backendRef, ...share } }];
}
