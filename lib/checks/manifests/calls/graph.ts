import { EgressHosts, identityOf } from '../../../dataplane';
import {
  aliasedHost,
  addTo,
  type Cluster,
  type Field,
  isAllowing,
  isDryRun,
  Kind,
  memo,
  portNumber,
  type Resource,
  targetRefsOf,
  type Workload,
} from '../../../manifests';
import { entriesOf } from './entries';
import { identityOfAccount } from '../security/principals';
import { type Call, type Entry, Evidence, Node } from './node';

/**
 * The call graph, derived from manifests: Sidecars, AuthorizationPolicies, addresses in environment variables, gateway
 * routes.
 */
export class CallGraph {
  /** The graph of a cluster, cached. */
  static readonly of = memo((cluster: Cluster) => new CallGraph(cluster));

  readonly nodes: Node[] = [];
  readonly calls: Call[] = [];
  readonly entries: readonly Entry[];
  private readonly byWorkload = new Map<Workload, Node>();
  private readonly byService = new Map<Resource, Node>();
  private readonly byIdentity = new Map<string, Node[]>();
  private readonly byCaller = new Map<Node, Map<Node, Call>>();

  private constructor(private readonly cluster: Cluster) {
    this.group();
    for (const node of this.nodes) {
      node.identities(cluster).forEach(identity => addTo(this.byIdentity, identity, node));
    }
    this.readSidecars();
    this.readGrants();
    this.readAddresses();
    this.entries = entriesOf(cluster, service => this.nodeOf(service));
    this.entries.forEach(entry => entry.callee.entries.push(entry));
  }

  /** The node of a Service, if it has workloads. */
  nodeOf(service: Resource): Node | undefined {
    return this.byService.get(service);
  }

  nodeOfWorkload(workload: Workload): Node | undefined {
    return this.byWorkload.get(workload);
  }

  private group(): void {
    for (const service of this.cluster.all(Kind.SERVICE)) {
      const workloads = this.cluster.selectedBy(service);
      const node =
        workloads.map(each => this.byWorkload.get(each)).find(each => each !== undefined)
        ?? (workloads.length > 0 ? this.addNode(service.namespace, service.name) : undefined);
      if (node) {
        node.services.push(service);
        this.byService.set(service, node);
        workloads.filter(each => !this.byWorkload.has(each)).forEach(each => this.join(each, node));
      }
    }
    this.cluster.workloads.all
      .filter(each => !this.byWorkload.has(each))
      .forEach(each => this.join(each, this.addNode(each.namespace, each.name)));
  }

  private addNode(namespace: string, name: string): Node {
    const node = new Node(namespace, name);
    this.nodes.push(node);
    return node;
  }

  private join(workload: Workload, node: Node): void {
    node.workloads.push(workload);
    this.byWorkload.set(workload, node);
  }

  private readSidecars(): void {
    for (const sidecar of this.cluster.all(Kind.SIDECAR)) {
      const labels = sidecar.spec.get('workloadSelector', 'labels').strings;
      const selected = Object.keys(labels).length > 0 ? this.cluster.workloads.select(labels, sidecar.namespace) : [];
      const callers = new Set(selected.map(each => this.byWorkload.get(each)));
      const listeners = EgressHosts.of(sidecar, sidecar.namespace);
      for (const host of callers.size === 0
        ? []
        : sidecar.spec.get('egress').items.flatMap(each => each.get('hosts').items)) {
        const service = this.serviceIn(host.text, listeners);
        for (const caller of callers) {
          this.add(caller, selected, service, Evidence.SIDECAR, host);
        }
      }
    }
  }

  /** The Service that an entry of a Sidecar names, if one of its listeners includes it. */
  private serviceIn(entry: string, listeners: readonly EgressHosts[]): Resource | undefined {
    const [scope = '', host = ''] = entry.split('/');
    return scope.startsWith('~') || host.includes('*')
      ? undefined
      : this.cluster.hosts
          .named(host, '')
          .find(
            ({ name, resource }) =>
              resource.type === Kind.SERVICE && listeners.some(each => each.includes(resource.namespace, name)),
          )?.resource;
  }

