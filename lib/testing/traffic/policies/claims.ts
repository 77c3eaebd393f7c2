/** The texts of a claim, of a list each. */
export function claimTexts(claims: Readonly<Record<string, unknown>>, path: readonly string[]): readonly string[] {
  let value: unknown = claims;
  for (const name of path) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
}

/** The way to a claim that a match of a route names as a header: `@request.auth.claims.group.id` or `@request.auth.claims[group][id]`. */
export function claimOfHeader(name: string): readonly string[] | undefined {
  const [, dotted, bracketed] = /^@request\.auth\.claims(?:\.(.+)|\[(.+)\])$/i.exec(name) ?? [];
  return dotted?.split('.') ?? bracketed?.split('][');
}
