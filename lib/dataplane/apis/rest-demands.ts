import { ownValue } from '../../manifests';
import type { Refusal } from './answer';
import { type Authorization, hasHeader } from './authorization';
import type { Visit } from './entry';
import { queryValues } from './paths';
import type { RestMethod } from './rest-methods';
import { respond } from './rest-responses';
import { isTrue } from './template';

/** The requirements of a method besides a token. */
export interface Demanded {
  readonly refusal?: Refusal;
  readonly steps: readonly string[];
}

/**
 * The API key of a method that requires one: the client's header `x-api-key`, or the key from the authorizer. The
 * values of keys are known only after deployment, so any key is assumed to belong to a usage plan.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
 */
export function demandKey(
  { message, template, api }: Visit,
  { resource }: RestMethod,
  { usageKey }: Authorization,
): Demanded {
  if (!isTrue(resource.root.get('Properties', 'ApiKeyRequired'))) {
    return { steps: [] };
  }
  const isGiven = template.text(api.root.get('Properties', 'ApiKeySourceType')) === 'AUTHORIZER';
  if (isGiven ? usageKey === undefined : !message.headers['x-api-key']) {
    const reason = isGiven
      ? 'The authorizer returns no API key for this client, and the method requires one'
      : 'The method requires an API key, and the request has no x-api-key';
    return { refusal: respond(template, api, 'INVALID_API_KEY', `${reason}: {"message":"Forbidden"}.`), steps: [] };
  }
  const source = isGiven
    ? 'The authorizer returns the API key of the client'
    : 'The request has an API key, which is assumed to be valid';
  return { steps: [`${source}; the limits of its usage plan are not simulated.`] };
}

/**
 * The required parameters and headers of a method with a validator. Bodies are not simulated.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
export function validate(visit: Visit, { resource, parameters }: RestMethod): Demanded {
  const { template, api, message } = visit;
  const properties = resource.root.get('Properties');
  const validator = template
    .referred(properties.get('RequestValidatorId'), 'AWS::ApiGateway::RequestValidator')
    ?.root.get('Properties');
  const required =
    validator && isTrue(validator.get('ValidateRequestParameters'))
      ? properties.get('RequestParameters').entries.filter(([, field]) => isTrue(field))
      : [];
  const missing = required
    .map(([name]) => name.replace(/^method\.request\./, ''))
    .filter(each => {
      const [kind = '', ...rest] = each.split('.');
      const name = rest.join('.');
      return kind.endsWith('querystring')
        ? !queryValues(message.query, name).some(value => value !== '')
        : kind === 'path'
          ? !ownValue(parameters, name)
          : !hasHeader(message, name);
    });
  if (missing.length > 0) {
    return {
      refusal: respond(
        template,
        api,
        'BAD_REQUEST_PARAMETERS',
        `The request lacks ${missing.join(', ')}: {"message":"Missing required request parameters"}.`,
      ),
      steps: [],
    };
  }
  const hasModel =
    validator !== undefined
    && isTrue(validator.get('ValidateRequestBody'))
    && properties.get('RequestModels').entries.length > 0;
  return {
    steps: [
      ...(required.length > 0
        ? [
            'The request has the required parameters: '
              + `${required.map(([name]) => name.replace(/^method\.request\./, '')).join(', ')}.`,
          ]
        : []),
      ...(hasModel ? ['The body is validated against a model, which is not simulated.'] : []),
    ],
  };
}
