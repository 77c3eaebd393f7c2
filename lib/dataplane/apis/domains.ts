import type { Resource } from '../../manifests';
import { HTTP_API, REST_API } from './kinds';
import { segmentsOf } from './paths';
import { mayBe, type Template } from './template';

const DOMAIN_KINDS = ['AWS::ApiGatewayV2::DomainName', 'AWS::ApiGateway::DomainName'];
const MAPPING_KINDS = ['AWS::ApiGatewayV2::ApiMapping', 'AWS::ApiGateway::BasePathMapping'];
const NO_BASE_PATH = '(none)';

/** A domain of the templates, with its API mappings. */
export interface Domain {
  readonly resource: Resource;
  readonly template: Template;
  /** The mapping with the longest base path that is a prefix of the path; undefined if there is none. */
  readonly mapping?: Mapping;
}

/** A base path of a domain. */
interface Mapping {
  readonly resource: Resource;
  /** The API; undefined if it is in another template. */
  readonly api?: Resource;
  /** The path without the base path. */
  readonly rest: string;
}

/**
 * The domain for a host. An exact domain takes precedence over a wildcard, a longer base path over a shorter one.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
 */
export function domainOf(host: string, path: string, templates: readonly Template[]): Domain | undefined {
  const named = templates.flatMap(template =>
    template
      .all(...DOMAIN_KINDS, ...MAPPING_KINDS)
      .map(resource => ({ resource, template, name: nameOf(template, resource) })),
  );
  const best = named
    .map(each => each.name)
    .filter(name => covers(name, host))
    .sort((a, b) => Number(a.startsWith('*')) - Number(b.startsWith('*')))[0];
  const found = named.filter(each => each.name === best);
  const [first] = found;
  const mappings = found
    .flatMap(each => {
      const mapping = MAPPING_KINDS.includes(each.resource.kind)
        ? mappingOf(each.template, each.resource, path)
        : undefined;
      return mapping ? [{ ...mapping, template: each.template }] : [];
    })
    .sort((a, b) => a.rest.length - b.rest.length);
  return best === undefined || !first
    ? undefined
    : { resource: first.resource, template: mappings[0]?.template ?? first.template, mapping: mappings[0] };
}

function nameOf(template: Template, resource: Resource): string {
  const field = resource.root.get('Properties', 'DomainName');
  const domain = template.referred(field, ...DOMAIN_KINDS);
  return template.text(domain?.root.get('Properties', 'DomainName') ?? field).toLowerCase();
}

function covers(name: string, host: string): boolean {
  const asked = host.toLowerCase();
  return (
    name === asked
    || (name.startsWith('*.') && asked.endsWith(name.slice(1)) && !asked.slice(0, 1 - name.length).includes('.'))
  );
}

function mappingOf(template: Template, resource: Resource, path: string): Mapping | undefined {
  const { root } = resource;
  const key = template.text(
    root.get('Properties', resource.kind === 'AWS::ApiGateway::BasePathMapping' ? 'BasePath' : 'ApiMappingKey'),
  );
  const base = key === '' || key === NO_BASE_PATH ? [] : segmentsOf(key);
  const segments = segmentsOf(path);
  if (!base.every((each, index) => mayBe(each, segments[index] ?? ''))) {
    return undefined;
  }
  const api =
    template.referred(root.get('Properties', 'ApiId'), HTTP_API, REST_API)
    ?? template.referred(root.get('Properties', 'RestApiId'), REST_API);
  return { resource, api, rest: `/${segments.slice(base.length).join('/')}` };
}
