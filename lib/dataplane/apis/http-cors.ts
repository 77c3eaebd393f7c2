import type { ApiAnswer } from './answer';
import { authorizeRoute } from './http-authorization';
import type { HttpRoute } from './http-routes';
import type { Visit } from './entry';

/**
 * The preflight response of an HTTP API with CORS, which it returns whether a route matches OPTIONS or not. But if one
 * does, even by `ANY` or `$default`, its authorizer is called first, and browsers send no token in preflights.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function answerPreflight(visit: Visit, route: HttpRoute | undefined): ApiAnswer | undefined {
  const {
    message: { method, headers },
    template,
    api,
    steps,
  } = visit;
  const cors = api.root.get('Properties', 'CorsConfiguration');
  const { origin, 'access-control-request-method': asked } = headers;
  if (method !== 'OPTIONS' || !cors.exists || origin === undefined || asked === undefined) {
    return undefined;
  }
  const { refusal } = route ? authorizeRoute(visit, route) : {};
  if (route && refusal) {
    return {
      by: route.resource,
      ...refusal,
      steps: [
        ...steps,
        `The route ${route.key} also matches OPTIONS, so its authorizer is called before the preflight response.`,
      ],
    };
  }
  const allowed = (name: string) => cors.get(name).items.map(each => template.text(each));
  const isAllowed =
    allowed('AllowOrigins').some(
      each => each === '*' || each === origin || (each.endsWith('://*') && origin.startsWith(each.slice(0, -1))),
    ) && allowed('AllowMethods').some(each => each === '*' || each === asked);
  return {
    by: api,
    status: 204,
    reason: isAllowed
      ? `CORS preflight response: ${origin} is allowed to send ${asked}.`
      : `CORS preflight response: ${origin} is not allowed to send ${asked}, so browsers block the request.`,
    steps: [...steps, 'The API handles CORS for all routes.'],
  };
}
