import { type Edge, ValidationError } from '../topology';

/**
 * Throws for a redirect that removes its prefix: of `/old/a` Istio's gateway would make `//a`.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/config/kube/gateway/conversion.go
 */
export function rejectRemovedPrefixes(edge: Edge): void {
  const redirect = edge.redirects.find(({ to: { pathPrefix } }) => pathPrefix === '/');
  if (redirect) {
    const { stem, text } = redirect.operation.path;
    throw new ValidationError({
      code: 'RemovedPrefix',
      path: redirect.path,
      summary: `It removes the prefix of "${text}", and Istio's gateway would redirect "${stem?.text ?? ''}/a" to "//a".`,
      fix: 'Redirect to a prefix other than "/", or to one `path`; a rewrite can remove a prefix.',
    });
  }
}
