import { type EdgeRule, ValidationError } from '../topology';

/**
 * Throws for a path that no request has when Envoy Gateway matches it: by default it merges slashes in a row, and
 * redirects a path with escaped slashes to the one with slashes.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#pathsettings
 */
export function rejectUnmatchable({ path, operation }: EdgeRule): void {
  const reason = operation.path.text.includes('//')
    ? 'merges slashes in a row'
    : /%2f|%5c/i.test(operation.path.text)
      ? 'redirects paths with escaped slashes to those with slashes'
      : undefined;
  if (reason !== undefined) {
    throw new ValidationError({
      code: 'InvalidPath',
      path,
      summary: `The path can never match: Envoy Gateway ${reason}.`,
      fix: "Use another path, or Istio's gateway, which changes neither.",
    });
  }
}
