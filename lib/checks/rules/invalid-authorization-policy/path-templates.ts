const ONE = '{*}';
const ALL = '{**}';
const LITERAL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

/**
 * Whether a path is a valid template in policies: braces occur in `{*}` and `{**}` only, and only literal text follows
 * `{**}`.
 */
export function isPathTemplate(path: string): boolean {
  const isTemplate = path.includes(ONE) || path.includes(ALL);
  let isOpen = true;
  for (const segment of path.replace(/^\/+|\/+$/g, '').split('/')) {
    if (segment === ONE || segment === ALL) {
      if (!isOpen) {
        return false;
      }
      isOpen = segment === ONE;
    } else if (/[{}]/.test(segment) || (isTemplate && !LITERAL.test(segment))) {
      return false;
    }
  }
  return true;
}
