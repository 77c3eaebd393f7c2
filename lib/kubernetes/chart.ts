import { type ApiObject, Chart } from 'cdk8s';
import { Deployment, type Workload } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { describeFinding, type Finding, Severity } from '../checks';
import {
  type Acceptance,
  acceptFindings,
  allowedPeers,
  callsIntoTheMesh,
  contractedCalls,
  deniedCalls,
  dryRuns,
  edgesWithoutRoutes,
  exposedServices,
  failoverWithoutEjection,
  foreignCalls,
  namesOfGateways,
  neverEjects,
  frontLimits,
  openBehindFront,
  openEgress,
  plaintextPorts,
  requireAcceptable,
  reservedNamespaces,
  sharedTargets,
  truncatedTries,
  unusedEgressGateways,
  unusedTrafficRules,
  unappliedSettings,
  unverifiedTokens,
} from '../checks/graph';
import {
  constructIdOf,
  type Member,
  requireArguments,
  type Service,
  type Topology,
  ValidationError,
  type Version,
} from '../topology';
import { renderAggregators } from './aggregator';
import { writesAsDeclared } from './as-written';
import { unsupportedFeatures } from './capabilities';
import { ClusterDns } from './cluster-dns';
import { requireClusterCidrs } from './cluster-network';
import { gatewayNames, gatewayPods } from './gateway-pods';
import { labelObjects, labelsOfTopology } from './labels';
import { renderNetworkPolicies } from './network-policy';
import { NoMesh } from './no-mesh';
import { DeclaredObject, objectsBelow } from './declared-object';
import { renderNamespace } from './namespace';
import { deferChildren, reach } from './reached';
import type { Target } from './target';
import type { ITopologyChart } from './topology-chart';
import { renderWorkload } from './workload';

const TOPOLOGY_CHART = Symbol.for('cdk8s-cardinal.TopologyChart');

/** Properties of a {@link TopologyChart}. */
export interface TopologyChartProps {
  /** The topology to render; it cannot change afterwards. */
  readonly topology: Topology;
  /**
   * The target that renders the topology, e.g. `Mesh.istio()`.
   * @default Mesh.none(), plain Kubernetes
   */
  readonly mesh?: Target;
  /**
   * The DNS servers of the cluster, which the default-deny NetworkPolicies allow.
   * @default ClusterDns.kubeDns()
   */
  readonly dns?: ClusterDns;
  /**
   * The ranges of pods, Services and nodes of the cluster, as CIDRs: NetworkPolicies for calls of external services
   * exclude them.
   * @default - none; those at which clouds serve credentials of instances and pods are always excluded
   */
  readonly clusterCidrs?: string[];
  /**
   * Whether the API server rejects pods in owned namespaces that do not comply with the strictest Pod Security level
   * that all pods of the topology in them comply with: `restricted`, or `baseline` for root, further capabilities and
   * Istio's gateways. Pods with Istio's proxy comply only where the CNI plugin of Istio redirects their traffic.
   * @default false: it warns about workloads that do not comply
   * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
   */
  readonly enforcePodSecurity?: boolean;
  /**
   * Codes of findings of synthesis that are accepted, with the reason, e.g.
   * `{ OpenBehindFront: 'a private network' }`. Errors cannot be. An acceptance that accepts nothing is a finding
   * (UnusedSuppression).
   * @default - none
   */
  readonly accepted?: { readonly [code: string]: string };
}

/**
 * A whole topology in a cluster: namespaces, workloads, NetworkPolicies, and all resources of the mesh. A topology
 * cannot change after it is rendered. Findings of severity `error` fail synthesis, all reported at once.
 */
export class TopologyChart extends Chart implements ITopologyChart {
  /** Whether a construct is a TopologyChart. (`instanceof` is true for every Chart: cdk8s overrides it.) */
  static isTopologyChart(construct: unknown): construct is TopologyChart {
    return Chart.isChart(construct) && TOPOLOGY_CHART in construct;
  }

  /** The topology that the chart renders. */
  readonly topology: Topology;
  /** The target that renders the topology: plain Kubernetes by default. */
  readonly mesh: Target;
  /** What the checks found, without what is accepted. */
  readonly findings: readonly Finding[];
  /** What the checks found and `accepted` names, with the reasons. */
  readonly acceptedFindings: Acceptance['accepted'];
  private readonly workloads = new Map<Version, () => Workload>();
  private readonly scopes = new Map<Member, Construct>();
  private readonly namespaceScopes = new Map<string, Construct>();

