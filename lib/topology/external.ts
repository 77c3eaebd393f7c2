import { type Declaring, requireDeclaring } from './declaring';
import { Callee } from './callee';
import { type EgressGateway, requireForwardable } from './egress-gateway';
import { type ExternalServiceProps, validateExternal } from './external-props';
import { requireDnsLabel } from './names';
import type { ITopology } from './references';
import type { TlsOrigination } from './tls-origination';

/**
 * A service outside the cluster that services may call. In the cluster: a ServiceEntry exported to its callers'
 * namespaces only, and a host of its callers' Sidecars. What is not declared cannot be reached.
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ExternalService extends Callee {
  /** The host name of the ServiceEntry: without a declared one `NAME.NAMESPACE.external`, which no DNS has. */
  readonly host: string;
  /** Its addresses or CIDRs; undefined for those that DNS has. */
  readonly addresses?: readonly string[];
  /** TLS that the callers' proxies, or the egress gateway, originate; undefined for none. */
  readonly tlsOrigination?: TlsOrigination;
  /** The gateway that connects to it in place of the callers; undefined for none. */
  readonly egressGateway?: EgressGateway;
  private readonly dialled?: string;

  constructor(declaring: Declaring, topology: ITopology, name: string, props: ExternalServiceProps) {
    requireDeclaring(declaring, 'ExternalService', 'topology.addExternalService(…)');
    super(declaring, topology, name, topology.namespace, [props.port, ...(props.ports ?? [])]);
    requireDnsLabel(this.path, 'an external service', name);
    validateExternal(this.path, props, topology.clusterDomain);
    const { host, addresses, tlsOrigination, egressGateway } = props;
    if (egressGateway) {
      requireForwardable(this.path, topology, egressGateway, props);
    }
    const [address] = addresses?.length === 1 && !addresses[0]?.includes('/') ? addresses : [];
    this.host = host ?? `${name}.${topology.namespace}.external`;
    this.addresses = addresses;
    this.tlsOrigination = tlsOrigination;
    this.egressGateway = egressGateway;
    this.dialled = host === undefined ? address : host.startsWith('*') ? undefined : host;
  }

  /** Whether callers can connect to one name or address. */
  get hasOneName(): boolean {
    return this.dialled !== undefined;
  }

  /** The host name or only address, the same from every namespace. */
  hostNameIn(): string {
    return this.dialled?.includes(':') ? `[${this.dialled}]` : (this.dialled ?? this.host);
  }
}
