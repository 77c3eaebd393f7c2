import type { Finding } from '../finding';
import { RESOURCES_OF_TEMPLATE } from './quotas';
import { type CloudTemplate, finding } from './template';

/** More resources than CloudFormation accepts in one template. */
export function resourcesOfTemplate({ Resources = {} }: CloudTemplate): Finding[] {
  const { length } = Object.keys(Resources);
  return length > RESOURCES_OF_TEMPLATE.limit
    ? [
        finding(
          'template-resources',
          'Resources',
          `The template has ${length} resources, and CloudFormation accepts ${RESOURCES_OF_TEMPLATE.limit}.`,
          'Move resources into another stack.',
        ),
      ]
    : [];
}
