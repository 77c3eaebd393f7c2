import type { Tracing } from '../../kubernetes';
import type { OutboundTraffic, TlsVersion, Topology } from '../../topology';
import type { AccessLog } from '../access-log';

/** The settings that an installation of Istio and the topologies must share. */
export interface MeshSettings {
  /**
   * The revision, so that a second control plane can run in parallel.
   * @default - the default revision
   */
  readonly revision?: string;
  /**
   * The tags of the revision: names by which namespaces and pods select it, so that moving a tag to another revision
   * moves all of them when their pods restart. Each tag has one revision at a time. In the cluster: a
   * MutatingWebhookConfiguration for each.
   * @default - none
   * @see https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels
   */
  readonly revisionTags?: readonly string[];
  /**
   * Whether topologies use `Mesh.ambient()`: istiod serves ztunnel and waypoints, and ztunnel and the CNI plugin of Istio
   * are installed as well. Sidecars work beside them.
   * @default false
   * @see https://istio.io/latest/docs/ambient/install/
   */
  readonly ambient?: boolean;
  /**
   * The trust domain in the identities of workloads.
   * @default cluster.local
   */
  readonly trustDomain?: string;
  /**
   * Other trust domains whose identities policies accept in place of `trustDomain`: the former one while workloads move
   * to a new one.
   * @default - none
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/
   */
  readonly trustDomainAliases?: string[];
  /**
   * The lowest version of TLS between workloads. In the cluster: `meshMTLS.minProtocolVersion` of the mesh
   * configuration.
   * @default TlsVersion.V1_2, as Istio has it
   * @see https://istio.io/latest/docs/tasks/security/tls-configuration/workload-min-tls-version/
   */
  readonly minTlsVersion?: TlsVersion;
  /**
   * The tracing backend that topologies send spans to.
   * @default - none
   */
  readonly tracing?: Tracing;
  /**
   * The topologies of the mesh whose edges have an external authorizer: the mesh configuration contains it. Requests to
   * an authorizer that it does not contain are denied.
   * @default - none
   */
  readonly topologies?: readonly Topology[];
  /**
   * Where proxies log requests; a collector becomes a provider of the mesh configuration.
   * @default AccessLog.standardOutput()
   */
  readonly accessLog?: AccessLog;
  /**
   * The destinations outside that pods without a Sidecar may connect to: `outboundTrafficPolicy` of the mesh
   * configuration. Services of topologies have a Sidecar with their own setting.
   * @default OutboundTraffic.declaredOnly()
   */
  readonly outboundTraffic?: OutboundTraffic;
}
