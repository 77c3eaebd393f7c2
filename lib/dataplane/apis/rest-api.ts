import { Unsimulated } from '../messages/unsimulated';
import type { ApiAnswer, Refusal } from './answer';
import type { Visit } from './entry';
import { authorizeMethod } from './rest-authorization';
import { demandKey, validate } from './rest-demands';
import { integrateMethod } from './rest-integration';
import { methodOf, type RestMethod } from './rest-methods';
import { respond } from './rest-responses';
import { throttlesOf } from './stages';
import { isTrue } from './template';

/**
 * The request processing of a REST API: method, authorizer, API key, validator, parameter mapping, integration.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
 */
export function throughRestApi(visit: Visit): ApiAnswer {
  const { api, message, path, template, stage } = visit;
  assertDeclaredHere(visit);
  const before = [...visit.steps, ...beforeMethods(visit)];
  const method = methodOf(visit);
  if (!method) {
    const reason =
      `No method matches ${message.method} ${path}: {"message":"Missing Authentication Token"}, unless a `
      + 'gateway response overrides it.';
    return { by: api, ...respond(template, api, 'MISSING_AUTHENTICATION_TOKEN', reason), steps: before };
  }
  const by = method.resource;
  const found = [
    ...before,
    `The method ${template.text(by.root.get('Properties', 'HttpMethod'))} ${method.path} matches (${by.name}).`,
    ...settingsOf(visit, method),
  ];
  const authorization = authorizeMethod(visit, method);
  const { refusal, steps: asked, context } = authorization;
  if (refusal) {
    return { by, ...withStatus(visit, refusal), steps: found };
  }
  const key = demandKey(visit, method, authorization);
  const shape = validate(visit, method);
  const unmet = key.refusal ?? shape.refusal;
  if (unmet) {
    return { by, ...unmet, steps: [...found, ...asked, ...(key.refusal ? [] : key.steps)] };
  }
  const answer = integrateMethod(visit, method, {
    message,
    path,
    parameters: method.parameters,
    variables: stage.variables,
    context: {
      ...requestContext(visit, method),
      ...Object.fromEntries(Object.entries(context).map(([name, value]) => [`authorizer.${name}`, value])),
    },
  });
  return { ...answer, by, steps: [...found, ...asked, ...key.steps, ...shape.steps, ...answer.steps] };
}

/** An authorizer's denial has the status of its gateway response. */
function withStatus({ template, api }: Visit, { status, reason }: Refusal): Refusal {
  return respond(template, api, status === 401 ? 'UNAUTHORIZED' : 'ACCESS_DENIED', reason);
}

function assertDeclaredHere({ api }: Visit): void {
  const elsewhere = ['Body', 'BodyS3Location', 'Policy'].find(each => api.root.get('Properties', each).exists);
  if (elsewhere !== undefined) {
    throw new Unsimulated(
      `The API ${api.name} has a ${elsewhere}, which is not simulated.`,
      elsewhere === 'Policy' ? 'Remove the resource policy for the test.' : 'Declare its methods as resources.',
    );
  }
}

/** The steps before method matching. */
function beforeMethods({ template, stage, api }: Visit): string[] {
  const { resource } = stage;
  const firewalls = template.all('AWS::WAFv2::WebACLAssociation').filter(each => {
    const guarded = each.root.get('Properties', 'ResourceArn');
    return (
      template.refersTo(guarded, api)
      && (resource === undefined
        || template.refersTo(guarded, resource)
        || template.text(guarded).endsWith(`/stages/${stage.name}`))
    );
  });
  const canary = resource?.root.get('Properties', 'CanarySetting', 'PercentTraffic').number;
  return [
    ...firewalls.map(each => `The web ACL of ${each.name} inspects the request first; its rules are not simulated.`),
    ...(canary === undefined
      ? []
      : [
          `A canary deployment receives ${canary} % of the requests; both deployments are assumed to match `
            + 'the template.',
        ]),
  ];
}

/** The throttle and the cache of a method. */
function settingsOf({ message, stage }: Visit, { path }: RestMethod): string[] {
  const settings = stage.resource?.root.get('Properties', 'MethodSettings').items ?? [];
  const own = settings.filter(
    each =>
      each.get('ResourcePath').text === (path === '/' ? '/' : `/${path.replaceAll('/', '~1')}`)
      && ['*', message.method].includes(each.get('HttpMethod').text),
  );
  const all = settings.filter(each => each.get('ResourcePath').text === '/*');
  return [
    ...throttlesOf(stage, ...own, ...all),
    ...(message.method === 'GET' && own.some(each => isTrue(each.get('CachingEnabled')))
      ? ['A cached response may be returned instead; a cache miss is assumed.']
      : []),
  ];
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html */
function requestContext({ message, stage, path }: Visit, method: RestMethod): Record<string, string> {
  return {
    domainName: message.host,
    httpMethod: message.method,
    path,
    resourcePath: method.path,
    stage: stage.name,
    ...(message.address === undefined ? {} : { 'identity.sourceIp': message.address }),
  };
}
