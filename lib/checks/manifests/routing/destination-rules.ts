import { DestinationRules } from '../../../dataplane';
import {
  type Cluster,
  fullHost,
  gatewayAt,
  type GatewayReference,
  gatewaysNamedBy,
  Kind,
  type Labels,
  memo,
  memoByKey,
  namespacesOf,
  type Resource,
} from '../../../manifests';
import { isForMesh, targetOf } from './destinations';
import { delegatingTo } from './rules';

/** A host by its full name, with the namespace of its declaration. */
export interface NamedHost {
  readonly name: string;
  readonly resource: { readonly namespace: string };
}

/** The host of a destination; one that is not declared is taken for one of the namespace in its name. */
export function namedHost(host: string, virtualService: Resource, cluster: Cluster): NamedHost {
  const target = targetOf(host, virtualService, cluster);
  const name = fullHost(host, virtualService.namespace, cluster.clusterDomain);
  const [, namespace = virtualService.namespace] = /^[^.]+\.([^.]+)\.svc\./.exec(name) ?? [];
  return target
    ? { ...target, name: target.name.startsWith('*') ? name : target.name }
    : { name, resource: { namespace } };
}

/** The DestinationRules that proxies of some namespaces choose for a host: those of each kind of proxy together. */
export function chosenRules(
  namespaces: readonly string[],
  host: NamedHost,
  cluster: Cluster,
): readonly DestinationRules[] {
  return [...new Set(namespaces)].flatMap(namespace =>
    labelsIn(cluster, namespace).map(labels => DestinationRules.for({ namespace, labels }, host, cluster)),
  );
}

/** Whether some proxy that applies a VirtualService chooses a DestinationRule with a subset. */
export function isSubsetDeclared(host: string, subset: string, virtualService: Resource, cluster: Cluster): boolean {
  const namespaces = namespacesApplying(virtualService, cluster);
  return chosenRules(namespaces, namedHost(host, virtualService, cluster), cluster).some(
    each => each.subset(subset) !== undefined,
  );
}

/**
 * The labels of Pods of a namespace by which their DestinationRules differ: none, and those of each workloadSelector.
 */
const labelsIn = memoByKey((cluster: Cluster, namespace: string): readonly Labels[] => [
  {},
  ...(selectorsByNamespace(cluster).get(namespace) ?? []),
]);

const selectorsByNamespace = memo((cluster: Cluster) => {
  const selectors = new Map<string, Labels[]>();
  for (const { namespace, spec } of cluster.all(Kind.DESTINATION_RULE)) {
    if (spec.get('workloadSelector').exists) {
      const known = selectors.get(namespace) ?? [];
      selectors.set(namespace, [...known, spec.get('workloadSelector', 'matchLabels').strings]);
    }
  }
  return selectors;
});

/** A namespace without any objects. */
const ANOTHER = '';

/** The namespaces whose proxies may choose a DestinationRule: its own, and those to which it is exported. */
export function namespacesChoosing(rule: Resource): string[] {
  const exported = namespacesOf(rule.spec.get('exportTo').texts, rule.namespace);
  return [rule.namespace, ...exported.map(each => (each === '*' ? ANOTHER : each))];
}

/** The namespaces whose proxies apply a VirtualService; of those that it is exported to, its own alone. */
export function namespacesApplying(virtualService: Resource, cluster: Cluster): string[] {
  const { namespace, spec } = virtualService;
  const roots = delegatingTo(cluster).get(virtualService);
  if (roots) {
    return roots.flatMap(each => namespacesApplying(each, cluster));
  }
  if (!isForMesh(virtualService)) {
    return [namespace, ...gatewaysNamedBy(virtualService).flatMap(each => namespacesOfGateway(each, cluster))];
  }
  const exported = namespacesOf(spec.get('exportTo').texts, namespace);
  return exported.includes('*') || exported.includes(namespace) ? [namespace] : exported;
}

/** The namespaces of a Gateway and of its Pods. */
function namespacesOfGateway(reference: GatewayReference, cluster: Cluster): string[] {
  const selector = gatewayAt(reference, cluster)?.spec.get('selector').strings ?? {};
  const pods = Object.keys(selector).length > 0 ? cluster.workloads.select(selector) : [];
  return [reference.namespace, ...pods.map(each => each.namespace)];
}
