import type { Field, Resource } from '../../manifests';
import type { Template } from './template';

const FUNCTION = 'AWS::Lambda::Function';

/** The function in a URI, also by one of its versions or aliases. */
export function functionIn(template: Template, field: Field): Resource | undefined {
  const version = template.referred(field, 'AWS::Lambda::Alias', 'AWS::Lambda::Version');
  return (
    template.referred(field, FUNCTION)
    ?? (version && template.referred(version.root.get('Properties', 'FunctionName'), FUNCTION))
  );
}

/** The description of an integration with AWS instead of the cluster. */
export function answererOf(template: Template, field: Field): string {
  const found = functionIn(template, field);
  return found ? `the function ${found.name}` : `the AWS service at ${template.text(field) || 'an unknown URI'}`;
}
