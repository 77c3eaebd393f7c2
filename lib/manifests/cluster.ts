import { type ApiVersions, Releases } from './api-releases';
import type { AssumedGatewayPods, Assumptions, NamespaceLabels } from './assumptions';
import { addTo } from './lists';
import { Hosts } from './hosts';
import { Kind } from './kinds';
import { MeshConfig } from './mesh-config';
import { besides, withoutOverwritten } from './namesakes';
import { ownValue } from './object';
import type { Resource } from './resource';
import { selectorOf } from './rollouts';
import type { Labels } from './selector';
import { selects } from './selector';
import { Workload } from './workload';
import { Workloads } from './workloads';

/** Properties of a {@link Cluster}. */
export interface ClusterProps extends Assumptions, ApiVersions {
  /**
   * What exists in the cluster and no manifest declares.
   * @default - nothing
   */
  readonly elsewhere?: Elsewhere;
  /**
   * The external authorizers that deny every request.
   * @default - none
   */
  readonly denyingAuthorizers?: readonly string[];
  /**
   * Files and folders that may have further objects, and were not read.
   * @default - none
   */
  readonly unread?: readonly string[];
  /**
   * Types of which no object was read, since the rights to list them are missing.
   * @default - none
   */
  readonly unreadTypes?: readonly string[];
  /**
   * Objects that may be applied too: of files and folders that are alternatives to others.
   * @default - none
   */
  readonly others?: readonly Resource[];
}

/** What exists in the cluster and no manifest declares. */
export interface Elsewhere {
  /** Namespaces, with all that is in those of which no object is among the manifests. */
  readonly namespaces?: readonly string[];
  /** Hosts of Services, in full or as `name.namespace`, and of ServiceEntries. */
  readonly hosts?: readonly string[];
  /** Gateways of Istio and of the Gateway API, as `namespace/name`. */
  readonly gateways?: readonly string[];
  /** Secrets, as `namespace/name`. */
  readonly secrets?: readonly string[];
}

/** The namespaces that Kubernetes creates. */
export const KUBERNETES_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

const NONE: readonly Resource[] = [];

/** Objects as one cluster, indexed once: by type, by name, hosts by name, workloads by label. */
export class Cluster {
  /** The hosts of all Services and ServiceEntries. */
  readonly hosts: Hosts;
  /** The pods of all workloads. */
  readonly workloads: Workloads;
  /** The settings of the mesh. */
  readonly mesh: MeshConfig;
  /** The DNS domain of the cluster, `cluster.local` by default. */
  readonly clusterDomain: string;
  private readonly byType = new Map<string, Resource[]>();
  private readonly byKey = new Map<string, Resource>();
  private readonly services: ReadonlyMap<Workload, readonly Resource[]>;
  private known?: ReadonlySet<string>;
  private allNamespaces?: readonly string[];
  private wider?: Cluster;

  /**
   * What it has of the APIs of Kubernetes and Istio.
   * @internal
   */
  readonly releases: Releases;
  /** The objects; of several with one kind, namespace and name, the last one. */
  readonly resources: readonly Resource[];
  /** The objects of one kind, namespace and name, where there are several: the last of each counts. */
  readonly namesakes: readonly (readonly Resource[])[];

  /** Throws a RangeError for versions of Kubernetes and Istio that the schemas of the package do not serve. */
  constructor(
    private readonly applied: readonly Resource[],
    private readonly props: ClusterProps = {},
  ) {
    this.releases = new Releases(props);
    const { resources, namesakes } = withoutOverwritten(applied);
    this.resources = resources;
    this.namesakes = namesakes;
    this.clusterDomain = props.clusterDomain ?? 'cluster.local';
    for (const resource of resources) {
      const members = this.byType.get(resource.type);
      if (members) {
        members.push(resource);
      } else {
        this.byType.set(resource.type, [resource]);
      }
      this.byKey.set(`${resource.type} ${resource.key}`, resource);
    }
    this.hosts = new Hosts(this.all(Kind.SERVICE), this.all(Kind.SERVICE_ENTRY), this.clusterDomain);
    this.workloads = new Workloads(Workload.all(resources));
    this.mesh = MeshConfig.of(this.all(Kind.CONFIG_MAP), this.all(Kind.ISTIO_OPERATOR), props.meshConfig);
    this.services = this.servicesByWorkload();
  }

  /** All objects of a type, e.g. `Kind.VIRTUAL_SERVICE`. */
  all(type: string): readonly Resource[] {
    return this.byType.get(type) ?? [];
  }

  /** An object by its type and name. */
  find(type: string, name: string, namespace = ''): Resource | undefined {
    return this.byKey.get(`${type} ${namespace === '' ? name : `${namespace}/${name}`}`);
  }

  /** What exists and no manifest declares. */
  get elsewhere(): Elsewhere {
    return this.props.elsewhere ?? {};
  }

  /**
   * The external authorizers that are assumed to deny every request.
   * @internal
   */
  get denyingAuthorizers(): readonly string[] {
    return this.props.denyingAuthorizers ?? [];
  }

