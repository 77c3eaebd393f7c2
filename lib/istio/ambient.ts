import {
  Capability,
  type Labels,
  type SystemConnections,
  Target,
  type TopologyChart,
  type Tracing,
  type Tunnel,
} from '../kubernetes';
import { requireArguments, type Service } from '../topology';
import { AccessLog } from './access-log';
import { validTrustDomain } from './identities';
import { type GatewayService, IstioIngress } from './ingress';
import { type MetricsProps, validateMetrics } from './metrics';
import { renderProxyExtensions } from './proxy-extensions';
import { renderSecurity } from './security';
import { proxyConnections } from './system-connections';
import { renderTelemetry } from './telemetry';
import { renderWaypoints } from './waypoint-gateways';
import { renderWaypointRoutes } from './waypoint-routes';
import { requireEnforceable, Waypoints } from './waypoints';

/** Properties of {@link IstioAmbient}. */
export interface IstioAmbientProps {
  /**
   * The namespace of the control plane.
   * @default istio-system
   */
  readonly controlPlaneNamespace?: string;
  /**
   * The root namespace of the mesh, whose policies apply to every namespace. No topology can have workloads in it.
   * @default - the control plane's
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-root_namespace
   */
  readonly rootNamespace?: string;
  /**
   * The trust domain in the identities of workloads.
   * @default cluster.local
   */
  readonly trustDomain?: string;
  /**
   * The tracing backend of waypoints and gateways; the installation must have the same.
   * @default - no traces
   */
  readonly tracing?: Tracing;
  /**
   * Where waypoints and gateways log requests; for a collector, the installation must have the same.
   * @default AccessLog.standardOutput()
   */
  readonly accessLog?: AccessLog;
  /**
   * Dimensions that are added to the metrics of waypoints and gateways, or removed from them.
   * @default - Istio's metrics as they are
   */
  readonly metrics?: MetricsProps;
  /** @default - a load balancer; a ClusterIP for edges with a `front` that connects to the pods */
  readonly gatewayService?: GatewayService;
}

/**
 * Istio without sidecars: ztunnel on each node encrypts connections and allows them by identity, and a waypoint for each
 * namespace enforces what depends on requests, where something does. Needs ztunnel, the CNI plugin of Istio and the
 * Gateway API.
 * @see https://istio.io/latest/docs/ambient/overview/
 */
export class IstioAmbient extends Target {
  /** The name of the target in messages. */
  readonly name = 'Istio in ambient mode';
  /** The features of a topology that this target supports. */
  readonly capabilities = Object.values(Capability).filter(each => !BY_SIDECARS_ALONE.includes(each));
  /** The gateway that serves the edges: Istio's own. */
  readonly gateway: IstioIngress;
  /** Callees in the mesh accept mutual TLS only: a PeerAuthentication with mode STRICT. */
  readonly mutualTls = true;

  /** The trust domain in the identities of workloads, as in the mesh configuration. */
  readonly trustDomain: string;
  /** The backend that waypoints and gateways send spans to; undefined for none. */
  readonly tracing?: Tracing;
  /** Where waypoints and gateways log requests. */
  readonly accessLog: AccessLog;
  /** The changes of the metrics that waypoints and gateways report. */
  readonly metrics: MetricsProps;
  /**
   * The services with a waypoint.
   * @internal
   */
  readonly waypoints = new Waypoints();
  private readonly controlPlaneNamespace: string;
  private readonly rootNamespace: string;

  constructor(props: IstioAmbientProps = {}) {
    super();
    requireArguments('new.IstioAmbient', [props]);
    this.controlPlaneNamespace = props.controlPlaneNamespace ?? 'istio-system';
    this.rootNamespace = props.rootNamespace ?? this.controlPlaneNamespace;
    this.trustDomain = validTrustDomain('Mesh.ambient', props.trustDomain);
    this.tracing = props.tracing;
    this.accessLog = props.accessLog ?? AccessLog.standardOutput();
    this.metrics = { ...props.metrics };
    validateMetrics('Mesh.ambient', this.metrics);
    this.gateway = new IstioIngress(props.gatewayService);
  }

  /** The label by which ztunnel carries the connections of all pods of the namespace. */
  namespaceLabels(): Labels {
    return AMBIENT;
  }

  /** The label that excludes pods from the mesh, and in namespaces of others the one that adds them. */
  podLabels(service: Service): Labels {
    return service.inMesh
      ? service.topology.owns(service.namespace)
        ? {}
        : AMBIENT
      : { 'istio.io/dataplane-mode': 'none' };
  }

  /** Pods need no annotations. */
  podAnnotations(): Labels {
    return {};
  }

  /** Pods have no proxies, so no settings of them. */
  proxyAnnotations(): Labels {
    return {};
  }

  /**
   * The namespace of the control plane and the root namespace of the mesh: no workload of a topology can be in them.
   */
  override reservedNamespaces(): readonly string[] {
    return [this.controlPlaneNamespace, this.rootNamespace];
  }

  /** HBONE: pods and waypoints accept it at port 15008. */
  override tunnel(): Tunnel {
    return this.waypoints;
  }

  /**
   * The probes of the kubelet, which arrive from a link-local address; for waypoints and gateways configuration and
   * certificates from istiod, spans to the collector, and metrics scraped from any namespace.
   * @see https://istio.io/latest/docs/ambient/usage/networkpolicy/
   */
  systemConnections(): SystemConnections {
    const { ingress, egress } = proxyConnections(this.controlPlaneNamespace, this);
    return { ingress: [{ from: PROBES.map(cidr => ({ ipBlock: { cidr } })) }, ...ingress], egress };
  }

  /** The identity of a ServiceAccount as AuthorizationPolicies refer to it. */
  principal(namespace: string, serviceAccount: string): string {
    return `${this.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
  }

  /** Adds the waypoints, the policies of ztunnel and of the waypoints, Telemetry, and the routes of all services. */
  render(chart: TopologyChart): void {
    requireEnforceable(chart.topology, this.waypoints);
    renderSecurity(chart, this);
    renderTelemetry(chart, this);
    renderWaypointRoutes(chart, this.waypoints, (namespace, account) => this.principal(namespace, account));
    renderWaypoints(chart, this.waypoints);
    renderProxyExtensions(chart, this.waypoints);
  }
}

const AMBIENT: Labels = { 'istio.io/dataplane-mode': 'ambient' };

/** What has no field in the routes and policies that waypoints read, or is configured by EnvoyFilters. */
const BY_SIDECARS_ALONE: readonly Capability[] = [
  // In the standard channel of the Gateway API, HTTPRoutes have no retries.
  Capability.RETRIES,
  Capability.FAULTS,
  Capability.DIRECT_RESPONSES,
  Capability.POLICY_BY_CALLER,
  Capability.EGRESS_GATEWAYS,
  Capability.PROXY_SCRIPTS,
  Capability.PROXY_SETTINGS,
  Capability.MACHINES,
  Capability.AUTHORIZATION_DRY_RUN,
  Capability.SERVICE_RATE_LIMITS,
];

/** The addresses from which the probes of the kubelet arrive at pods whose connections ztunnel carries. */
const PROBES = ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128'];
