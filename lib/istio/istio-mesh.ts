import { type Labels, Target, type Tracing } from '../kubernetes';
import { requireArguments } from '../topology';
import { AccessLog } from './access-log';
import { validTrustDomain } from './identities';
import { type GatewayService, IstioIngress } from './ingress';
import { type MetricsProps, validateMetrics } from './metrics';

/** Properties that {@link IstioSidecars} and {@link IstioAmbient} share. */
export interface IstioMeshProps {
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
   * The tracing backend of the proxies, waypoints and gateways among them; the installation must have the same.
   * @default - no traces
   */
  readonly tracing?: Tracing;
  /**
   * Where proxies, waypoints and gateways among them, log requests; for a collector, the installation must have the
   * same.
   * @default AccessLog.standardOutput()
   */
  readonly accessLog?: AccessLog;
  /**
   * Dimensions that are added to the metrics of all proxies, or removed from them.
   * @default - Istio's metrics as they are
   */
  readonly metrics?: MetricsProps;
  /**
   * Labels of the objects that monitor the topology: its PrometheusRules, PodMonitors and dashboard, by which a
   * Prometheus selects them, e.g. `{ release: 'kube-prometheus-stack' }`.
   * @default - none
   * @see https://prometheus-operator.dev/docs/developer/getting-started/#using-podmonitors
   */
  readonly monitoringLabels?: Labels;
  /** @default - a load balancer; a ClusterIP for edges with a `front` that connects to the pods */
  readonly gatewayService?: GatewayService;
}

/** Istio as a target: what its two modes, sidecars and ambient, have in common. */
export abstract class IstioMesh extends Target {
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
  /** Labels of the objects that monitor the topology. */
  readonly monitoringLabels: Labels;
  /** The namespace of the control plane. */
  protected readonly controlPlaneNamespace: string;
  private readonly rootNamespace: string;

  /**
   * @param path what declares the properties, for messages
   * @param className the class that is constructed
   */
  protected constructor(path: string, className: string, props: IstioMeshProps) {
    super();
    requireArguments(`new.${className}`, [props]);
    this.controlPlaneNamespace = props.controlPlaneNamespace ?? 'istio-system';
    this.rootNamespace = props.rootNamespace ?? this.controlPlaneNamespace;
    this.trustDomain = validTrustDomain(path, props.trustDomain);
    this.tracing = props.tracing;
    this.accessLog = props.accessLog ?? AccessLog.standardOutput();
    this.metrics = { ...props.metrics };
    validateMetrics(path, this.metrics);
    this.monitoringLabels = { ...props.monitoringLabels };
    this.gateway = new IstioIngress(props.gatewayService);
  }

  /**
   * The namespace of the control plane and the root namespace of the mesh: no workload of a topology can be in them.
   */
  override reservedNamespaces(): readonly string[] {
    return [this.controlPlaneNamespace, this.rootNamespace];
  }

  /** The identity of a ServiceAccount as AuthorizationPolicies refer to it. */
  principal(namespace: string, serviceAccount: string): string {
    return `${this.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
  }
}
