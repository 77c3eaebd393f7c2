import type { Resource } from '../../manifests';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import type { Refusal } from './answer';
import { domainOf } from './domains';
import { HTTP_API, REST_API } from './kinds';
import { segmentsOf } from './paths';
import { DEFAULT_STAGE, type Stage, stageNamed, stagesOf } from './stages';
import { isTrue, type Template } from './template';

/** A request at its API: the input of every step. */
export interface Visit {
  readonly message: Message;
  readonly template: Template;
  readonly api: Resource;
  readonly stage: Stage;
  /** The path without the base path of the domain, and without the stage. */
  readonly path: string;
  /** The previous steps, as sentences. */
  readonly steps: readonly string[];
}

/** A response before any API is selected. */
export interface TurnedAway extends Refusal {
  readonly by: Resource;
}

const NOT_FOUND: Refusal = { status: 404, reason: 'The API has no such stage: {"message":"Not Found"}.' };
const FORBIDDEN: Refusal = { status: 403, reason: 'The API has no such stage: {"message":"Forbidden"}.' };

/**
 * The API for a request: by a domain of the templates, or by the default endpoint of the API, with its logical ID as
 * the host and the stage as the first segment of the path unless it is `$default`. Undefined if no API has the host.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
 */
export function enter(message: Message, templates: readonly Template[]): Visit | TurnedAway | undefined {
  const entered = byDomain(message, templates) ?? byName(message, templates);
  if (entered && message.scheme !== 'https') {
    return {
      by: 'by' in entered ? entered.by : entered.api,
      status: 403,
      reason: 'Managed APIs accept HTTPS only, so plain-text HTTP is rejected.',
    };
  }
  return entered;
}

function byDomain(message: Message, templates: readonly Template[]): Visit | TurnedAway | undefined {
  const domain = domainOf(message.host, message.path, templates);
  if (!domain) {
    return undefined;
  }
  const { resource, template, mapping } = domain;
  if (!mapping) {
    return {
      by: resource,
      status: 403,
      reason: `The domain ${message.host} has no mapping for ${message.path}: {"message":"Forbidden"}.`,
    };
  }
  if (!mapping.api) {
    throw new Unsimulated(
      `${mapping.resource.name} maps ${message.host} to an API that is not in its template.`,
      'Declare the API and its domain in one template.',
    );
  }
  const steps = [
    `The domain ${message.host} is mapped to ${mapping.api.name} (${mapping.resource.name}).`,
    ...(resource.root.get('Properties', 'MutualTlsAuthentication').exists
      ? ['The domain requires a client certificate from its truststore, which is not simulated.']
      : []),
  ];
  const stage = stageNamed(template, mapping.api, mapping.resource.root.get('Properties', 'Stage'));
  return stage
    ? { message, template, api: mapping.api, stage, path: mapping.rest, steps }
    : byStageInPath({ message, template, api: mapping.api, path: mapping.rest, steps });
}

function byName(message: Message, templates: readonly Template[]): Visit | TurnedAway | undefined {
  const found = templates.flatMap(template =>
    template
      .all(HTTP_API, REST_API)
      .filter(each => each.name.toLowerCase() === message.host.toLowerCase())
      .map(api => ({ template, api })),
  );
  const [first] = found;
  if (!first) {
    return undefined;
  }
  if (found.length > 1) {
    throw new Unsimulated(
      `${found.length} templates have an API ${first.api.name}.`,
      'Load one of them, or use the domain of the API.',
    );
  }
  if (isTrue(first.api.root.get('Properties', 'DisableExecuteApiEndpoint'))) {
    return {
      by: first.api,
      status: first.api.kind === HTTP_API ? 404 : 403,
      reason: 'The default endpoint of the API is disabled, so only its domain works.',
    };
  }
  return byStageInPath({
    ...first,
    message,
    path: message.path,
    steps: [`The request uses the default endpoint of ${first.api.name}.`],
  });
}

function byStageInPath(visit: Omit<Visit, 'stage'>): Visit | TurnedAway {
  const { template, api, path } = visit;
  const stages = stagesOf(template, api);
  const [name = '', ...rest] = segmentsOf(path);
  const named = stages.find(each => each.name === name && name !== DEFAULT_STAGE);
  if (named) {
    return { ...visit, stage: named, path: `/${rest.join('/')}` };
  }
  const stage = stages.find(each => each.name === DEFAULT_STAGE);
  return stage ? { ...visit, stage } : { by: api, ...(api.kind === HTTP_API ? NOT_FOUND : FORBIDDEN) };
}