  constructor(scope: Construct, id: string, props: TopologyChartProps) {
    requireArguments('new.TopologyChart', [scope, id, props]);
    super(scope, id, { labels: { ...labelsOfTopology(props.topology) } });
    Object.defineProperty(this, TOPOLOGY_CHART, { value: true });
    this.topology = props.topology;
    this.mesh = props.mesh ?? new NoMesh();
    requireAcceptable(props.accepted ?? {}, this.node.path);
    requireClusterCidrs(this.node.path, props.clusterCidrs);
    this.topology.close();
    const { findings, accepted } = acceptFindings(
      [
        ...unsupportedFeatures(this.topology, this.mesh, this.mesh.gateway),
        ...reservedNamespaces(this.topology, [
          ...this.mesh.reservedNamespaces(),
          ...(this.mesh.gateway?.reservedNamespaces() ?? []),
        ]),
        ...namesOfGateways(this.topology, gatewayNames(this.topology, this.mesh)),
        ...foreignCalls(this.topology),
        ...allowedPeers(this.topology, this.mesh.mutualTls),
        ...contractedCalls(this.topology, gatewayPods(this.topology, this.mesh), this.mesh.mutualTls),
        ...deniedCalls(this.topology),
        ...edgesWithoutRoutes(this.topology),
        ...unusedEgressGateways(this.topology),
        ...(this.mesh.mutualTls ? [...callsIntoTheMesh(this.topology), ...sharedTargets(this.topology)] : []),
        ...truncatedTries(this.topology),
        ...openBehindFront(this.topology, props.clusterCidrs),
        ...frontLimits(this.topology),
        ...neverEjects(this.topology),
        ...failoverWithoutEjection(this.topology),
        ...unusedTrafficRules(this.topology),
        ...exposedServices(this.topology),
        ...openEgress(this.topology),
        ...dryRuns(this.topology),
        ...plaintextPorts(this.topology),
        ...unverifiedTokens(this.topology),
        ...unappliedSettings(this.topology),
      ],
      props.accepted ?? {},
      this.node.path,
    );
    this.findings = findings;
    this.acceptedFindings = accepted;
    this.node.addValidation({
      validate: () => this.findings.filter(each => each.severity === Severity.ERROR).map(describeFinding),
    });

    for (const name of this.topology.ownNamespaces) {
      renderNamespace(this, this.mesh, name, props.enforcePodSecurity);
    }
    for (const service of this.topology.services) {
      for (const [version, workload] of renderWorkload(this.scopeOf(service), service, this.mesh)) {
        this.workloads.set(version, workload);
      }
    }
    renderAggregators(this);
    renderNetworkPolicies(this, this.mesh, {
      dns: props.dns ?? ClusterDns.kubeDns(),
      cidrs: props.clusterCidrs ?? [],
    });
    this.mesh.render(this);
    this.mesh.gateway?.render(this);
    this.scopes.forEach((each, item) => {
      labelObjects(each, item);
    });
    writesAsDeclared(this);
  }

  /** The Deployment of a version, for changes with the API of cdk8s-plus: volumes, secrets, further containers. */
  deployment(service: Service, version?: string): Deployment {
    const workload = this.workload(service, version);
    if (!(workload instanceof Deployment)) {
      throw new ValidationError({
        code: 'NotRendered',
        path: service.path,
        summary: `${service.name} is a ${workload.kind}, so this chart has no Deployment for it.`,
        fix: 'Use `chart.workload(…)`, which returns objects of every kind.',
      });
    }
    return workload;
  }

  /** The object of any kind that runs the pods of a version, for changes with the API of cdk8s-plus. */
  workload(service: Service, version = [...service.versions.keys()][0] ?? ''): Workload {
    const workloadOf = this.workloads.get(service.version(version));
    if (!workloadOf) {
      throw new ValidationError({
        code: 'NotRendered',
        path: service.path,
        summary: `${service.name} is an existing workload, so this chart has no ${service.workloadKind.name} for it.`,
        fix: 'Change the workload in the manifests that declare it.',
      });
    }
    const workload = workloadOf();
    reach(workload);
    return workload;
  }

  /**
   * Any object of this chart, for changes with `addJsonPatch`. Patches apply to the rendered object, with the field
   * names of the Kubernetes API: `/spec/clusterIP`. A patch of a field that does not exist fails synthesis.
   * @param namespace the namespace of the object; that of the topology by default
   */
  object(kind: string, name: string, namespace = this.topology.namespace): ApiObject {
    const objects = objectsBelow(this);
    const found = objects.find(
      each => each.kind === kind && each.name === name && (each.metadata.namespace ?? namespace) === namespace,
    );
    if (!found) {
      const names = objects
        .filter(each => each.kind === kind)
        .map(each => `${each.metadata.namespace ?? ''}/${each.name}`);
      throw new ValidationError({
        code: 'NotRendered',
        path: this.node.path,
        summary: `The chart has no ${kind} "${name}" in namespace ${namespace}.`,
        fix:
          names.length > 0 ? `Use one of ${names.join(', ')}.` : `The chart has no ${kind} at all: correct the kind.`,
      });
    }
    const object = found instanceof DeclaredObject ? found.object : found;
    reach(object);
    return object;
  }

  /** The construct that is the scope of all objects of a service, an edge or a gateway. For targets. */
  scopeOf(item: Member): Construct {
    let scope = this.scopes.get(item);
    if (!scope) {
      const id =
        item.namespace === this.topology.namespace ? constructIdOf(item.name) : `${item.namespace}:${item.name}`;
      scope = new Construct(this, id);
      deferChildren(scope);
      this.scopes.set(item, scope);
    }
    return scope;
  }

  /** The construct that is the scope of the objects of a whole namespace. For targets. */
  scopeOfNamespace(name: string): Construct {
    let scope = this.namespaceScopes.get(name);
    if (!scope) {
      scope = new Construct(this, `namespace:${name}`);
      deferChildren(scope);
      this.namespaceScopes.set(name, scope);
    }
    return scope;
  }
}
