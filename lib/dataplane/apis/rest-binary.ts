import type { Field } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Visit } from './entry';
import { contentTypeOf } from './rest-templates';

const CONVERTED = 'CONVERT_TO_TEXT';

/**
 * Rejects templates for bodies that the API treats as binary: AWS responds with 500 to those that it cannot transform,
 * unless the integration converts them to text. Bodies without a template are passed on unchanged.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
 * @see https://repost.aws/questions/QUcGyz1u8GSqqXNbjdCqx5Eg/api-gateway-mock-integration-fails-with-binary-media-types-forces-costly-workarounds
 */
export function assertTransformable({ message, api, template }: Visit, integration: Field, type: string): void {
  const contentType = contentTypeOf(message);
  const hasTemplate = integration
    .get('RequestTemplates')
    .entries.some(([name]) => type === 'MOCK' || name.toLowerCase() === contentType);
  const binaryTypes = api.root.get('Properties', 'BinaryMediaTypes').items.map(each => template.text(each));
  if (
    hasTemplate
    && template.text(integration.get('ContentHandling')) !== CONVERTED
    && binaryTypes.some(each => matches(each.toLowerCase(), contentType))
  ) {
    throw new Unsimulated(
      `${integration.resource.name} has a template for ${contentType}, which the API treats as binary; AWS may respond `
        + 'with 500.',
      `Set ContentHandling to ${CONVERTED}, or remove the template.`,
    );
  }
}

function matches(pattern: string, contentType: string): boolean {
  const parts = contentType.split('/');
  return pattern.split('/').every((each, index) => each === '*' || each === parts[index]);
}
