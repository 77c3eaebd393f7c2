import {
  Capability,
  type EdgeGateway,
  type Labels,
  needsNativeSidecar,
  pods,
  type SystemConnections,
  Target,
  tcp,
  type TopologyChart,
  type Tunnel,
} from '../kubernetes';
import { type Edge, type ProxyProps, requireArguments, Service, type Topology } from '../topology';
import { renderEgress } from './egress';
import { renderInbound } from './inbound';
import { renderOutbound } from './outbound';
import { opaquePorts } from './opaque-ports';
import { annotationsOf } from './proxy-annotations';
import { renderSlos } from './slos';
import { requireSupported, unsupportedIn } from './unsupported';

/** Properties of {@link LinkerdMesh}. */
export interface LinkerdMeshProps {
  /**
   * The namespace of the control plane.
   * @default linkerd
   */
  readonly controlPlaneNamespace?: string;
  /**
   * The gateway that serves the edges. Its pods join the mesh; Linkerd has no gateway of its own.
   * @default - none: a topology with edges is an error
   */
  readonly gateway?: EdgeGateway;
  /**
   * The ranges of addresses from which the kubelet sends probes, as CIDRs: `probeNetworks` of the installation.
   * @default - any address, as in Linkerd's charts
   */
  readonly probeCidrs?: string[];
  /**
   * Labels of the objects that monitor services and calls with objectives: PrometheusRules, PodMonitors and the
   * dashboard, by which a Prometheus selects them, e.g. `{ release: 'kube-prometheus-stack' }`. Rules are for the
   * metrics of the proxies of Linkerd 2.18 to 2.20, scraped by these PodMonitors: port `linkerd-admin`, with the label
   * `namespace` that the Prometheus operator adds, and `app` of the pods. The PodMonitor of Linkerd's chart and the
   * Prometheus of linkerd-viz add these labels, too.
   * @default - none
   * @see https://linkerd.io/2/reference/proxy-metrics/
   * @see https://prometheus-operator.dev/docs/developer/getting-started/#using-podmonitors
   */
  readonly monitoringLabels?: Labels;
}

/** @see https://github.com/linkerd/linkerd2/blob/main/charts/linkerd-control-plane/values.yaml */
const INBOUND = 4143;
const ADMIN = 4191;
const CONTROL_PLANE = [8080, 8086, 8090];

/**
 * Linkerd, with its proxy in each pod: mutual TLS by identity, and policies of ports, routes and callers. Needs Linkerd
 * 2.18 or newer, and the routes of the Gateway API 1.5 or newer.
 * @see https://linkerd.io/2/features/
 */
export class LinkerdMesh extends Target {
  /** The name of the target in messages. */
  readonly name = 'Linkerd';
  /** The features between services that this target supports: none of Linkerd's resources can express others. */
  readonly capabilities: readonly Capability[] = [
    Capability.TIMEOUTS,
    Capability.RETRIES,
    Capability.HEADER_CHANGES,
    Capability.OPERATIONS,
    Capability.CIRCUIT_BREAKING,
    Capability.SPLITS,
    Capability.HEADER_ROUTES,
    Capability.EGRESS_BY_HOST,
    Capability.EGRESS_OPERATIONS,
    Capability.SLO,
    Capability.SERVICE_RATE_LIMITS,
    Capability.PROXY_SETTINGS,
  ];
  /** The gateway that serves the edges; undefined if there is none. */
  readonly gateway: EdgeGateway | undefined;
  /** Callees allow callers by the identity that mutual TLS proves; those without one by address, where declared. */
  readonly mutualTls = true;

  private readonly controlPlaneNamespace: string;
  private readonly probeCidrs: readonly string[];
  private readonly monitoringLabels: Labels;

  constructor(props: LinkerdMeshProps = {}) {
    super();
    requireArguments('new.LinkerdMesh', [props]);
    this.controlPlaneNamespace = props.controlPlaneNamespace ?? 'linkerd';
    this.gateway = props.gateway;
    this.probeCidrs = props.probeCidrs ?? ['0.0.0.0/0', '::/0'];
    this.monitoringLabels = { ...props.monitoringLabels };
  }

