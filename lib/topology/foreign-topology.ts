import { type Asking, whyNotAdmitted } from './admission';
import type { Call } from './call';
import type { CircuitBreakerProps } from './circuit-breaker-props';
import type { LoadBalancing } from './load-balancing';
import type { Contract } from './contract';
import type { PortData, ServiceData } from './contract-data';
import { type Declaring, requireDeclaring } from './declaring';
import type { DirectResponse } from './direct-response';
import { requireDnsLabel, requireNamespaceName } from './names';
import { Operation } from './operation';
import { Port, Protocol } from './port';
import { Service } from './service';
import type { HeaderMatch } from './traffic';
import type { ITopology } from './references';
import { ValidationError } from './validation-error';

/**
 * A service of another topology, as its contract describes it. Its owner renders it and the policies that protect it;
 * this topology renders its callers' side only.
 */
export class ForeignService extends Service {
  constructor(
    declaring: Declaring,
    topology: ITopology,
    /** The contract that describes it. */
    readonly contract: Contract,
    private readonly data: ServiceData,
  ) {
    requireDeclaring(declaring, 'ForeignService', 'topology.addContract(…).service(…)');
    const { name, namespace, serviceAccount, labels, headlessService, inMesh, versions, ports } = data;
    super(declaring, topology, name, {
      namespace,
      inMesh,
      ports: ports.map(each => portOf(contract.source, each)),
      ...(versions.length > 0 ? { versions: Object.fromEntries(versions.map(each => [each, {}])) } : {}),
      existingWorkload: { labels, serviceAccount, headlessService },
    });
  }

  /** Whether its owner routes requests by version, so that no callers have traffic rules of their own. */
  override get isRoutedByOwner(): boolean {
    return this.data.routesByVersion;
  }

  /**
   * Why the contract does not allow requests, and the fix; undefined if it does.
   * @internal
   */
  _whyNotAdmitted(asking: Asking): { summary: string; fix: string } | undefined {
    return whyNotAdmitted(this.data, asking);
  }

  /**
   * Adds a call that the contract allows.
   * @internal
   */
  override _admit(call: Call): void {
    const { caller, port, allowedOperations: operations, policy } = call;
    const path = `${caller.path} → ${this.name}`;
    const why = this._whyNotAdmitted({
      namespace: caller.namespace,
      serviceAccount: caller.inMesh ? caller.serviceAccount : undefined,
      labels: { ...(caller.exists ? {} : { 'app.kubernetes.io/name': caller.name }), ...caller.selector },
      port: port.number,
      operations,
    });
    if (why) {
      throw new ValidationError({ code: 'NotAdmitted', path, ...why });
    }
    if (Object.values(policy).some(each => each !== undefined)) {
      this.requireNoRoutesOfOwner(path, 'A timeout, retries or faults of a call');
    }
    super._admit(call);
  }

  /** Limits connections, and ejects failing endpoints, for callers in this topology only. */
  override addCircuitBreaker(props: CircuitBreakerProps): void {
    this.requireNoRoutesOfOwner(this.path, 'A circuit breaker');
    super.addCircuitBreaker(props);
  }

  /** Distributes the requests of callers in this topology only. */
  override addLoadBalancing(props: LoadBalancing): void {
    this.requireNoRoutesOfOwner(this.path, 'Load balancing');
    super.addLoadBalancing(props);
  }

  /** Splits the requests of callers in this topology only. */
  override split(percentByVersion: { readonly [version: string]: number }, match?: HeaderMatch): void {
    this.requireNoRoutesOfOwner(this.path, 'A split');
    super.split(percentByVersion, match);
  }

  /** Routes requests of callers in this topology only. */
  override routeTo(version: string, match: HeaderMatch): void {
    this.requireNoRoutesOfOwner(this.path, 'A route');
    super.routeTo(version, match);
  }

  /** Mirrors requests of callers in this topology only. */
  override mirrorTo(version: string, percent = 100, match?: HeaderMatch): void {
    this.requireNoRoutesOfOwner(this.path, 'A mirror');
    super.mirrorTo(version, percent, match);
  }

