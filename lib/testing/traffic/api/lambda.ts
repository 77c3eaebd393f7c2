import type { Field, Resource } from '../../../manifests';
import type { Template } from './template';

const FUNCTION = 'AWS::Lambda::Function';

/** The function that a URI names, also by one of its versions or aliases. */
export function functionIn(template: Template, field: Field): Resource | undefined {
  const version = template.referred(field, 'AWS::Lambda::Alias', 'AWS::Lambda::Version');
  return template.referred(field, FUNCTION) ?? (version && template.referred(version.root.get('Properties', 'FunctionName'), FUNCTION));
}

/** Who answers an integration that goes to AWS and not to the cluster, as words. */
export function answererOf(template: Template, field: Field): string {
  const found = functionIn(template, field);
  return found ? `the function ${found.name}` : `the service of AWS at ${template.text(field) || 'no address'}`;
}
