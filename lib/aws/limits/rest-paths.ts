import type { Operation } from '../../topology';
import { ownRoutesOf } from '../own-routes';
import type { RestApiEdgeProps, RestOwnRoute } from '../rest-api-props';
import { invalid, REST_API } from './managed-api';

/**
 * AWS accepts "$" as well, which starts an expression in the template that maps the path for the cluster.
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html
 */
const SEGMENT = /^(\{[\w:.$-]+\+?\}|[\w:.-]+)$/;

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const RESERVED = ['/ping', '/sping'];

/** Throws for paths that cannot be resources of one REST API. */
export function assertPathsFit(props: RestApiEdgeProps): void {
  const { edge, certificate, hostedZone } = props;
  const { path } = edge;
  const routes = [...edge.routes, ...ownRoutesOf<RestOwnRoute>(props)];
  const reserved = routes.find(({ operation }) => RESERVED.includes(`/${operation.path.segments[0] ?? ''}`));
  if (reserved && (certificate ?? hostedZone)) {
    throw invalid(
      REST_API,
      `${path}/${reserved.operation.toString()}`,
      `"${reserved.operation.path.text}" is a path that AWS reserves in custom domains, for its own health checks.`,
      'Use another path, or HttpApiEdge.',
    );
  }
  routes.forEach(({ operation }) => requireFitSegments(`${path}/${operation.toString()}`, operation));
  const parameters = new Map<string, { readonly segment: string; readonly operation: Operation }>();
  for (const { operation } of routes) {
    const { segments } = operation.path;
    segments.forEach((segment, index) => {
      const parent = segments.slice(0, index).join('/');
      const known = parameters.get(parent);
      if (!segment.startsWith('{')) {
        return;
      }
      if (known && known.segment !== segment) {
        throw invalid(
          REST_API,
          path,
          `"${known.operation.toString()}" has the parameter ${known.segment} where `
            + `"${operation.toString()}" has ${segment}, `
            + `and a resource of ${REST_API.name} can have only one parameter below it.`,
          'Use the same parameter in both, or HttpApiEdge.',
        );
      }
      parameters.set(parent, { segment, operation });
    });
  }
}

function requireFitSegments(path: string, { path: { text, segments } }: Operation): void {
  const unfit = text === '/' ? undefined : segments.find(segment => !SEGMENT.test(segment));
  if (unfit !== undefined) {
    throw invalid(
      REST_API,
      path,
      unfit === ''
        ? `"${text}" has an empty segment, which no resource of ${REST_API.name} has.`
        : `"${unfit}" cannot name a resource of ${REST_API.name}.`,
      'Use letters, digits, ":", ".", "_" and "-", a parameter in place of others, or HttpApiEdge.',
    );
  }
}
