import { DECLARING, type Declaring, requireDeclaring } from './declaring';
import { given } from './given';
import { AllowedPeer, type AllowFromProps } from './allowed-peer';
import { Call, type CallProps } from './call';
import { Callee } from './callee';
import { rejectContradictoryCall, rejectForeignCallee } from './call-rules';
import { requireDnsLabel, requireDnsSubdomain, requireFreeName, requireNamespace, requireNamespaceName } from './names';
import type { DirectResponse } from './direct-response';
import type { ProgressiveRollout, ProgressiveRolloutProps } from './progressive-rollout';
import type { GlobalRateLimit } from './global-rate-limit';
import { grpcMethod } from './grpc-method';
import type { Operation } from './operation';
import type { Peer } from './peer';
import type { Port } from './port';
import type { IService, ITopology, Replicas } from './references';
import type { RateLimit } from './rate-limit';
import { RequestRules, type ServiceRateLimit, type ServiceRateLimitProps } from './request-rules';
import type { ServiceAuthProps } from './service-auth';
import { type ExistingWorkload, labelsOfPods, type ServiceProps, validateService } from './service-props';
import type { HeaderMatch, HeaderRoute, Mirror, Weight } from './traffic';
import { TrafficRules } from './traffic-rules';
import { sumOfReplicas, type Version, versionNamed, versionsOf } from './version';
import { WorkloadKind } from './workload-kind';
import { podNameOf, validateWorkloadKind } from './workload-kind-rules';
import { objectsOf, type ServiceObjects } from './workload/service-rules';

/**
 * A service. In the cluster: a ServiceAccount, a Deployment for each version or one object of another kind, a Service,
 * a PodDisruptionBudget, a HorizontalPodAutoscaler if `autoscaling` is set, and the mesh resources that follow from its
 * incoming and outgoing calls.
 */
export class Service extends Callee implements IService {
  /** The versions by name, in the order of their declaration. */
  readonly versions: ReadonlyMap<string, Version>;
  /** Whether its pods get a proxy. */
  readonly inMesh: boolean;
  /** Whether its workload and ServiceAccount are deployed outside the topology. */
  readonly exists: boolean;
  /** Whether its Service is declared outside the topology as well. */
  readonly hasService: boolean;
  /** The ServiceAccount of its pods: a part of the identity by which callees allow it. */
  readonly serviceAccount: string;
  /** The kind of the objects that run its pods. */
  readonly workloadKind: WorkloadKind;

  /** Settings of its objects beside the workloads. */
  readonly objects: ServiceObjects;

  private readonly existing?: ExistingWorkload;
  private readonly outgoing: Call[] = [];
  private readonly peers: AllowedPeer[] = [];
  private readonly requests = new RequestRules(this);
  private readonly traffic = new TrafficRules(this);

  constructor(declaring: Declaring, topology: ITopology, name: string, props: ServiceProps) {
    requireDeclaring(declaring, 'Service', 'topology.addService(…)');
    super(declaring, topology, name, props.namespace ?? topology.namespace, [
      ...(props.port ? [props.port] : []),
      ...(props.ports ?? []),
    ]);
    requireDnsLabel(this.path, 'a service', name);
    requireFreeName(this.path, this.namespace, name);
    (props.existingWorkload ? requireNamespaceName : requireNamespace)(this.path, this.namespace);
    validateService(this.path, this.ports, props);
    validateWorkloadKind(this.path, name, props);
    this.workloadKind = props.workload ?? WorkloadKind.deployment();
    this.inMesh = props.inMesh ?? true;
    this.exists = (props.existingWorkload ?? props.machines) !== undefined;
    this.existing = given(props.existingWorkload);
    this.hasService = this.existing?.hasService ?? false;
    this.serviceAccount = this.existing?.serviceAccount ?? props.serviceAccount?.name ?? name;
    // Policies name it as a part of an identity, where "*" would match other identities.
    requireDnsSubdomain(this.path, 'a ServiceAccount', this.serviceAccount);
    this.versions = versionsOf(this, props);
    this.objects = objectsOf(this.path, props, this.replicas, topology);
  }

  /**
   * The labels by which its pods are found: in a namespace that the topology does not own also that of the topology.
   */
  get selector(): { readonly [label: string]: string } {
    return this.existing?.labels ?? labelsOfPods(this);
  }

