import { literalRegex } from '../../manifests';
import type { Ternary } from '../messages/ternary';

/** Whether a path of an AuthorizationPolicy has placeholders: `{*}` for one segment, `{**}` for any number. */
export function isPathTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

/** The characters that placeholders match, those of RFC 3986. Any other one, such as `[`, is matched by neither. */
const CHARACTERS = "a-zA-Z0-9\\-._~%!$&'()+,;:@=*";

/**
 * Whether a path matches a template.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 * @see https://github.com/envoyproxy/envoy/blob/main/source/extensions/path/uri_template_lib/uri_template_internal.cc
 */
export function matchesTemplate(template: string, path: string): boolean {
  const source = template
    .split(/(\{\*\*?\})/)
    .map(part => (part === '{*}' ? `[${CHARACTERS}]+` : part === '{**}' ? `[${CHARACTERS}/]*` : literalRegex(part)))
    .join('');
  return new RegExp(`^${source}$`).test(path);
}

/** Whether a pattern or template matches all paths that begin with a text; undefined for some of them. */
export function matchesPathsFrom(start: string, pattern: string): Ternary {
  if (!isPathTemplate(pattern) && pattern.startsWith('*') && pattern !== '*') {
    return undefined;
  }
  const isPrefix = !isPathTemplate(pattern) && pattern.endsWith('*');
  const [head = ''] = pattern.split(isPathTemplate(pattern) ? '{*' : '*');
  return isPrefix && start !== '' && start.startsWith(head)
    ? true
    : head.startsWith(start) || (head !== pattern && start.startsWith(head))
      ? undefined
      : false;
}
