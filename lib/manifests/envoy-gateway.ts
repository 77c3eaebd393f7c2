import { createHash } from 'node:crypto';

/** The characters of a name before its digest. */
const LONGEST_NAME = 48;

/**
 * The name of the ServiceAccount that Envoy Gateway creates for the proxies of a Gateway, with a digest.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/utils/misc.go
 */
export function accountByEnvoyGateway(namespace: string, gateway: string): string {
  const name = `${namespace}-${gateway}`;
  const digest = createHash('sha256').update(`${namespace}/${gateway}`).digest('hex').slice(0, 8);
  return `envoy-${name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME).replace(/-$/, '') : name}-${digest}`;
}
