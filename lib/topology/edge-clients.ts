import { requireCidr, requireRangeOfProxies } from './cidr';
import type { Front } from './front';
import { requireInteger } from './numbers';
import { ValidationError } from './validation-error';

/** The lowest version of TLS that clients of an edge may use. */
export enum TlsVersion {
  /** TLS 1.2 and 1.3. */
  V1_2 = '1.2',
  /** TLS 1.3 alone. */
  V1_3 = '1.3',
}

/** Whether clients of an edge must present a certificate. */
export enum ClientCertificates {
  /** Without a valid certificate the TLS handshake fails. */
  REQUIRED = 'required',
  /**
   * A certificate is verified if a client presents one; an invalid one fails the handshake. It does not authenticate a
   * request: routes need `auth` as well. Services get it in `x-forwarded-client-cert`, which the gateway removes from
   * requests of clients without a certificate.
   */
  OPTIONAL = 'optional',
}

/** The proxies in front of the gateway, such as a load balancer or a CDN that terminates TLS. */
export interface TrustedProxies {
  /**
   * The addresses, as CIDRs, from which they connect to the gateway. The header `x-forwarded-for` of any other
   * connection is not evaluated. Istio's gateway denies other connections with 403.
   */
  readonly cidrs: string[];
  /**
   * The number of proxies that a request passes, each of which appends an address to `x-forwarded-for`: the address of
   * the client is that many entries from the right. Envoy Gateway supports one.
   * @default 1
   */
  readonly count?: number;
}

interface OfClients {
  readonly allowedCidrs?: readonly string[];
  readonly deniedCidrs?: readonly string[];
  readonly trustedProxies?: TrustedProxies;
  readonly front?: Front;
}

/** Rejects lists of addresses that are invalid or that no gateway could compare with the address of the client. */
export function validateAddresses(path: string, props: OfClients): void {
  const { allowedCidrs, deniedCidrs, trustedProxies, front } = props;
  for (const [name, cidrs] of Object.entries({
    allowedCidrs,
    deniedCidrs,
    'trustedProxies.cidrs': trustedProxies?.cidrs,
  })) {
    if (cidrs && front) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `The gateway behind a front sees the addresses of the front alone, so \`${name}\` cannot apply.`,
        fix: 'Restrict the addresses of clients at the front, e.g. by a web ACL.',
      });
    }
    if (cidrs?.length === 0) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `\`${name}\` is empty${name === 'allowedCidrs' ? ', so no client could send a request' : ''}.`,
        fix: 'List the addresses, or leave it out.',
      });
    }
  }
  [...(allowedCidrs ?? []), ...(deniedCidrs ?? [])].forEach(cidr => requireCidr(path, cidr));
  trustedProxies?.cidrs.forEach(cidr => {
    requireRangeOfProxies(path, cidr);
  });
  if (trustedProxies?.count !== undefined) {
    requireInteger(path, 'The count of trusted proxies', trustedProxies.count, 1, 10);
  }
}
