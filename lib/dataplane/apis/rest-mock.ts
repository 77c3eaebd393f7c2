import type { Field } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Template } from './template';

const INTERNAL_ERROR = 500;

/**
 * The status of a mock integration: its request template sets one, which selects a response by pattern, or else the one
 * without a pattern.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
export function mockStatus(template: Template, integration: Field): number {
  const templates = integration.get('RequestTemplates').entries;
  const request = (templates.find(([type]) => type === 'application/json') ?? templates[0])?.[1].text ?? '';
  if (/[#$]/.test(request)) {
    throw new Unsimulated(
      `The template of the mock ${integration.resource.name} is not simulated.`,
      'Use a template with only a status: {"statusCode": 200}.',
    );
  }
  const [, said] = /["']?statusCode["']?\s*:\s*(\d+)/.exec(request) ?? [];
  const responses = integration.get('IntegrationResponses').items.map(each => ({
    pattern: template.text(each.get('SelectionPattern')),
    status: each.get('StatusCode').number,
  }));
  const chosen =
    responses.find(({ pattern }) => pattern !== '' && said !== undefined && new RegExp(`^(?:${pattern})$`).test(said))
    ?? responses.find(({ pattern }) => pattern === '');
  return said === undefined ? INTERNAL_ERROR : (chosen?.status ?? INTERNAL_ERROR);
}
