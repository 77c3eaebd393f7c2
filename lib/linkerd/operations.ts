import type { IGRPCRoute, IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import { requirePathLength, type SpecOf } from '../kubernetes';
import { literalRegex, Operation, ValidationError } from '../topology';

type HttpMatch = NonNullable<NonNullable<SpecOf<IHTTPRoute>['rules']>[number]['matches']>[number];
type GrpcMatch = NonNullable<NonNullable<SpecOf<IGRPCRoute>['rules']>[number]['matches']>[number];

/** All requests. */
export const EVERYTHING = Operation.http('ANY /*');

/**
 * A character of a segment that is no dot, and no escape of a dot or a slash. Linkerd's proxy matches the path as it
 * arrives, and the application may resolve it: a parameter matches no `..`, in any form.
 */
const CHARACTER = '(?:[^/%\\\\.]|%(?:[013-46-9a-fA-F][0-9a-fA-F]|2[0-9a-dA-D]|5[0-9abd-fABD-F]))';
const SEGMENT = `\\.*${CHARACTER}(?:\\.|${CHARACTER})*`;
const REST = `${SEGMENT}(?:/${SEGMENT})*/?`;

/** An operation as a match of an HTTPRoute. */
export function httpMatch(where: string, operation: Operation): HttpMatch {
  const { method } = operation;
  const path = pathMatch(operation);
  requirePathLength(where, operation, path);
  return { path, ...(method === undefined ? {} : { method: method as HttpMatch['method'] }) };
}

function pathMatch({ path }: Operation): NonNullable<HttpMatch['path']> {
  return path.text === EVERYTHING.path.text
    ? { type: 'PathPrefix', value: '/' }
    : path.isExact
      ? { type: 'Exact', value: path.text }
      : { type: 'RegularExpression', value: expressionOf(path.segments) };
}

function expressionOf(segments: readonly string[]): string {
  return segments
    .map(segment =>
      segment === '*'
        ? `(?:/(?:${REST})?)?`
        : `/${segment.endsWith('+}') ? REST : segment.startsWith('{') ? SEGMENT : literalRegex(segment)}`,
    )
    .join('');
}

/** An operation as a match of a GRPCRoute; undefined matches all methods. */
export function grpcMatch(where: string, operation: Operation): GrpcMatch {
  const [service = '', method = '', ...others] = operation.path.segments;
  if (operation.path.text === EVERYTHING.path.text) {
    return {};
  }
  const isLiteral = (text: string) => /^[^{*]+$/.test(text);
  if (others.length > 0 || !isLiteral(service) || (operation.method ?? 'POST') !== 'POST') {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `"${operation.toString()}" is no method of a gRPC service, by which Linkerd matches requests of gRPC.`,
      fix: 'Name methods, e.g. `service.methods("Charge")`, or all of a service: `POST /package.Service/*`.',
    });
  }
  return { method: { type: 'Exact', service, ...(isLiteral(method) ? { method } : {}) } };
}

/**
 * Whether a proxy prefers one of two operations for all requests that both match. Linkerd compares the length of what a
 * path match covers, which is the whole path for exact ones and expressions, then whether there is a method. Otherwise
 * the older route applies, which no manifest determines.
 * @see https://github.com/linkerd/linkerd2-proxy/blob/main/linkerd/http/route/src/http/match.rs
 */
export function isPreferred(one: Operation, other: Operation, isGrpc: boolean): boolean {
  if (isGrpc) {
    return specificity(one) > specificity(other);
  }
  if (one.method !== undefined && other.method === undefined) {
    return !isEverything(one) || isEverything(other);
  }
  return isEverything(other) && !isEverything(one) && !one.overlaps(ROOT);
}

const ROOT = Operation.http('ANY /');

function isEverything({ path }: Operation): boolean {
  return path.text === EVERYTHING.path.text;
}

function specificity({ path: { segments } }: Operation): number {
  return segments.filter(each => /^[^{*]+$/.test(each)).length;
}