  /** Whether neither its pods nor their namespace belong to the topology, so that no policy is rendered for them. */
  get isForeign(): boolean {
    return this.exists && !this.objects.machines && !this.topology.owns(this.namespace);
  }

  /** `SERVICE.NAMESPACE.svc.CLUSTER-DOMAIN`. */
  get host(): string {
    return `${this.name}.${this.namespace}.svc.${this.topology.clusterDomain}`;
  }

  /** `SERVICE` in its own namespace, `SERVICE.NAMESPACE` in others. */
  hostNameIn(namespace: string): string {
    return namespace === this.namespace ? this.name : `${this.name}.${this.namespace}`;
  }

  /** The name of the headless Service that resolves the names of single pods; undefined without one. */
  override get headlessService(): string | undefined {
    return this.existing?.headlessService ?? (this.workloadKind.statefulSet && `${this.name}-headless`);
  }

  /** The fully qualified host name of the headless Service; undefined without one. */
  get headlessHost(): string | undefined {
    const { headlessService, namespace, topology } = this;
    return headlessService && `${headlessService}.${namespace}.svc.${topology.clusterDomain}`;
  }

  /**
   * The host name of one pod of a StatefulSet for a caller in `namespace`: `SERVICE-0.SERVICE-headless` in its own
   * namespace, `SERVICE-0.SERVICE-headless.NAMESPACE` in others. Connect to it on the container port. Throws for pods
   * of other kinds, and for a pod beyond the declared replicas.
   * @param ordinal the number of the pod, from 0
   */
  podHostNameIn(namespace: string, ordinal: number): string {
    const host = `${podNameOf(this, ordinal)}.${this.headlessService ?? ''}`;
    return namespace === this.namespace ? host : `${host}.${this.namespace}`;
  }

  /** The calls that it makes, in the order of their declaration. */
  get outgoingCalls(): readonly Call[] {
    return this.outgoing;
  }

  /** The callers outside the topology that it allows, in the order of their declaration. */
  get allowedPeers(): readonly AllowedPeer[] {
    return this.peers;
  }

  /** The end-user authentication of its requests; undefined for none. */
  get auth(): ServiceAuthProps | undefined {
    return this.requests.auth;
  }

  /** The limits on the requests that each pod accepts, in the order of their declaration. */
  get rateLimits(): readonly ServiceRateLimit[] {
    return this.requests.rateLimits;
  }

  /** The limits on the requests that all its pods accept together, in the order of their declaration. */
  get globalRateLimits(): readonly GlobalRateLimit[] {
    return this.requests.globalRateLimits;
  }

  /** The weights of the versions; empty if requests are distributed by the number of pods. */
  get weights(): readonly Weight[] {
    return this.traffic.weights;
  }

  /** The rules for requests with a header, in the order in which they apply. */
  get headerRoutes(): readonly HeaderRoute[] {
    return this.traffic.headerRoutes;
  }

  /** The version that gets copies of requests; undefined for none. */
  get mirror(): Mirror | undefined {
    return this.traffic.mirror;
  }

  /** How changes of its pods receive requests step by step; undefined if all at once. */
  get progressiveRollout(): ProgressiveRollout | undefined {
    return this.traffic.progressive;
  }

  /** The number of pods of all versions; undefined for pods that are declared elsewhere, and one on each node. */
  override get replicas(): Replicas | undefined {
    return sumOfReplicas([...this.versions.values()]);
  }

  /** Whether requests are routed by version, so that each version needs a subset of its own. */
  get routesByVersion(): boolean {
    return this.traffic.nameVersions;
  }

  /** Whether its routes lead to Services or subsets that only its owner routes to. */
  get isRoutedByOwner(): boolean {
    return this.routesByVersion || this.progressiveRollout !== undefined;
  }

  /** Whether a port accepts connections in plain text only, so that its callers have no identity there. */
  isPlaintext({ number }: Port): boolean {
    return this.objects.portsWithoutMutualTls?.some(({ port }) => port === number) ?? false;
  }

  /** The version of that name. Throws if there is none. */
  version(name: string): Version {
    return versionNamed(this, this.versions, name);
  }

  /** A gRPC method, by its name alone where the port declares the gRPC service, else as `package.Service/Method`. */
  method(name: string): Operation {
    return grpcMethod(this, name);
  }

