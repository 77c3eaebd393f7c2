import {
  Capability,
  type Labels,
  type SystemConnections,
  type TopologyChart,
  toYaml,
  type Tunnel,
} from '../kubernetes';
import { type Service } from '../topology';
import { IstioMesh, type IstioMeshProps } from './istio-mesh';
import { renderProxyExtensions } from './proxy-extensions';
import { renderScopes } from './scope';
import { renderSecurity } from './security';
import { requireMixable } from './sidecar-callers';
import { IstioSidecars } from './sidecars';
import { proxyConnections, telemetryBackends } from './system-connections';
import { renderSlos } from './slos';
import { renderTelemetry } from './telemetry';
import { renderWaypoints } from './waypoint-gateways';
import { renderWaypointRoutes } from './waypoint-routes';
import { requireEnforceable, Waypoints } from './waypoints';

/** The part of a mesh that has sidecars while the rest is in ambient mode. */
export interface AmbientSidecars {
  /**
   * The namespaces of the topology whose pods have sidecars; namespaces of other topologies that it calls, or whose
   * services call it, as well. In the cluster: the label that injects sidecars, in place of `istio.io/dataplane-mode`.
   */
  readonly namespaces: readonly string[];
  /**
   * The revision of the control plane that injects the sidecars, or a revision tag.
   * @default - the default revision
   */
  readonly revision?: string;
}

/** Properties of {@link IstioAmbient}. */
export interface IstioAmbientProps extends IstioMeshProps {
  /**
   * The namespaces that still have sidecars while a mesh moves to ambient mode. Sidecars pass waypoints by: a call for
   * which a waypoint enforces something is an error, and so is a call of a sidecar's service from ambient mode for which
   * the proxy of the caller would apply something.
   * @default - none: all namespaces are in ambient mode
   */
  readonly sidecars?: AmbientSidecars;
}

/**
 * Istio without sidecars: ztunnel on each node encrypts connections and allows them by identity, and a waypoint for each
 * namespace enforces what depends on requests, where something does. Needs ztunnel, the CNI plugin of Istio and the
 * Gateway API.
 * @see https://istio.io/latest/docs/ambient/overview/
 */
export class IstioAmbient extends IstioMesh {
  /** The name of the target in messages. */
  readonly name = 'Istio in ambient mode';
  /**
   * The features between services that this target supports: others have no field in the routes and policies that
   * waypoints read, or are configured by EnvoyFilters. In the standard channel of the Gateway API, HTTPRoutes have no
   * retries, and Argo Rollouts changes HTTPRoutes by a plugin only.
   */
  readonly capabilities: readonly Capability[] = [
    Capability.TIMEOUTS,
    Capability.HEADER_CHANGES,
    Capability.REWRITES,
    Capability.OPERATIONS,
    Capability.CIRCUIT_BREAKING,
    Capability.LOAD_BALANCING,
    Capability.SPLITS,
    Capability.HEADER_ROUTES,
    Capability.MIRRORING,
    Capability.EGRESS_BY_HOST,
    Capability.EGRESS_OPERATIONS,
    Capability.SERVICE_AUTH,
    Capability.SERVICE_TELEMETRY,
    Capability.SLO,
    Capability.PROXY_EXTENSIONS,
    Capability.PROXY_SCRIPTS,
  ];
  /**
   * The services with a waypoint.
   * @internal
   */
  readonly waypoints: Waypoints;
  private readonly sidecars: IstioSidecars;

  constructor(props: IstioAmbientProps = {}) {
    super('Mesh.ambient', 'IstioAmbient', props);
    this.waypoints = new Waypoints(props.sidecars?.namespaces);
    this.sidecars = new IstioSidecars({ revision: props.sidecars?.revision });
  }

  /** The label by which ztunnel carries the connections of all pods of the namespace, or by which they get sidecars. */
  namespaceLabels(namespace: string): Labels {
    return this.waypoints.sidecarNamespaces.includes(namespace) ? this.sidecars.namespaceLabels() : AMBIENT;
  }

  /** The label that excludes pods from the mesh, and in namespaces of others the one that adds them. */
  podLabels(service: Service): Labels {
    if (this.waypoints.sidecarNamespaces.includes(service.namespace)) {
      return this.sidecars.podLabels(service);
    }
    return service.inMesh
      ? service.topology.owns(service.namespace)
        ? {}
        : AMBIENT
      : { 'istio.io/dataplane-mode': 'none' };
  }

  /** For pods with a sidecar that it accepts HBONE, which callers in ambient mode use. */
  podAnnotations(service: Service): Labels {
    return this.waypoints.hasSidecar(service) ? { ...this.sidecars.podAnnotations(service), ...ACCEPTS_HBONE } : {};
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
    requireMixable(chart.topology, this.waypoints);
    renderSecurity(chart, this);
    renderScopes(chart, telemetryBackends(this), this.waypoints);
    renderTelemetry(chart, this);
    renderSlos(chart, this);
    renderWaypointRoutes(chart, this.waypoints, (namespace, account) => this.principal(namespace, account));
    renderWaypoints(chart, this.waypoints);
    renderProxyExtensions(chart, this.waypoints);
  }
}

const AMBIENT: Labels = { 'istio.io/dataplane-mode': 'ambient' };

/** @see https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/files/injection-template.yaml */
const ACCEPTS_HBONE: Labels = {
  'proxy.istio.io/config': toYaml({ proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } }),
};

/** The addresses from which the probes of the kubelet arrive at pods whose connections ztunnel carries. */
const PROBES = ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128'];
