import { type Port, Protocol } from './port';
import { ValidationError } from './validation-error';

/** What an external service declares, as far as its Service depends on it. */
interface Declared {
  readonly host?: string;
  readonly addresses?: readonly string[];
  readonly egressGateway?: { readonly name: string };
}

/**
 * Rejects what the Service of an external service cannot have: an ExternalName is another name in DNS for one host, and
 * an EndpointSlice has single addresses.
 */
export function validateClusterService(path: string, props: Declared, ports: readonly Port[]): void {
  const { host, addresses, egressGateway } = props;
  const problem = egressGateway
    ? `${egressGateway.name} routes by the name that callers use, which would be that of the Service`
    : host !== undefined && addresses
      ? 'either it is a name for the host, or it has the addresses'
      : host?.startsWith('*.')
        ? `"${host}" is not the name of one host`
        : addresses?.some(each => each.includes('/'))
          ? 'an EndpointSlice has single addresses, not ranges'
          : undefined;
  if (problem !== undefined) {
    throw contradiction(path, `It has a Service of the cluster, and ${problem}.`, 'Leave `clusterService` out.');
  }
  const tls = ports.find(({ protocol }) => protocol === Protocol.TLS);
  if (host !== undefined && tls) {
    throw contradiction(
      path,
      `Callers would name its Service in the TLS handshake on port ${tls.number}, and the certificate is for ${host}.`,
      'Leave `clusterService` out, or have the proxies originate TLS: `Port.http(80, { target: 443 })` with '
        + '`tlsOrigination`.',
    );
  }
}

function contradiction(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'Contradiction', path, summary, fix });
}
