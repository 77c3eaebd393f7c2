import { type Cluster, Kind, literalRegex, millisOf } from '../../manifests';
import { type Cors, corsHeadersOf } from '../routes/cors';
import type { Route } from '../routes/rule';
import { type Attachment, policyFor } from './attachment';

/**
 * A route with the CORS policy of its SecurityPolicy, unless it has one of its own. Preflights of other origins get a
 * response too.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/cors.go
 */
export function withCors(route: Route, place: Attachment, cluster: Cluster): Route {
  const cors = route.rule.cors ? undefined : corsFor(place, cluster);
  return cors ? { ...route, rule: { ...route.rule, cors } } : route;
}

function corsFor(place: Attachment, cluster: Cluster): Cors | undefined {
  const at = policyFor(Kind.SECURITY_POLICY, place, cluster)?.spec.get('cors');
  if (!at?.exists) {
    return undefined;
  }
  const origins = at.get('allowOrigins').texts.map(patternOf);
  const maxAge = millisOf(at.get('maxAge').text);
  const headers = corsHeadersOf(at, ', ', maxAge === undefined ? undefined : Math.trunc(maxAge / 1000));
  const isAny = (name: string) => at.get(name).texts.includes('*');
  return {
    ...headers,
    methods: isAny('allowMethods') ? '*' : headers.methods,
    headers: isAny('allowHeaders') ? '*' : headers.headers,
    takesOrigin: origin => origins.some(each => each.test(origin)),
    answersAll: true,
  };
}

function patternOf(origin: string): RegExp {
  return new RegExp(`^${origin.split('*').map(literalRegex).join('.*')}$`);
}
