import type { ApiAnswer } from './answer';
import { authorizeRoute } from './http-authorization';
import type { HttpRoute } from './http-routes';
import type { Visit } from './entry';

/**
 * The answer of an HTTP API with CORS to what a browser asks beforehand: its own, whether a route takes OPTIONS or not. But a route that does, and be it
 * by `ANY` or `$default`, has its authorizer asked first, and browsers send no token then.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function answerPreflight(visit: Visit, route: HttpRoute | undefined): ApiAnswer | undefined {
  const { message: { method, headers }, template, api, steps } = visit;
  const cors = api.root.get('Properties', 'CorsConfiguration');
  const { origin, 'access-control-request-method': asked } = headers;
  if (method !== 'OPTIONS' || !cors.exists || origin === undefined || asked === undefined) {
    return undefined;
  }
  const { refusal } = route ? authorizeRoute(visit, route) : {};
  if (route && refusal) {
    return { by: route.resource, ...refusal, steps: [...steps, `The route ${route.key} takes OPTIONS as well, so its authorizer is asked before CORS is answered.`] };
  }
  const allowed = (name: string) => cors.get(name).items.map(each => template.text(each));
  const isAllowed = allowed('AllowOrigins').some(each => each === '*' || each === origin || (each.endsWith('://*') && origin.startsWith(each.slice(0, -1))))
    && allowed('AllowMethods').some(each => each === '*' || each === asked);
  return {
    by: api,
    status: 204,
    reason: isAllowed ? `The API answers itself that ${origin} may ask ${asked}.` : `The API answers itself, and does not say that ${origin} may ask ${asked}: a browser stops there.`,
    steps: [...steps, 'The API answers CORS for all routes.'],
  };
}
