import { requireArguments } from './arguments';
import { DECLARING } from './declaring';
import type { Contract } from './contract';
import { given } from './given';
import type { Callee } from './callee';
import { Edge } from './edge';
import { EgressGateway, type EgressGatewayProps } from './egress-gateway';
import type { EdgeProps } from './edge-props';
import { ExternalService } from './external';
import type { ExternalServiceProps } from './external-props';
import { ForeignTopology } from './foreign-topology';
import { duplicate } from './duplicate';
import { requireOwnIdentity } from './workload/service-rules';
import { ValidationError } from './validation-error';
import { requireDnsLabel, requireOwnableNamespace } from './names';
import type { OutboundTraffic } from './outbound-traffic';
import { rateLimiter, type RateLimiterProps } from './rate-limiter';
import type { ITopology } from './references';
import { Service } from './service';
import type { ServiceProps } from './service-props';
import { SharedGateway, type SharedGatewayProps } from './shared-gateway';

/** Properties of a {@link Topology}. */
export interface TopologyProps {
  /**
   * The namespace of services and edges that declare none. The topology owns it, see {@link Topology.addNamespace},
   * unless only unmanaged services are declared in it.
   * @default - the topology's name
   */
  readonly namespace?: string;
  /**
   * The DNS domain of the cluster.
   * @default cluster.local
   */
  readonly clusterDomain?: string;
  /**
   * The destinations outside the cluster that its services may connect to where they declare none.
   * @default OutboundTraffic.declaredOnly()
   */
  readonly outboundTraffic?: OutboundTraffic;
}

/** What has a name in a namespace and objects of its own in the cluster. */
export type Member = Callee | Edge | EgressGateway | SharedGateway;

/** The services of an application, the calls among them, and the edges for requests from outside the cluster. */
export class Topology implements ITopology {
  /** The namespace of services and edges that declare none. */
  readonly namespace: string;
  /** The DNS domain of the cluster, in the host names of services. */
  readonly clusterDomain: string;
  /** The destinations outside that its services may connect to where they declare none; undefined for declared ones. */
  readonly outboundTraffic?: OutboundTraffic;
  private readonly servicesByKey = new Map<string, Service>();
  private readonly servicesByIdentity = new Map<string, readonly Service[]>();
  private readonly externalsByName = new Map<string, ExternalService>();
  private readonly edgesByName = new Map<string, Edge>();
  private readonly egressGatewaysByName = new Map<string, EgressGateway>();
  private readonly gatewaysByName = new Map<string, SharedGateway>();
  /** The kind of what has a name in a namespace already: NetworkPolicies and constructs of one name would collide. */
  private readonly taken = new Map<string, string>();
  private readonly declaredNamespaces = new Set<string>();
  private rendered = false;

  constructor(
    /** The name of the topology: the label `app.kubernetes.io/part-of` of its objects. */
    readonly name: string,
    props: TopologyProps = {},
  ) {
    requireArguments('new.Topology', [name, props]);
    requireDnsLabel(name, 'a topology', name);
    this.namespace = props.namespace ?? name;
    this.clusterDomain = props.clusterDomain ?? 'cluster.local';
    this.outboundTraffic = props.outboundTraffic;
    requireOwnableNamespace(name, this.namespace);
  }

  /** The services, in the order of their declaration. */
  get services(): readonly Service[] {
    return [...this.servicesByKey.values()];
  }

  /** The services outside the cluster, in the order of their declaration. */
  get externals(): readonly ExternalService[] {
    return [...this.externalsByName.values()];
  }

  /** The edges, in the order of their declaration. */
  get edges(): readonly Edge[] {
    return [...this.edgesByName.values()];
  }

  /** The egress gateways, in the order of their declaration. */
  get egressGateways(): readonly EgressGateway[] {
    return [...this.egressGatewaysByName.values()];
  }

  /** The gateways that it shares among edges, in the order of their declaration. */
  get sharedGateways(): readonly SharedGateway[] {
    return [...this.gatewaysByName.values()];
  }

  /** All namespaces of services and edges, the topology's own first, owned or not. */
  get namespaces(): readonly string[] {
    const used = [...this.services, ...this.edges, ...this.sharedGateways].map(each => each.namespace);
    return [...new Set([this.namespace, ...used, ...this.declaredNamespaces])];
  }

  /** The namespaces that the topology owns: what applies to a whole namespace is rendered in these only. */
  get ownNamespaces(): readonly string[] {
    return this.namespaces.filter(each => this.owns(each));
  }

  /**
   * Whether the topology owns that namespace: its own one, unless only unmanaged services are in it, and those it
   * declares.
   */
  owns(namespace: string): boolean {
    return this.declaredNamespaces.has(namespace) || (namespace === this.namespace && !this.isUnmanaged(namespace));
  }

  /**
   * Declares a further namespace as the topology's own. In the cluster: the Namespace, with mutual TLS, telemetry and
   * default deny at both layers for every pod in it. In a namespace that is not declared, policies select the
   * topology's own workloads one by one, and all other pods are unaffected. Namespaces of Kubernetes and of the mesh
   * cannot be owned.
   */
  addNamespace(name: string): void {
    this.requireOpen(name);
    requireOwnableNamespace(`${this.name}/${name}`, name);
    if (this.declaredNamespaces.has(name)) {
      throw this.duplicate(name, `The namespace "${name}" is declared already.`, 'Declare each namespace once.');
    }
    this.declaredNamespaces.add(name);
  }