  /** Namespaces need no label: an annotation adds their pods to the mesh. */
  namespaceLabels(): Labels {
    return {};
  }

  /** Namespaces have their pods injected, and ports without a Server deny all clients but probes. */
  override namespaceAnnotations(): Labels {
    return { [INJECT]: 'enabled', ...DENY_BY_DEFAULT };
  }

  /** Pods need no label. */
  podLabels(): Labels {
    return {};
  }

  /**
   * The annotation that excludes pods from the mesh, and in namespaces of others those that add them; of ports where
   * the server may be first to send, and of proxies that are native sidecars.
   */
  podAnnotations(service: Service): Labels {
    if (!service.inMesh) {
      return { [INJECT]: 'disabled' };
    }
    return {
      ...(service.topology.owns(service.namespace) ? {} : { [INJECT]: 'enabled', ...DENY_BY_DEFAULT }),
      ...opaquePorts(service.ports, ({ target }) => target),
      ...(needsNativeSidecar(service) ? { [NATIVE_SIDECAR]: 'true' } : {}),
    };
  }

  /** The annotations of pods with the settings of their proxy. Throws for what Linkerd's proxy does not have. */
  proxyAnnotations(proxy: ProxyProps): Labels {
    return annotationsOf(proxy);
  }

  /** The annotations that add the pods of the gateway to the mesh, past whose proxy requests from outside arrive. */
  override gatewayAnnotations(edge: Edge): Labels {
    const ports = this.gateway?.portsOf(edge) ?? [];
    return { [INJECT]: 'enabled', 'config.linkerd.io/skip-inbound-ports': ports.join(',') };
  }

  /** The namespace of the control plane: no workload of a topology can be in it. */
  override reservedNamespaces(): readonly string[] {
    return [this.controlPlaneNamespace];
  }

  /** Connections in the mesh arrive at port 4143 of the proxies, with the port of the application in a header. */
  override tunnel(): Tunnel {
    return {
      port: INBOUND,
      carriesTo: callee => callee instanceof Service && callee.inMesh,
      acceptsBoth: () => false,
      proxyBefore: () => undefined,
    };
  }

  /** Metrics scraped from any namespace; configuration, certificates and policies from the control plane. */
  systemConnections(): SystemConnections {
    return {
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [tcp(ADMIN)] }],
      egress: [{ to: [pods(this.controlPlaneNamespace, {})], ports: CONTROL_PLANE.map(tcp) }],
    };
  }

  /**
   * What of a topology this target supports in part only, with the path of the call or service.
   * @internal
   */
  missingIn(topology: Topology): { readonly path: string; readonly feature: string }[] {
    return unsupportedIn(topology).map(({ path, summary }) => ({ path, feature: summary.replace(/\.$/, '') }));
  }

  /**
   * Adds Servers with their policies, the routes and settings of Services, EgressNetworks, and what monitors
   * objectives.
   */
  render(chart: TopologyChart): void {
    requireSupported(chart.topology);
    renderInbound(chart, { gateway: this.gateway, probeCidrs: this.probeCidrs, adminPort: ADMIN });
    renderOutbound(chart);
    renderEgress(chart);
    renderSlos(chart, this.gateway, this.monitoringLabels);
    for (const service of chart.topology.services.filter(each => !each.isForeign && !each.hasService)) {
      Object.entries(opaquePorts(service.ports, ({ number }) => number)).forEach(([name, value]) => {
        chart.object('Service', service.name, service.namespace).metadata.addAnnotation(name, value);
      });
    }
  }
}

const INJECT = 'linkerd.io/inject';
const DENY_BY_DEFAULT: Labels = { 'config.linkerd.io/default-inbound-policy': 'deny' };
/**
 * The name that all of Linkerd 2.18 to 2.20 have: 2.19 added one of beta, and 2.20, where native sidecars are the
 * default, one without a stage.
 * @see https://github.com/linkerd/linkerd2/blob/version-2.20/pkg/inject/inject.go
 */
const NATIVE_SIDECAR = 'config.alpha.linkerd.io/proxy-enable-native-sidecar';