  private readGrants(): void {
    for (const policy of this.cluster
      .all(Kind.AUTHORIZATION_POLICY)
      .filter(each => isAllowing(each) && !isDryRun(each))) {
      const services = this.servicesUnder(policy);
      for (const rule of policy.spec.get('rules').items) {
        const operations = rule.get('to').items.map(each => each.get('operation'));
        const ports = new Set(operations.flatMap(each => each.get('ports').items.flatMap(port => port.number ?? [])));
        const methods = operations.flatMap(each => each.get('methods').texts);
        for (const { at, identity } of rule.get('from').items.flatMap(each => this.identitiesIn(each.get('source')))) {
          for (const caller of this.byIdentity.get(identity) ?? []) {
            const callers = caller.workloads.filter(
              each => identityOf(each.namespace, each.serviceAccount, this.cluster) === identity,
            );
            services.forEach(service => this.add(caller, callers, service, Evidence.GRANT, at, ports, methods));
          }
        }
      }
    }
  }

  /** The identities that a source names in full; a ServiceAccount without a namespace is of that of the policy. */
  private identitiesIn(source: Field): { readonly at: Field; readonly identity: string }[] {
    return [
      ...source.get('principals').items.map(at => ({ at, identity: at.text })),
      ...source.get('serviceAccounts').items.map(at => ({ at, identity: identityOfAccount(at, this.cluster) })),
    ];
  }

  /**
   * A Service of each node that a policy selects by labels or targets by name; none, if it applies to a namespace or
   * the mesh.
   */
  private servicesUnder(policy: Resource): Resource[] {
    const labels = policy.spec.get('selector', 'matchLabels').strings;
    const selected = Object.keys(labels).length > 0 ? this.cluster.workloads.select(labels, policy.namespace) : [];
    const named = targetRefsOf(policy)
      .filter(each => each.get('kind').text === 'Service')
      .flatMap(each => this.cluster.find(Kind.SERVICE, each.get('name').text, policy.namespace) ?? []);
    return [...new Set([...selected.flatMap(each => this.byWorkload.get(each)?.services[0] ?? []), ...named])];
  }

  private readAddresses(): void {
    for (const [workload, caller] of this.byWorkload) {
      for (const variable of workload.pod
        .get('containers')
        .items.flatMap(each => each.get('env').items)
        .map(each => each.get('value'))) {
        const [, host = '', port] =
          /^(?:[a-z][a-z0-9+.-]*:\/\/)?([a-z0-9][a-z0-9.-]*):(\d{1,5})(?:\/|$)/.exec(variable.text) ?? [];
        if (host !== '') {
          const service = this.serviceAt(host, caller.namespace);
          this.add(caller, [workload], service, Evidence.ADDRESS, variable, new Set([Number(port)]));
        }
      }
    }
  }

  /** The Service at a host; that behind a Service of type ExternalName, which is another name for it. */
  private serviceAt(host: string, namespace: string): Resource | undefined {
    const [name, space] = host.split('.');
    const isShort = /^[^.]+(\.[^.]+(\.svc)?)?$/.test(host);
    const found = isShort
      ? this.cluster.find(Kind.SERVICE, name ?? '', space ?? namespace)
      : this.serviceNamed(host, namespace);
    const alias = found && aliasedHost(found);
    return alias === undefined ? found : this.serviceNamed(alias, namespace);
  }

  private serviceNamed(host: string, namespace: string): Resource | undefined {
    return this.cluster.hosts
      .named(host, namespace)
      .map(each => each.resource)
      .find(each => each.type === Kind.SERVICE);
  }

  private add(
    caller: Node | undefined,
    callers: readonly Workload[],
    service: Resource | undefined,
    evidence: Evidence,
    at: Field,
    ports: ReadonlySet<number> = new Set(),
    methods: readonly string[] = [],
  ): void {
    const callee = service && this.byService.get(service);
    if (!caller || !callee || caller === callee) {
      return;
    }
    const known = this.byCaller.get(caller) ?? new Map<Node, Call>();
    this.byCaller.set(caller, known);
    let call = known.get(callee);
    if (!call) {
      call = {
        caller,
        callers: new Set(),
        callee,
        service,
        evidence: new Map(),
        ports: new Set(),
        granted: new Set(),
      };
      known.set(callee, call);
      this.calls.push(call);
      caller.outgoing.push(call);
      callee.incoming.push(call);
    }
    if (!call.evidence.has(evidence)) {
      call.evidence.set(evidence, at);
    }
    const { ports: called, granted, callers: workloads } = call;
    callers.filter(each => this.byWorkload.get(each) === caller).forEach(each => workloads.add(each));
    methods.forEach(each => granted.add(each));
    if (ports.size > 0) {
      service.spec
        .get('ports')
        .items.filter(each =>
          [portNumber(each), each.get('targetPort').number].some(number => number !== undefined && ports.has(number)),
        )
        .forEach(each => called.add(portNumber(each) ?? 0));
    }
  }
}
