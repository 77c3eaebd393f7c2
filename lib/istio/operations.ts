import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { SpecOf } from '../kubernetes';
import { type Operation, type PathPattern, type Port, type Region, regionsOf, ValidationError } from '../topology';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
type To = NonNullable<Rule['to']>[number];

/**
 * Operations of a port as rules of an AuthorizationPolicy: each method is combined with its paths.
 * @param number the port at the proxy that evaluates the policy: that of the pod, or at a waypoint that of the Service
 */
export function operationsOn(port: Port, operations: readonly Operation[] | undefined, number = port.target): To[] {
  const ports = [String(number)];
  return operations ? operationsOf(operations, [], { ports }) : [{ operation: { ports } }];
}

/**
 * Operations on any port, without the requests that match one of the others.
 * @param others operations that these rules must not allow
 * @param conditional operations of which they must not allow some requests
 */
export function operationsOf(
  operations: readonly Operation[],
  others: readonly Operation[] = [],
  common: { ports?: string[] } = {},
  conditional: readonly Operation[] = [],
): To[] {
  const groups = new Map<string, To>();
  for (const region of operations.flatMap(each => regionsBeside(each, others, conditional))) {
    const methods = region.method ? [region.method] : undefined;
    const notMethods = listOf(region.notMethods);
    const notPaths = listOf(region.notPaths.flatMap(templatesOf));
    const key = JSON.stringify([methods, notMethods, notPaths]);
    const paths = [...(groups.get(key)?.operation?.paths ?? []), ...templatesOf(region.path)];
    groups.set(key, { operation: { ...common, methods, notMethods, paths, notPaths } });
  }
  return [...groups.values()];
}

/**
 * The regions of an operation, expressed as path templates. The router requires a rest of at least one character, but
 * `{**}` also matches an empty one: the folder `/a/` of `/a/{rest+}` is excluded where it belongs to another operation,
 * and added again where the template of another operation excludes too much.
 */
function regionsBeside(own: Operation, others: readonly Operation[], conditional: readonly Operation[]): Region[] {
  const { path } = own;
  const isTaken = path.takesRest && [...others, ...conditional].some(other => other.overlaps(own.at(path.folder)));
  const taken = isTaken ? [path.folder] : [];
  return regionsOf(own, others).flatMap(region => [
    { ...region, notPaths: [...region.notPaths, ...taken] },
    ...region.notPaths
      .filter(other => other.takesRest && path.overlaps(other.folder))
      .flatMap(other => foldersOf(region, path.intersection(other.folder))),
  ]);
}

function foldersOf({ method, notMethods, notPaths }: Region, folder: PathPattern): Region[] {
  const earlier = notPaths.filter(path => path.overlaps(folder));
  return earlier.some(path => path.covers(folder)) ? [] : [{ method, notMethods, path: folder, notPaths: earlier }];
}

/** A path as templates of an AuthorizationPolicy: a prefix is the path itself and all that is below it. */
function templatesOf(path: PathPattern): string[] {
  return [...(path.stem ? [path.stem] : []), path].map(templateOf);
}

/**
 * A path as a template of an AuthorizationPolicy. Both kinds of placeholders match the same characters (letters, digits
 * and `-._~%!$&'()*+,;=:@`), and literals next to them have no others: a placeholder in `notPaths` matches all that
 * `paths` matches.
 * @see https://github.com/envoyproxy/envoy/blob/main/source/extensions/path/uri_template_lib/uri_template_internal.cc
 */
function templateOf(path: PathPattern): string {
  if (!path.isExact && path.segments.some((segment, index) => segment === '' && index < path.segments.length - 1)) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: path.text,
      summary: 'The path has parameters and an empty segment, and Envoy rejects such path templates.',
      fix: 'Remove the second of the two slashes.',
    });
  }
  return path.replaceParameters('{*}', '{**}');
}

function listOf(texts: readonly string[]): string[] | undefined {
  return texts.length > 0 ? [...texts] : undefined;
}
