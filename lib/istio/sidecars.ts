import {
  Capability,
  type Labels,
  type SystemConnections,
  Target,
  type TopologyChart,
  type Tracing,
} from '../kubernetes';
import { type ProxyProps, requireArguments, type Service } from '../topology';
import { AccessLog } from './access-log';
import { renderEgressGateways } from './egress-gateway';
import { validTrustDomain } from './identities';
import { type GatewayService, IstioIngress } from './ingress';
import { renderMachines } from './machines';
import { type MetricsProps, validateMetrics } from './metrics';
import { annotationsOf } from './proxy-annotations';
import { renderProxyExtensions } from './proxy-extensions';
import { renderScopes } from './scope';
import { renderSecurity } from './security';
import { renderServiceRateLimits } from './service-rate-limits';
import { proxyConnections, telemetryBackends } from './system-connections';
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
export interface IstioSidecarsProps {
  /**
   * The revision of the control plane that injects the proxies, or a revision tag.
   * @default - the default revision
   */
  readonly revision?: string;
  /** @default Injection.NAMESPACE */
  readonly injection?: Injection;
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
   * The tracing backend; the installation must have the same.
   * @default - no traces
   */
  readonly tracing?: Tracing;
  /**
   * Where proxies log requests; for a collector, the installation must have the same.
   * @default AccessLog.standardOutput()
   */
  readonly accessLog?: AccessLog;
  /**
   * Dimensions that are added to the metrics of all proxies, or removed from them.
   * @default - Istio's metrics as they are
   */
  readonly metrics?: MetricsProps;
  /** @default - a load balancer; a ClusterIP for edges with a `front` that connects to the pods */
  readonly gatewayService?: GatewayService;
}

/** Istio with an Envoy proxy in each pod. */
export class IstioSidecars extends Target {
  /** The name of the target in messages. */
  readonly name = 'Istio with sidecars';
  /** The features of a topology that this target supports: all of them. */
  readonly capabilities = Object.values(Capability);
  /** The gateway that serves the edges: Istio's own. */
  readonly gateway: IstioIngress;
  /** Callees in the mesh accept mutual TLS only: a PeerAuthentication with mode STRICT. */
  readonly mutualTls = true;

  /** The trust domain in the identities of workloads, as in the mesh configuration. */
  readonly trustDomain: string;
  /** The backend that the proxies send spans to; undefined for none. */
  readonly tracing?: Tracing;
  /** Where the proxies log requests. */
  readonly accessLog: AccessLog;
  /** The changes of the metrics that the proxies report. */
  readonly metrics: MetricsProps;
  private readonly revision?: string;
  private readonly injection: Injection;
  private readonly controlPlaneNamespace: string;
  private readonly rootNamespace: string;

  constructor(props: IstioSidecarsProps = {}) {
    super();
    requireArguments('new.IstioSidecars', [props]);
    this.revision = props.revision;
    this.injection = props.injection ?? Injection.NAMESPACE;
    this.controlPlaneNamespace = props.controlPlaneNamespace ?? 'istio-system';
    this.rootNamespace = props.rootNamespace ?? this.controlPlaneNamespace;
    this.trustDomain = validTrustDomain('Mesh.istio', props.trustDomain);
    this.tracing = props.tracing;
    this.accessLog = props.accessLog ?? AccessLog.standardOutput();
    this.metrics = { ...props.metrics };
    validateMetrics('Mesh.istio', this.metrics);
    this.gateway = new IstioIngress(props.gatewayService);
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
  podAnnotations({ inMesh, workloadKind, versions }: Service): Labels {
    const hasInitContainers = [...versions.values()].some(({ workload }) => (workload.initContainers ?? []).length > 0);
    return inMesh && (workloadKind.runsToCompletion || hasInitContainers)
      ? { 'sidecar.istio.io/nativeSidecar': 'true' }
      : {};
  }

  /**
   * The namespace of the control plane and the root namespace of the mesh: no workload of a topology can be in them.
   */
  override reservedNamespaces(): readonly string[] {
    return [this.controlPlaneNamespace, this.rootNamespace];
  }

  /** Configuration and certificates from istiod, spans to the collector, metrics scraped from any namespace. */
  systemConnections(): SystemConnections {
    return proxyConnections(this.controlPlaneNamespace, this);
  }

  /** The identity of a ServiceAccount as AuthorizationPolicies refer to it. */
  principal(namespace: string, serviceAccount: string): string {
    return `${this.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
  }

  /** Adds the policies, Sidecars, Telemetry, and traffic rules of all services to the chart. */
  render(chart: TopologyChart): void {
    renderSecurity(chart, this);
    renderScopes(chart, telemetryBackends(this));
    renderTelemetry(chart, this);
    renderMachines(chart);
    renderTraffic(chart);
    renderEgressGateways(chart, this, this.labelsOfInjection);
    renderServiceRateLimits(chart);
    renderProxyExtensions(chart);
  }
}
