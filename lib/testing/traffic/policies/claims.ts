type Claims = Readonly<Record<string, unknown>>;

/** The values of a claim as text, one for each element of a list. */
export function claimTexts(claims: Claims, path: readonly string[]): readonly string[] {
  const value = claimAt(claims, path);
  return typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
}

/**
 * The value of the header that Envoy writes for a claim: numbers and booleans as text, lists and objects as JSON in base64; undefined if it writes none.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto
 */
export function claimHeader(claims: Claims, path: readonly string[]): string | undefined {
  const value = claimAt(claims, path);
  switch (typeof value) {
    case 'string': return value || undefined;
    case 'boolean': return String(value);
    case 'number': return Number.isInteger(value) && value >= 0 ? String(BigInt(value)) : value.toFixed(6);
    default: return typeof value === 'object' && value !== null ? Buffer.from(JSON.stringify(value)).toString('base64') : undefined;
  }
}

function claimAt(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of path) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Claims)[name] : undefined;
  }
  return value;
}

/** The path of a claim in a header match of a route: `@request.auth.claims.group.id` or `@request.auth.claims[group][id]`. */
export function claimOfHeader(name: string): readonly string[] | undefined {
  const [, dotted, bracketed] = /^@request\.auth\.claims(?:\.(.+)|\[(.+)\])$/i.exec(name) ?? [];
  return dotted?.split('.') ?? bracketed?.split('][');
}