  /** Several gRPC methods: see {@link method}. */
  methods(...names: string[]): Operation[] {
    return names.map(name => this.method(name));
  }

  /** Declares a call of `callee`. */
  calls(callee: Callee, props: CallProps = {}): Call {
    this.topology.requireOpen(this.path);
    const path = `${this.path} → ${callee.name}`;
    rejectForeignCallee(path, callee, this.topology);
    const call = new Call(DECLARING, this, callee, given(props));
    rejectContradictoryCall(path, call, this.outgoing, this.versions.values());
    callee._admit(call);
    this.outgoing.push(call);
    return call;
  }

  /**
   * Allows a caller that is not part of the topology. In the cluster: a rule of the service's AuthorizationPolicy and
   * of its NetworkPolicy.
   */
  allowFrom(peer: Peer, props: AllowFromProps = {}): void {
    this.topology.requireOpen(this.path);
    this.peers.push(new AllowedPeer(DECLARING, this, peer, given(props), this.peers));
  }

  /**
   * Requires tokens of end users, besides the identity of the caller: of all requests, or of single operations. In the
   * cluster: a RequestAuthentication, and conditions in the rules of the service's AuthorizationPolicy. A token that is
   * sent but not valid is denied everywhere.
   * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
   */
  requireAuth(props: ServiceAuthProps): void {
    this.topology.requireOpen(this.path);
    this.requests.requireAuth(props);
  }

  /**
   * Limits the rate of requests that each of its pods accepts, of all callers together: of all requests, or of one
   * operation. Further requests get 429. In the cluster: an EnvoyFilter with Envoy's local rate limit, after the
   * AuthorizationPolicy: a request that it denies does not count.
   * @see https://istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#local-rate-limits
   */
  addRateLimit(limit: RateLimit, props: ServiceRateLimitProps = {}): void {
    this.topology.requireOpen(this.path);
    this.requests.addRateLimit(limit, given(props));
  }

  /**
   * Limits the requests that all of its pods accept together: of all requests, or of one operation. Further requests
   * get 429. In the cluster: an EnvoyFilter with Envoy's global rate limit, and a call of the rate limiter.
   * @see https://istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#global-rate-limit
   */
  addGlobalRateLimit(limit: GlobalRateLimit): void {
    this.topology.requireOpen(this.path);
    this.requests.addGlobalRateLimit(given(limit));
    if (this.outgoing.every(({ callee }) => callee !== limit.rateLimiter)) {
      this.calls(limit.rateLimiter, { allowedOperations: [grpcMethod(limit.rateLimiter, 'ShouldRateLimit')] });
    }
  }

  /**
   * Splits requests among versions, in percent with at most 4 decimals: all of them, or those with a header. In the
   * cluster: weights of the VirtualService and subsets of the DestinationRule.
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
   */
  split(percentByVersion: { readonly [version: string]: number }, match?: HeaderMatch): void {
    this.topology.requireOpen(this.path);
    this.traffic.split(percentByVersion, match);
  }

  /** Routes requests with that header to one version; the first rule that matches applies. */
  routeTo(version: string, match: HeaderMatch): void {
    this.topology.requireOpen(this.path);
    this.traffic.routeTo(version, match);
  }

  /**
   * Mirrors the requests, or a share of them in percent, to a version whose responses are dropped: all of them, or
   * those with a header.
   */
  mirrorTo(version: string, percent = 100, match?: HeaderMatch): void {
    this.topology.requireOpen(this.path);
    this.traffic.mirrorTo(version, percent, match);
  }

  /**
   * Shifts requests to changed pods step by step, as long as these meet the objectives of `slo`, and back if they do
   * not. In the cluster: a {@link ProgressiveRollout}.
   */
  rollout(props: ProgressiveRolloutProps): void {
    this.topology.requireOpen(this.path);
    this.traffic.rollOut(this, given(props));
  }

  /**
   * Answers requests with that header in the proxy of the caller: the service does not receive them. Faults, timeouts
   * and header changes of calls do not apply to them.
   */
  respondDirectly(match: HeaderMatch, response: DirectResponse): void {
    this.topology.requireOpen(this.path);
    this.traffic.respondDirectly(match, { ...response });
  }
}
