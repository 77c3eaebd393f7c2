/** Whether a path of an AuthorizationPolicy has placeholders: `{*}` for one part, `{**}` for any number. */
export function isPathTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

/**
 * Whether a path is one of a template.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 */
export function matchesTemplate(template: string, path: string): boolean {
  const source = template.split(/(\{\*\*?\})/).map(part => part === '{*}' ? '[^/]+' : part === '{**}' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('');
  return new RegExp(`^${source}$`).test(path);
}
