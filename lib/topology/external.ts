import { type Declaring, requireDeclaring } from './declaring';
import { Callee } from './callee';
import { type EgressGateway, requireForwardable } from './egress-gateway';
import { type ExternalServiceProps, validateExternal } from './external-props';
import { requireDnsLabel } from './names';
import type { ITopology } from './references';
import type { TlsOrigination } from './tls-origination';

/** What the Service of an external service is in the cluster. */
export enum ClusterServiceKind {
  /** A Service of type ExternalName: another name for its host. */
  EXTERNAL_NAME = 'ExternalName',
  /** A Service without a selector, and EndpointSlices with its addresses. */
  ENDPOINTS = 'EndpointSlice',
}

/**
 * A service outside the cluster that services may call. In the cluster: a ServiceEntry exported to its callers'
 * namespaces only, and a host of its callers' Sidecars. What is not declared cannot be reached.
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ExternalService extends Callee {
  /**
   * The host name of the ServiceEntry: without a declared one `NAME.NAMESPACE.external`, which no DNS has, or with
   * `clusterService` that of the Service.
   */
  readonly host: string;
  /** Its addresses or CIDRs; undefined for those that DNS has. */
  readonly addresses?: readonly string[];
  /** TLS that the callers' proxies, or the egress gateway, originate; undefined for none. */
  readonly tlsOrigination?: TlsOrigination;
  /** The gateway that connects to it in place of the callers; undefined for none. */
  readonly egressGateway?: EgressGateway;
  /** The kind of its Service in the cluster; undefined without one. */
  readonly clusterService?: ClusterServiceKind;
  /** The fully qualified name of its Service in the cluster; undefined without one. */
  readonly clusterHost?: string;
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
    this.clusterService = props.clusterService
      ? host === undefined
        ? ClusterServiceKind.ENDPOINTS
        : ClusterServiceKind.EXTERNAL_NAME
      : undefined;
    this.clusterHost = props.clusterService ? `${name}.${topology.namespace}.svc.${topology.clusterDomain}` : undefined;
    this.host = host ?? this.clusterHost ?? `${name}.${topology.namespace}.external`;
    this.addresses = addresses;
    this.tlsOrigination = tlsOrigination;
    this.egressGateway = egressGateway;
    this.dialled = host === undefined ? address : host.startsWith('*') ? undefined : host;
  }

  /** Whether callers can connect to one name or address. */
  get hasOneName(): boolean {
    return this.clusterService !== undefined || this.dialled !== undefined;
  }

  /**
   * The host name or only address, the same from every namespace. With a Service in the cluster its name: `NAME` in its
   * own namespace, `NAME.NAMESPACE` in others.
   */
  hostNameIn(namespace = this.namespace): string {
    if (this.clusterService) {
      return namespace === this.namespace ? this.name : `${this.name}.${this.namespace}`;
    }
    return this.dialled?.includes(':') ? `[${this.dialled}]` : (this.dialled ?? this.host);
  }
}
