import type { Field, Resource } from '../../manifests';
import type { Template } from './template';

/** A stage of an API. */
export interface Stage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Undefined if a domain is mapped to a stage in another template. */
  readonly resource?: Resource;
}

export const DEFAULT_STAGE = '$default';

/** The stages of an API. A deployment of a REST API may have one of its own. */
export function stagesOf(template: Template, api: Resource): Stage[] {
  return [
    ...template.allOf(api, 'ApiId', 'AWS::ApiGatewayV2::Stage').map(each => stageOf(template, each, 'StageVariables')),
    ...template.allOf(api, 'RestApiId', 'AWS::ApiGateway::Stage').map(each => stageOf(template, each, 'Variables')),
    ...template
      .allOf(api, 'RestApiId', 'AWS::ApiGateway::Deployment')
      .filter(each => each.root.get('Properties', 'StageName').exists)
      .map(each => ({
        ...stageOf(template, each),
        variables: variablesOf(template, each.root.get('Properties', 'StageDescription', 'Variables')),
      })),
  ];
}

/** The stage that a property names or refers to; undefined if it does not exist. */
export function stageNamed(template: Template, api: Resource, field: Field): Stage | undefined {
  if (!field.exists) {
    return undefined;
  }
  const stages = stagesOf(template, api);
  const name = template.text(field);
  return (
    stages.find(({ resource }) => resource !== undefined && template.refersTo(field, resource))
    ?? stages.find(each => each.name === name) ?? { name, variables: {} }
  );
}

/** The throttling of the stage, as sentences: a single request is not throttled. */
export function throttlesOf({ resource }: Stage, ...settings: readonly Field[]): string[] {
  const limits = settings
    .map(each => [each.get('ThrottlingRateLimit').number, each.get('ThrottlingBurstLimit').number] as const)
    .filter(([rate]) => rate !== undefined);
  return resource === undefined
    ? []
    : limits
        .slice(0, 1)
        .map(
          ([rate, burst]) =>
            `The stage ${resource.name} throttles at ${rate} requests per `
            + `second${burst === undefined ? '' : ` with a burst of ${burst}`}; throttling is not simulated.`,
        );
}

function stageOf(template: Template, resource: Resource, variables = ''): Stage {
  return {
    name: template.text(resource.root.get('Properties', 'StageName')),
    variables: variablesOf(template, resource.root.get('Properties', variables)),
    resource,
  };
}

function variablesOf(template: Template, field: Field): Record<string, string> {
  return Object.fromEntries(field.entries.map(([name, value]) => [name, template.text(value)]));
}
