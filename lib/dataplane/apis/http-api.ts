import { Unsimulated } from '../messages/unsimulated';
import type { ApiAnswer } from './answer';
import type { Visit } from './entry';
import { authorizeRoute } from './http-authorization';
import { answerPreflight } from './http-cors';
import { integrateRoute } from './http-integration';
import { routeOf } from './http-routes';
import { throttlesOf } from './stages';

/**
 * The request processing of an HTTP API: CORS, route, authorizer, parameter mapping, integration.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
 */
export function throughHttpApi(visit: Visit): ApiAnswer {
  const { api, message, path, stage, steps } = visit;
  assertDeclaredHere(visit);
  const route = routeOf(visit);
  const preflight = answerPreflight(visit, route);
  if (preflight) {
    return preflight;
  }
  if (!route) {
    return {
      by: api,
      status: 404,
      reason: `No route matches ${message.method} ${path}: {"message":"Not Found"}.`,
      steps,
    };
  }
  const settings = stage.resource?.root.get('Properties');
  const throttles = settings
    ? throttlesOf(stage, settings.get('RouteSettings', route.key), settings.get('DefaultRouteSettings'))
    : [];
  const before = [...steps, `The route ${route.key} matches (${route.resource.name}).`, ...throttles];
  const { refusal, steps: asked, context } = authorizeRoute(visit, route);
  if (refusal) {
    return { by: route.resource, ...refusal, steps: before };
  }
  const answer = integrateRoute(visit, route, {
    message,
    path,
    parameters: route.parameters,
    variables: stage.variables,
    context: {
      ...requestContext(visit),
      routeKey: route.key,
      ...Object.fromEntries(Object.entries(context).map(([name, value]) => [`authorizer.${name}`, value])),
    },
  });
  return { ...answer, by: route.resource, steps: [...before, ...asked, ...answer.steps] };
}

/** Routes that are declared outside of resources are not simulated. */
function assertDeclaredHere({ api }: Visit): void {
  const elsewhere = ['Body', 'BodyS3Location', 'Target'].find(each => api.root.get('Properties', each).exists);
  if (elsewhere !== undefined || api.root.get('Properties', 'ProtocolType').text === 'WEBSOCKET') {
    throw new Unsimulated(
      `The API ${api.name} `
        + `${elsewhere === undefined ? 'is a WebSocket API' : `has its routes in ${elsewhere}`}, which is not `
        + 'simulated.',
      'Declare the routes of an HTTP API as resources.',
    );
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
function requestContext({ message, stage, path }: Visit): Record<string, string> {
  return {
    domainName: message.host,
    httpMethod: message.method,
    path,
    stage: stage.name,
    ...(message.address === undefined ? {} : { 'identity.sourceIp': message.address }),
  };
}
