import { ApiObject, type JsonPatch } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { manifestOf } from './api-names';
import { declaredFields } from './declared-fields';
import { requireNothingLost } from './lost-values';
import { requireKnownFields } from './patched-fields';
import { applyPatches, inOrder } from './patches';
import { constructsBelow } from './reached';
import { isObject, type Json } from './workload/without-defaults';

const WRAPPED = new WeakSet<ApiObject>();
const REFINEMENTS = new WeakMap<ApiObject, (written: Json) => Json>();

/** Changes an object as it is written, before its patches: fields that its class lacks, or writes without need. */
export function refine(object: ApiObject, refinement: (written: Json) => Json): void {
  REFINEMENTS.set(object, refinement);
}

/**
 * Makes all objects below a construct apply their patches to the rendered object, with the field names of the API, and
 * fail if a value would be lost. Runs as a validation, since every kind of synthesis validates the whole app before it
 * writes an object.
 * @see docs/decisions/0010-patches-of-what-is-written.md
 */
export function writesAsDeclared(root: IConstruct): void {
  const wrap = (): void =>
    constructsBelow(root)
      .filter(each => ApiObject.isApiObject(each))
      .forEach(writeAsDeclared);
  wrap();
  root.node.addValidation({
    validate: () => {
      wrap();
      return [];
    },
  });
}

/** Does the same as `writesAsDeclared` for one object. */
export function writeAsDeclared(object: ApiObject): void {
  if (WRAPPED.has(object)) {
    return;
  }
  WRAPPED.add(object);
  const toJson = object.toJson.bind(object);
  Object.defineProperty(object, 'toJson', {
    configurable: true,
    value: () =>
      withoutPatches(object, patches => {
        const written = refined(object, rendered(object, toJson));
        if (patches.length === 0) {
          return written;
        }
        const patched = applyPatches(object, structuredClone(written), patches);
        requireKnownFields(object, written, patched);
        return patched;
      }),
  });
}

/** The object as its class renders it, without a walk of cdk8s for each step where its class is a generated one. */
function rendered(object: ApiObject, toJson: () => unknown): unknown {
  const { constructor } = object;
  const manifest = manifestOf(object);
  const method: unknown = Reflect.get(constructor.prototype as object, 'toJson');
  const isKnown = manifest ? Object.hasOwn(constructor, 'manifest') : method === ApiObject.prototype.toJson;
  const declared = isKnown ? declaredFields(object) : undefined;
  return requireNothingLost(object, !declared ? toJson() : manifest ? manifest(declared) : declared, declared);
}

function refined(object: ApiObject, written: unknown): unknown {
  const refinement = REFINEMENTS.get(object);
  return refinement && isObject(written) ? inOrder(refinement(written)) : written;
}

/** Removes an object's patches while it renders: cdk8s would apply them before cdk8s-plus renames its properties. */
function withoutPatches<Result>(object: ApiObject, render: (patches: readonly JsonPatch[]) => Result): Result {
  const patches: unknown = Reflect.get(object, 'patches');
  if (!Array.isArray(patches)) {
    throw new Error(
      `[${object.node.path}] Patches cannot be applied: this version of cdk8s does not store them as `
        + 'version 2 does.',
    );
  }
  if (patches.length === 0) {
    return render([]);
  }
  const taken = patches.splice(0) as JsonPatch[];
  try {
    return render(taken);
  } finally {
    patches.unshift(...taken);
  }
}
