import { ApiObject, type ApiObjectMetadata, App, Chart, type GroupVersionKind } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { writeAsDeclared } from './as-written';
import { isUsual } from './declared-fields';
import type { GeneratedClass, ObjectClass } from './generated';
import { NOT_PLAIN, plainJson } from './plain-value';
import { addDeferred, childrenBelow, type DeferredChild, isReached, reach } from './reached';
import type { Labels } from './topology-chart';
import type { Json } from './workload/without-defaults';

/** What an object is without a construct. */
interface Declaration<Created extends IConstruct> {
  readonly gvk: GroupVersionKind;
  readonly metadata: ApiObjectMetadata;
  /** Its construct, in the scope of the object. */
  readonly create: () => Created;
  /** Its other fields in the order in which they are written, with the names of the API. */
  readonly fields: () => object;
}

/**
 * An object that has a construct only if something outside of this library refers to it or to its scope.
 * @see docs/decisions/0017-deployments-as-declared.md
 */
export class DeclaredObject<Created extends IConstruct = IConstruct> implements DeferredChild {
  private created?: Created;
  private labels: Labels = {};

  constructor(
    readonly scope: Construct,
    readonly id: string,
    private readonly declaration: Declaration<Created>,
  ) {
    addDeferred(scope, this);
  }

  get kind(): string {
    return this.declaration.gvk.kind;
  }

  get name(): string {
    return this.declaration.metadata.name ?? '';
  }

  get apiGroup(): string {
    const [group = '', version] = this.declaration.gvk.apiVersion.split('/');
    return version === undefined ? 'core' : group;
  }

  get metadata(): ApiObjectMetadata {
    return this.declaration.metadata;
  }

  /** The construct, which is created with all others of the scope. */
  get construct(): Created {
    if (!this.created) {
      reach(this.scope);
    }
    return this.created as Created;
  }

  /** The object of the construct. */
  get object(): ApiObject {
    return ApiObject.of(this.construct);
  }

  create(): void {
    this.created = this.declaration.create();
    const { metadata } = this.object;
    for (const [label, value] of Object.entries(this.labels)) {
      if (metadata.getLabel(label) === undefined) {
        metadata.addLabel(label, value);
      }
    }
    writeAsDeclared(this.object);
  }

  /** Adds labels, unless the object has them. */
  label(labels: Labels): void {
    this.labels = { ...labels, ...this.labels };
  }

  /**
   * The fields of the object in the order in which they are written, those in them as they are declared; undefined if
   * the construct writes them.
   */
  fields(): Json | undefined {
    const defaults = isReached(this.scope) ? undefined : defaultsOf(this.scope);
    if (!defaults) {
      return undefined;
    }
    const { gvk, metadata, fields } = this.declaration;
    return {
      apiVersion: gvk.apiVersion,
      kind: gvk.kind,
      metadata: {
        ...metadata,
        annotations: orNone(metadata.annotations),
        labels: orNone({ ...this.labels, ...defaults.labels, ...metadata.labels }),
        namespace: metadata.namespace ?? defaults.namespace,
      },
      ...fields(),
    };
  }

  toJson(): unknown {
    const fields = Object.entries(this.fields() ?? {}).map(([name, value]) => [name, plainJson(value)] as const);
    return fields.length === 0 || fields.some(([, value]) => value === NOT_PLAIN)
      ? (this.object.toJson() as unknown)
      : Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  }
}

function orNone(fields: Labels = {}): Labels | undefined {
  return Object.values(fields).some(value => value !== undefined) ? fields : undefined;
}

interface Defaults {
  readonly labels: Labels;
  readonly namespace?: string;
}

const DEFAULTS = new WeakMap<Construct, Defaults>();

/** The metadata of all objects in a scope; undefined if only their constructs can write them. */
function defaultsOf(scope: Construct): Defaults | undefined {
  if (!isUsual(App.of(scope))) {
    return undefined;
  }
  const known = DEFAULTS.get(scope) ?? Chart.of(scope);
  DEFAULTS.set(scope, known);
  return known;
}

/** The objects below a construct in the order of the tree, those without a construct too. */
export function objectsBelow(root: IConstruct): (ApiObject | DeclaredObject)[] {
  return childrenBelow(root).filter(each => each instanceof DeclaredObject || ApiObject.isApiObject(each));
}

/** Properties of a class whose names are those of the API: those of a Service, for instance, are not. */
interface ApiProps {
  readonly metadata?: ApiObjectMetadata;
}

/** Declares an object of a class, whose name is given. */
export function declare<Props extends ApiProps>(
  scope: Construct,
  id: string,
  Class: ObjectClass<Props> & Pick<GeneratedClass<Props>, 'GVK'>,
  props: Props,
): DeclaredObject<ApiObject> {
  return declareGenerated(scope, id, { GVK: Class.GVK, load: () => Class }, props);
}

/** Declares an object of a generated class, whose name is given. */
export function declareGenerated<Props extends ApiProps>(
  scope: Construct,
  id: string,
  { GVK, load }: GeneratedClass<Props>,
  props: Props,
): DeclaredObject<ApiObject> {
  const { metadata = {}, ...fields } = props;
  return new DeclaredObject(scope, id, {
    gvk: GVK,
    metadata,
    create: () => new (load())(scope, id, props),
    fields: () => fields,
  });
}