  /** Answers requests of callers in this topology only. */
  override respondDirectly(match: HeaderMatch, response: DirectResponse): void {
    this.requireNoRoutesOfOwner(this.path, 'A direct response');
    super.respondDirectly(match, response);
  }

  private requireNoRoutesOfOwner(path: string, what: string): void {
    if (this.data.routesByVersion) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary:
          `${what} would replace the traffic rules of the owner of ${this.name}, who routes requests by version: `
          + 'its versions would get other shares, or requests would fail with 503.',
        fix: 'Leave it out, and agree on it with the owner.',
      });
    }
  }
}

/** The services of another topology, as its contract describes them. */
export class ForeignTopology {
  private readonly services = new Map<string, ForeignService>();

  constructor(
    private readonly declaring: Declaring,
    private readonly topology: ITopology,
    /** The contract that describes it. */
    readonly contract: Contract,
    private readonly add: (service: ForeignService) => void,
  ) {
    requireDeclaring(declaring, 'ForeignTopology', 'topology.addContract(…)');
    this.validate();
  }

  /**
   * A service of the contract, to be called. Throws if the contract does not have it.
   * @param namespace needed if it has several of that name
   */
  service(name: string, namespace?: string): ForeignService {
    this.topology.requireOpen(name);
    const { services } = this.contract.data;
    const found = services.filter(each => each.name === name && (namespace ?? each.namespace) === each.namespace);
    const [data] = found;
    if (!data || found.length > 1) {
      throw new ValidationError({
        code: 'UnknownService',
        path: `${this.topology.name} → ${this.contract.data.topology}`,
        summary:
          `The contract has ${data ? 'several services' : 'no service'} "${name}" that other topologies may ` + 'call.',
        fix: data
          ? `Give its namespace as well: ${found.map(each => each.namespace).join(', ')}.`
          : `It has ${services.map(each => each.name).join(', ') || 'none'}: have its owner declare \`allowFrom\`.`,
      });
    }
    const key = `${data.namespace}/${name}`;
    const service = this.services.get(key) ?? new ForeignService(this.declaring, this.topology, this.contract, data);
    if (!this.services.has(key)) {
      this.add(service);
      this.services.set(key, service);
    }
    return service;
  }

  /** Rejects a contract of another cluster domain, and content that no topology can have declared. */
  private validate(): void {
    const { source, data } = this.contract;
    const { clusterDomain, name } = this.topology;
    if (data.topology === name || data.clusterDomain !== clusterDomain) {
      throw new ValidationError({
        code: 'Contradiction',
        path: source,
        summary:
          data.topology === name
            ? `It is the contract of the topology "${name}" itself.`
            : `Its cluster has the domain ${data.clusterDomain}, and that of this topology has ${clusterDomain}.`,
        fix: 'Give the contract of another topology in the same cluster.',
      });
    }
    requireDnsLabel(source, 'a topology', data.topology);
    data.namespaces.forEach(each => {
      requireNamespaceName(source, each);
    });
    for (const service of data.services) {
      // Its constructor validates names, labels and ports.
      new ForeignService(this.declaring, this.topology, this.contract, service);
      service.callers.forEach(({ operations = [] }) => {
        operations.forEach(each => Operation.parse(source, each));
      });
      service.deniedOperations?.forEach(each => Operation.parse(source, each));
    }
  }
}

function portOf(source: string, { number, target, protocol, name, grpcService, grpcMethods }: PortData): Port {
  const options = { target, name };
  switch (protocol) {
    case Protocol.HTTP:
      return Port.http(number, options);
    case Protocol.HTTP2:
      return Port.http2(number, options);
    case Protocol.GRPC:
      return Port.grpc(number, { ...options, service: grpcService, methods: grpcMethods && [...grpcMethods] });
    case Protocol.TCP:
      return Port.tcp(number, options);
    case Protocol.TLS:
      return Port.tls(number, options);
    default:
      throw new ValidationError({
        code: 'InvalidContract',
        path: source,
        summary: `Port ${number} has the unknown protocol "${protocol}".`,
        fix: 'Use the version of this package that wrote the contract.',
      });
  }
}
