import { Capability, type Labels, type SystemConnections, type TopologyChart, type Tunnel } from '../kubernetes';
import { type Service } from '../topology';
import { IstioMesh, type IstioMeshProps } from './istio-mesh';
import { renderProxyExtensions } from './proxy-extensions';
import { renderSecurity } from './security';
import { proxyConnections } from './system-connections';
import { renderSlos } from './slos';
import { renderTelemetry } from './telemetry';
import { renderWaypoints } from './waypoint-gateways';
import { renderWaypointRoutes } from './waypoint-routes';
import { requireEnforceable, Waypoints } from './waypoints';

/** Properties of {@link IstioAmbient}. */
export type IstioAmbientProps = IstioMeshProps;

/**
 * Istio without sidecars: ztunnel on each node encrypts connections and allows them by identity, and a waypoint for each
 * namespace enforces what depends on requests, where something does. Needs ztunnel, the CNI plugin of Istio and the
 * Gateway API.
 * @see https://istio.io/latest/docs/ambient/overview/
 */
export class IstioAmbient extends IstioMesh {
  /** The name of the target in messages. */
  readonly name = 'Istio in ambient mode';
  /** The features of a topology that this target supports. */
  readonly capabilities = Object.values(Capability).filter(each => !BY_SIDECARS_ALONE.includes(each));
  /**
   * The services with a waypoint.
   * @internal
   */
  readonly waypoints = new Waypoints();

  constructor(props: IstioAmbientProps = {}) {
    super('Mesh.ambient', 'IstioAmbient', props);
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

  /** Adds the waypoints, the policies of ztunnel and of the waypoints, Telemetry, and the routes of all services. */
  render(chart: TopologyChart): void {
    requireEnforceable(chart.topology, this.waypoints);
    renderSecurity(chart, this);
    renderTelemetry(chart, this);
    renderSlos(chart, this);
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
  Capability.CLUSTER_SERVICES_OUTSIDE,
  Capability.PROXY_SCRIPTS,
  Capability.PROXY_SETTINGS,
  Capability.MACHINES,
  Capability.AUTHORIZATION_DRY_RUN,
  Capability.SERVICE_RATE_LIMITS,
];

/** The addresses from which the probes of the kubelet arrive at pods whose connections ztunnel carries. */
const PROBES = ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128'];
