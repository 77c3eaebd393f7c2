import type { Resource } from '../../manifests';
import type { Visit } from './entry';
import { compareRanks, matchPath } from './paths';

/** A matching route of an HTTP API. */
export interface HttpRoute {
  readonly resource: Resource;
  /** Such as `GET /pets/{id}` or `$default`. */
  readonly key: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const DEFAULT_ROUTE = '$default';
const ANY = 'ANY';

/**
 * The most specific matching route of an HTTP API for a request: a full path before a greedy one,
 * both before `$default`; a segment before a parameter; a method before `ANY`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function routeOf({ message, template, api, path }: Visit): HttpRoute | undefined {
  const routes = template
    .allOf(api, 'ApiId', 'AWS::ApiGatewayV2::Route')
    .map(resource => ({ resource, key: template.text(resource.root.get('Properties', 'RouteKey')) }));
  const [best] = routes
    .flatMap(route => {
      const [method = '', pattern = ''] = route.key.split(' ');
      const match = method === message.method || method === ANY ? matchPath(pattern, path) : undefined;
      return match && pattern !== ''
        ? [{ ...route, parameters: match.parameters, rank: [...match.rank, method === ANY ? 1 : 0] }]
        : [];
    })
    .sort((a, b) => compareRanks(a.rank, b.rank));
  const fallback = routes.find(each => each.key === DEFAULT_ROUTE);
  return best ?? (fallback && { ...fallback, parameters: {} });
}
