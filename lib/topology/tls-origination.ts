import { given } from './given';
import { requireDnsSubdomain, requireHostName } from './names';

/** How the certificate of a server outside is verified. */
export interface TlsOriginationProps {
  /**
   * The file of the certificate authorities in the proxy's container.
   * @default /etc/ssl/certs/ca-certificates.crt, those of the proxy's image
   */
  readonly caCertificates?: string;
  /**
   * The names of which the certificate must have one.
   * @default - the host
   */
  readonly subjectAltNames?: string[];
  /**
   * The server name in the TLS handshake.
   * @default - the host
   */
  readonly sni?: string;
}

/** Mutual TLS with a server outside. */
export interface MutualTlsOriginationProps extends TlsOriginationProps {
  /** The Secret in the namespace of each caller with the client certificate: `tls.crt` and `tls.key`. */
  readonly secret: string;
}

/**
 * TLS that the caller's proxy originates to an external service, so that the caller itself sends plain HTTP, to which
 * timeout, retries and metrics apply. In the cluster: `tls` of a DestinationRule.
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/
 */
export class TlsOrigination {
  /** TLS without a client certificate. */
  static simple(props: TlsOriginationProps = {}): TlsOrigination {
    return new TlsOrigination(given(props));
  }

  /**
   * TLS with a client certificate. The Secret is mounted into the proxies of the callers, by the annotations
   * `sidecar.istio.io/userVolume` and `userVolumeMount` of their pods.
   */
  static mutual(props: MutualTlsOriginationProps): TlsOrigination {
    requireDnsSubdomain('TlsOrigination.mutual', 'a Secret', props.secret);
    return new TlsOrigination(given(props), props.secret);
  }

  private constructor(
    /** How the server is verified. */
    readonly verification: TlsOriginationProps,
    /** The Secret of the client certificate; undefined for none. */
    readonly secret?: string,
  ) {
    const { subjectAltNames = [], sni } = verification;
    [...subjectAltNames, ...(sni === undefined ? [] : [sni])].forEach(each => {
      requireHostName('TlsOrigination', each);
    });
  }
}
