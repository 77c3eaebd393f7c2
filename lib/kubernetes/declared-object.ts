import { ApiObject, type ApiObjectMetadata, App, Chart, type GroupVersionKind } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { writeAsDeclared } from './as-written';
import { fieldsAsDeclared, isUsual, metadataAsDeclared } from './declared-fields';
import { isComplete } from './lost-values';
import { addDeferred, childrenBelow, type DeferredChild, isReached, reach } from './reached';
import type { Labels } from './topology-chart';

/** What an object is without a construct. */
export interface Declaration<Created extends IConstruct> {
  readonly gvk: GroupVersionKind;
  readonly metadata: ApiObjectMetadata;
  /** Its construct, in the scope of the object. */
  readonly create: () => Created;
  /** The object with this metadata as its construct writes it; undefined if only the construct can. */
  readonly written: (metadata: unknown) => unknown;
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

  toJson(): unknown {
    return (isReached(this.scope) ? undefined : this.written()) ?? (this.object.toJson() as unknown);
  }

  private written(): unknown {
    const { metadata, written } = this.declaration;
    if (!isUsual(App.of(this.scope))) {
      return undefined;
    }
    const { labels, namespace } = Chart.of(this.scope);
    const plain = metadataAsDeclared({
      ...metadata,
      namespace: metadata.namespace ?? namespace,
      labels: { ...this.labels, ...labels, ...metadata.labels },
    });
    return plain && written(plain);
  }
}

/** The objects below a construct in the order of the tree, those without a construct too. */
export function objectsBelow(root: IConstruct): (ApiObject | DeclaredObject)[] {
  return childrenBelow(root).filter(each => each instanceof DeclaredObject || ApiObject.isApiObject(each));
}

/** A class of objects of one kind, generated or typed. */
interface ObjectClass<Props> {
  readonly GVK: GroupVersionKind;
  manifest?(props: unknown): unknown;
  new (scope: Construct, id: string, props: Props): ApiObject;
}

/** Declares an object of a class, whose name is given. */
export function declare<Props extends { readonly metadata?: ApiObjectMetadata }>(
  scope: Construct,
  id: string,
  Class: ObjectClass<Props>,
  props: Props,
): DeclaredObject<ApiObject> {
  const { metadata = {}, ...fields } = props;
  return new DeclaredObject(scope, id, {
    gvk: Class.GVK,
    metadata,
    create: () => new Class(scope, id, props),
    written: metadata => writtenBy(Class, metadata, fields),
  });
}

/** An object as its class writes it; undefined if only cdk8s can, or a value would be lost. */
export function writtenBy(
  Class: Pick<ObjectClass<never>, 'GVK' | 'manifest'>,
  metadata: unknown,
  fields: object,
): unknown {
  const plain = fieldsAsDeclared(fields);
  if (!plain) {
    return undefined;
  }
  const { apiVersion, kind } = Class.GVK;
  const declared = { apiVersion, kind, metadata, ...plain };
  const written = Class.manifest ? Class.manifest(declared) : declared;
  return !Class.manifest || isComplete(declared, written) ? written : undefined;
}
