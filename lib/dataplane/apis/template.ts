import { CLOUDFORMATION, type Cluster, type Field, isMap, literalRegex, memo, type Resource } from '../../manifests';

/** The resources of one CloudFormation template. References are resolved within the template only. */
export class Template {
  private readonly byId: ReadonlyMap<string, Resource>;

  constructor(readonly resources: readonly Resource[]) {
    this.byId = new Map(resources.map(each => [each.name, each]));
  }

  all(...types: readonly string[]): Resource[] {
    return this.resources.filter(each => types.includes(each.kind));
  }

  /** The resources of a type whose property refers to another, e.g. the routes of an API. */
  allOf(owner: Resource, property: string, ...types: readonly string[]): Resource[] {
    return this.all(...types).filter(each => this.refersTo(each.root.get('Properties', property), owner));
  }

  refersTo(field: Field, resource: Resource): boolean {
    return namesIn(field.value).includes(resource.name);
  }

  /** The first resource of one of these types that a property refers to, at any depth. */
  referred(field: Field, ...types: readonly string[]): Resource | undefined {
    return namesIn(field.value)
      .map(name => this.byId.get(name))
      .find(each => each !== undefined && types.includes(each.kind));
  }

  /** A property as text. Values that are known only after deployment stay in the form of `Fn::Sub`: `${Pool.Arn}`. */
  text(field: Field): string {
    return textOf(field.value);
  }
}

/** The templates among the objects, cached. */
export const templatesIn = memo((cluster: Cluster): readonly Template[] =>
  bySource(cluster.resources.filter(each => each.object.apiVersion === CLOUDFORMATION)).map(each => new Template(each)),
);

function bySource(resources: readonly Resource[]): Resource[][] {
  const members = new Map<unknown, Resource[]>();
  for (const resource of resources) {
    const others = members.get(resource.origin?.source);
    if (others) {
      others.push(resource);
    } else {
      members.set(resource.origin?.source, [resource]);
    }
  }
  return [...members.values()];
}

/** Whether a property is true; templates may write it as text. */
export function isTrue(field: Field): boolean {
  return field.text === 'true';
}

const UNKNOWN = /\$\{[^}]*\}/;

/** Whether a text contains no value that is known only after deployment. */
export function isKnown(text: string): boolean {
  return !UNKNOWN.test(text);
}

/** Whether a text of a template may equal this value: values that are known only after deployment match anything. */
export function mayBe(text: string, value: string): boolean {
  const literals = text.split(new RegExp(UNKNOWN, 'g')).map(literalRegex);
  return new RegExp(`^${literals.join('.+')}$`, 's').test(value);
}

function textOf(value: unknown): string {
  if (!isMap(value)) {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  }
  const { Ref: name, 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::Sub': substitute } = value;
  if (typeof name === 'string') {
    return `\${${name}}`;
  }
  if (attribute !== undefined) {
    return `\${${Array.isArray(attribute) ? attribute.map(String).join('.') : String(attribute)}}`;
  }
  if (Array.isArray(join) && Array.isArray(join[1])) {
    return join[1].map(textOf).join(textOf(join[0]));
  }
  if (substitute !== undefined) {
    return substituted(substitute);
  }
  return `\${${Object.keys(value)[0] ?? ''}}`;
}

function substituted(value: unknown): string {
  const [text, variables]: unknown[] = Array.isArray(value) ? value : [value];
  return textOf(text)
    .replace(/\$\{([^!}][^}]*)\}/g, (whole, name: string) =>
      isMap(variables) && Object.hasOwn(variables, name) ? textOf(variables[name]) : whole,
    )
    .replaceAll('${!', '${');
}

/** The logical IDs that a value refers to, in order. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(namesIn);
  }
  if (!isMap(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') {
      return [inner];
    }
    if (key === 'Fn::GetAtt') {
      return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    }
    const text: unknown = key === 'Fn::Sub' && Array.isArray(inner) ? inner[0] : inner;
    return key === 'Fn::Sub' && typeof text === 'string'
      ? [...namesIn(inner), ...[...text.matchAll(/\$\{([^!}.][^}.]*)/g)].map(([, name = '']) => name)]
      : namesIn(inner);
  });
}
