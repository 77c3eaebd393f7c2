import type { Resource } from '../../manifests';
import type { Visit } from './entry';
import { parameterIn, segmentsOf } from './paths';
import type { Template } from './template';

/** A matching method of a REST API. */
export interface RestMethod {
  readonly resource: Resource;
  /** The path of its resource, e.g. `/products/{id}`. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const METHOD = 'AWS::ApiGateway::Method';

interface Node {
  readonly resource: Resource;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The matching method of a REST API for a request. Its resource tree is walked without backtracking: if a segment has a
 * literal resource, one with a parameter is not tried, even if nothing below matches the rest of the path or the
 * method. A specific method takes precedence over `ANY`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html#api-gateway-proxy-resource
 */
export function methodOf({ message, template, api, path }: Visit): RestMethod | undefined {
  const node = nodeFor(template, api, segmentsOf(path));
  const methods = node
    ? template
        .allOf(node.resource, 'ResourceId', METHOD)
        .filter(each => template.refersTo(each.root.get('Properties', 'RestApiId'), api))
    : [];
  const named = (name: string) =>
    methods.find(each => template.text(each.root.get('Properties', 'HttpMethod')) === name);
  const resource = named(message.method) ?? named('ANY');
  return node && resource && { resource, path: node.path === '' ? '/' : node.path, parameters: node.parameters };
}

/** The resource for a path; the API itself is the root. */
function nodeFor(template: Template, api: Resource, segments: readonly string[]): Node | undefined {
  if (segments.length === 1 && segments[0] === '') {
    return { resource: api, path: '', parameters: {} };
  }
  const resources = template
    .allOf(api, 'RestApiId', 'AWS::ApiGateway::Resource')
    .map(resource => ({ resource, part: template.text(resource.root.get('Properties', 'PathPart')) }));
  let node: Node | undefined = { resource: api, path: '', parameters: {} };
  for (const [index, segment] of segments.entries()) {
    const parent: Node = node;
    const children = resources.filter(({ resource }) =>
      template.refersTo(resource.root.get('Properties', 'ParentId'), parent.resource),
    );
    const child =
      children.find(each => each.part === segment)
      ?? (segment === '' ? undefined : children.find(each => parameterIn(each.part).name !== undefined));
    if (!child) {
      return undefined;
    }
    const { name, isRest } = parameterIn(child.part);
    const value = isRest ? segments.slice(index).join('/') : segment;
    node = {
      resource: child.resource,
      path: `${parent.path}/${child.part}`,
      parameters: name === undefined ? parent.parameters : { ...parent.parameters, [name]: value },
    };
    if (isRest) {
      return node;
    }
  }
  return node;
}
