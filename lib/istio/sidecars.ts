import { Capability, type Labels, needsNativeSidecar, type SystemConnections, type TopologyChart } from '../kubernetes';
import { type ProxyProps, type Service } from '../topology';
import { renderEgressGateways } from './egress-gateway';
import { IstioMesh, type IstioMeshProps } from './istio-mesh';
import { renderMachines } from './machines';
import { annotationsOf } from './proxy-annotations';
import { renderProxyExtensions } from './proxy-extensions';
import { renderRollouts, trafficRoutingOf } from './progressive-rollout';
import { renderScopes } from './scope';
import { renderSecurity } from './security';
import { renderServiceRateLimits } from './service-rate-limits';
import { proxyConnections, telemetryBackends } from './system-connections';
import { renderSlos } from './slos';
import { renderTelemetry } from './telemetry';
import { renderTraffic } from './traffic';

/** Where the label is set that makes Istio inject a proxy. */
export enum Injection {
  /** A label of the namespace: injects every pod in it, except those that opt out. */
  NAMESPACE = 'namespace',
  /** A label of each pod: the namespace is unchanged. */
  POD = 'pod',
}

/** Properties of {@link IstioSidecars}. */
export interface IstioSidecarsProps extends IstioMeshProps {
  /**
   * The revision of the control plane that injects the proxies, or a revision tag.
   * @default - the default revision
   */
  readonly revision?: string;
  /** @default Injection.NAMESPACE */
  readonly injection?: Injection;
  /**
   * Whether proxies are native sidecars: init containers that restart, which start before the application and end after
   * it. Needs Kubernetes 1.29. In the cluster: the annotation `sidecar.istio.io/nativeSidecar` of each pod.
   * @default - as the control plane has it; native sidecars for pods that run to completion or have init containers
   * @see https://istio.io/latest/docs/reference/config/annotations/#SidecarNativeSidecar
   */
  readonly nativeSidecars?: boolean;
}

/** Istio with an Envoy proxy in each pod. */
export class IstioSidecars extends IstioMesh {
  /** The name of the target in messages. */
  readonly name = 'Istio with sidecars';
  /** The features between services that this target supports. */
  readonly capabilities: readonly Capability[] = [
    Capability.TIMEOUTS,
    Capability.RETRIES,
    Capability.FAULTS,
    Capability.HEADER_CHANGES,
    Capability.REWRITES,
    Capability.DIRECT_RESPONSES,
    Capability.OPERATIONS,
    Capability.POLICY_BY_CALLER,
    Capability.CIRCUIT_BREAKING,
    Capability.LOAD_BALANCING,
    Capability.SPLITS,
    Capability.HEADER_ROUTES,
    Capability.MIRRORING,
    Capability.EGRESS_BY_HOST,
    Capability.CLUSTER_SERVICES_OUTSIDE,
    Capability.EGRESS_GATEWAYS,
    Capability.SERVICE_AUTH,
    Capability.SERVICE_TELEMETRY,
    Capability.SLO,
    Capability.PROGRESSIVE_ROLLOUTS,
    Capability.PROXY_EXTENSIONS,
    Capability.PROXY_SCRIPTS,
    Capability.MACHINES,
    Capability.AUTHORIZATION_DRY_RUN,
    Capability.PLAINTEXT_PORTS,
    Capability.SERVICE_RATE_LIMITS,
    Capability.GLOBAL_RATE_LIMITS,
    Capability.PROXY_SETTINGS,
  ];
  private readonly revision?: string;
  private readonly injection: Injection;
  private readonly nativeSidecars?: boolean;

  constructor(props: IstioSidecarsProps = {}) {
    super('Mesh.istio', 'IstioSidecars', props);
    this.revision = props.revision;
    this.injection = props.injection ?? Injection.NAMESPACE;
    this.nativeSidecars = props.nativeSidecars;
  }

  /** Exactly one of Istio's two labels, since `istio-injection` takes precedence over the revision. */
  namespaceLabels(): Labels {
    if (this.injection === Injection.POD) {
      return {};
    }
    return this.revision ? { 'istio.io/rev': this.revision } : { 'istio-injection': 'enabled' };
  }

  /** The labels that enable or disable injection of the proxy, where the namespace's label does not. */
  podLabels(service: Service): Labels {
    if (!service.inMesh) {
      return { 'sidecar.istio.io/inject': 'false' };
    }
    // A topology does not set the labels of a namespace that it does not own.
    if (this.injection === Injection.NAMESPACE && service.topology.owns(service.namespace)) {
      return {};
    }
    return this.labelsOfInjection;
  }

  private get labelsOfInjection(): Labels {
    return { 'sidecar.istio.io/inject': 'true', ...(this.revision ? { 'istio.io/rev': this.revision } : {}) };
  }

  /** The annotations of pods with the settings of their proxy. */
  proxyAnnotations(proxy: ProxyProps): Labels {
    return annotationsOf(proxy);
  }

  /**
   * The proxy as a native sidecar for pods that run to completion, and for those with init containers. As a container
   * beside them it would keep a Job from completing, and connections of init containers would not pass it.
   * @see https://istio.io/latest/docs/reference/config/annotations/#SidecarNativeSidecar
   */
  podAnnotations(service: Service): Labels {
    const isNative = needsNativeSidecar(service) || this.nativeSidecars;
    return service.inMesh && isNative !== undefined ? { 'sidecar.istio.io/nativeSidecar': String(isNative) } : {};
  }

  /** Configuration and certificates from istiod, spans to the collector, metrics scraped from any namespace. */
  systemConnections(): SystemConnections {
    return proxyConnections(this.controlPlaneNamespace, this);
  }

  /** The rules of the VirtualService whose weights the controller of a progressive rollout sets. */
  override trafficRouting(service: Service): object {
    return trafficRoutingOf(service);
  }

  /** Adds the policies, Sidecars, Telemetry, and traffic rules of all services to the chart. */
  render(chart: TopologyChart): void {
    renderSecurity(chart, this);
    renderScopes(chart, telemetryBackends(this));
    renderTelemetry(chart, this);
    renderSlos(chart, this);
    renderMachines(chart);
    renderTraffic(chart);
    renderRollouts(chart);
    renderEgressGateways(chart, this, this.labelsOfInjection);
    renderServiceRateLimits(chart);
    renderProxyExtensions(chart);
  }
}