  /** Declares a service. */
  addService(name: string, props: ServiceProps): Service {
    this.requireOpen(name);
    const service = new Service(DECLARING, this, name, given(props));
    const identity = `${service.namespace}/${service.serviceAccount}`;
    const others = this.servicesByIdentity.get(identity) ?? [];
    requireOwnIdentity(service, others);
    this.add(this.servicesByKey, `${service.namespace}/${name}`, service, 'service');
    this.servicesByIdentity.set(identity, [...others, service]);
    return service;
  }

  /** Declares a service outside the cluster. */
  addExternalService(name: string, props: ExternalServiceProps): ExternalService {
    this.requireOpen(name);
    const external = new ExternalService(DECLARING, this, name, given(props));
    const sameHost = this.externals.find(other => other.host === external.host);
    if (sameHost) {
      throw this.duplicate(name, `The host ${external.host} is declared already, as "${sameHost.name}".`);
    }
    this.add(this.externalsByName, name, external, 'external service');
    external.egressGateway?._add(external);
    return external;
  }

  /**
   * Declares a gateway for connections to external services: those with `egressGateway` are called through it, and by
   * no other pods.
   */
  addEgressGateway(name: string, props: EgressGatewayProps = {}): EgressGateway {
    this.requireOpen(name);
    const gateway = new EgressGateway(DECLARING, this, name, given(props));
    this.add(this.egressGatewaysByName, name, gateway, 'egress gateway');
    if (gateway.namespace !== this.namespace) {
      this.declaredNamespaces.add(gateway.namespace);
    }
    return gateway;
  }

  /**
   * Declares another topology by its contract, whose services can then be called: `contract.service('pay')`. Calls that
   * the contract does not allow are errors.
   */
  addContract(contract: Contract): ForeignTopology {
    this.requireOpen(this.name);
    return new ForeignTopology(DECLARING, this, contract, service => {
      this.add(this.servicesByKey, `${service.namespace}/${service.name}`, service, 'service');
    });
  }

  /**
   * Declares the service that counts requests for the gateways of edges and for global rate limits of services, with a
   * Redis that stores the counts.
   */
  addRateLimiter(name: string, props: RateLimiterProps): Service {
    const limiter = this.addService(name, rateLimiter(props));
    limiter.calls(props.redis, { addressEnvVar: 'REDIS_URL' });
    return limiter;
  }

  /** Declares an entry point for requests from outside the cluster. */
  addEdge(name: string, props: EdgeProps): Edge {
    this.requireOpen(name);
    const edge = new Edge(DECLARING, this, name, given(props), this.addService.bind(this));
    for (const host of edge.hosts) {
      const sameHost = this.edges.find(other => other.hosts.includes(host));
      if (sameHost) {
        throw this.duplicate(name, `The host ${host} is served by the edge "${sameHost.name}" already.`);
      }
    }
    this.add(this.edgesByName, name, edge, 'edge');
    if (edge.gateway) {
      (edge.gateway as SharedGateway).serve(edge);
    }
    return edge;
  }

  /**
   * Declares a gateway for several edges, of this topology or of others in the same program:
   * `addEdge('api', { gateway, … })`. This topology renders the Gateway; each edge renders its own routes and policies.
   */
  addSharedGateway(name: string, props: SharedGatewayProps = {}): SharedGateway {
    this.requireOpen(name);
    const gateway = new SharedGateway(DECLARING, this, name, given(props));
    this.add(this.gatewaysByName, name, gateway, 'gateway');
    return gateway;
  }

  /** Closes the topology: later declarations throw, since they would not be rendered. Called when it is rendered. */
  close(): void {
    this.rendered = true;
    [...this.sharedGateways, ...this.edges.map(edge => edge.gateway)].forEach(gateway => {
      gateway?.close();
    });
  }

  /**
   * Throws after rendering.
   * @internal
   */
  requireOpen(path: string): void {
    if (this.rendered) {
      throw new ValidationError({
        code: 'AlreadyRendered',
        path: path.includes('/') ? path : `${this.name}/${path}`,
        summary: `The topology "${this.name}" is already rendered, so this declaration would be lost.`,
        fix: 'Declare everything before the topology is passed to a chart or a stack.',
      });
    }
  }

  private isUnmanaged(namespace: string): boolean {
    let isUnmanaged = false;
    for (const service of this.servicesByKey.values()) {
      if (service.namespace === namespace && (!service.exists || service.objects.machines)) {
        return false;
      }
      isUnmanaged ||= service.namespace === namespace;
    }
    return (
      isUnmanaged
      && ![...this.edges, ...this.egressGateways, ...this.sharedGateways].some(each => each.namespace === namespace)
    );
  }

  private add<T extends Member>(to: Map<string, T>, key: string, item: T, what: string): void {
    const name = `${item.namespace}/${item.name}`;
    const other = to.has(key) ? what : this.taken.get(name);
    if (other) {
      const namespace = to.get(key)?.namespace ?? item.namespace;
      throw this.duplicate(
        item.name,
        `There is ${/^[aeiou]/.test(other) ? 'an' : 'a'} ${other} "${item.name}" in namespace ${namespace} already.`,
      );
    }
    this.taken.set(name, what);
    to.set(key, item);
  }

  private duplicate(name: string, summary: string, fix = OTHER_NAME): ValidationError {
    return duplicate(`${this.name}/${name}`, summary, fix);
  }
}

const OTHER_NAME = 'Use the one that is there, or give this one a name or host of its own.';