  /**
   * Pods of gateways that no manifest declares, as far as they are given.
   * @internal
   */
  get gatewayPods(): readonly AssumedGatewayPods[] {
    return this.props.gatewayPods ?? [];
  }

  /**
   * The names of GatewayClasses that no manifest declares, as far as they are given.
   * @internal
   */
  get gatewayClasses(): readonly string[] {
    return Object.keys(this.props.gatewayClasses ?? {});
  }

  /**
   * The controller of a GatewayClass, of the manifests or assumed; empty if it is not known.
   * @internal
   */
  controllerOfClass(name: string): string {
    const declared = this.find(Kind.GATEWAY_CLASS, name)?.spec.get('controllerName').text;
    return declared || (ownValue(this.props.gatewayClasses ?? {}, name) ?? '');
  }

  /** Files and folders that may have further objects. */
  get unread(): readonly string[] {
    return this.props.unread ?? [];
  }

  /** Types of which no object was read. */
  get unreadTypes(): readonly string[] {
    return this.props.unreadTypes ?? [];
  }

  /** Objects that may be applied too. */
  get others(): readonly Resource[] {
    return this.props.others ?? [];
  }

  /** The same objects with those that may be applied too, by names of their own; undefined without any. */
  get withOthers(): Cluster | undefined {
    const { others = [], ...props } = this.props;
    this.wider ??= others.length === 0 ? undefined : new Cluster(besides(others, this.applied), props);
    return this.wider;
  }

  /** The labels of a namespace; empty if they are not known. */
  namespaceLabels(namespace: string): Labels {
    const found = this.find(Kind.NAMESPACE, namespace);
    return {
      'kubernetes.io/metadata.name': namespace,
      ...(found ? undefined : this.givenLabels('*')),
      ...this.givenLabels(namespace),
      ...found?.labels,
    };
  }

  /** Whether the labels of a namespace are known: it is declared, or they are given. */
  isDeclared(namespace: string): boolean {
    return (
      this.find(Kind.NAMESPACE, namespace) !== undefined
      || [namespace, '*'].some(each => this.givenLabels(each) !== undefined)
    );
  }

  /**
   * Other objects, with the same properties.
   * @internal
   */
  withResources(resources: readonly Resource[]): Cluster {
    return new Cluster(resources, this.props);
  }

  /** The same objects, with the labels of further namespaces. */
  withNamespaceLabels(labels: NamespaceLabels): Cluster {
    return new Cluster(this.applied, {
      ...this.props,
      namespaceLabels: { ...this.props.namespaceLabels, ...labels },
    });
  }

  private givenLabels(namespace: string): Labels | undefined {
    return ownValue(this.props.namespaceLabels ?? {}, namespace);
  }

  /** The labels by which a Service selects Pods, as far as manifests have them; none if it has no selector. */
  selectorOf(service: Resource): Labels {
    return selectorOf(service, this.all(Kind.ROLLOUT));
  }

  /** The workloads that a Service selects; none if it has no selector. */
  selectedBy(service: Resource): readonly Workload[] {
    const selector = this.selectorOf(service);
    return Object.keys(selector).length === 0 ? [] : this.workloads.select(selector, service.namespace);
  }

  /** The Services that select a workload: one list for all workloads that have the same ones. */
  servicesOf(workload: Workload): readonly Resource[] {
    return this.services.get(workload) ?? NONE;
  }

  private servicesByWorkload(): ReadonlyMap<Workload, readonly Resource[]> {
    const services = this.all(Kind.SERVICE);
    const bySelector = new Map<string, Resource[]>();
    services.forEach(each => addTo(bySelector, JSON.stringify([each.namespace, this.selectorOf(each)]), each));
    const groups = [...bySelector.values()];
    const groupsOf = new Map<Workload, number[]>();
    groups.forEach(([first], index) =>
      (first ? this.selectedBy(first) : []).forEach(workload => addTo(groupsOf, workload, index)),
    );
    const order = new Map(services.map((each, index) => [each, index]));
    const lists = new Map<string, readonly Resource[]>();
    return new Map(
      [...groupsOf].map(([workload, indices]) => {
        const key = indices.join();
        const list =
          lists.get(key)
          ?? indices.flatMap(each => groups[each] ?? []).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        lists.set(key, list);
        return [workload, list];
      }),
    );
  }

  /** The namespaces that a selector matches, of those that objects are in. */
  namespacesMatching(selector: Parameters<typeof selects>[0]): string[] {
    return this.namespaces.filter(each => selects(selector, this.namespaceLabels(each)));
  }

  /** Whether a namespace exists: it is declared, or objects are in it, or Kubernetes creates it. */
  hasNamespace(name: string): boolean {
    this.known ??= new Set([...this.namespaces, ...KUBERNETES_NAMESPACES, ...(this.elsewhere.namespaces ?? [])]);
    return this.known.has(name);
  }

  /** Every namespace that exists, or that an object is in. */
  get namespaces(): readonly string[] {
    this.allNamespaces ??= [
      ...new Set([
        ...this.all(Kind.NAMESPACE).map(each => each.name),
        ...this.resources.map(each => each.namespace).filter(each => each !== ''),
      ]),
    ];
    return this.allNamespaces;
  }
}
