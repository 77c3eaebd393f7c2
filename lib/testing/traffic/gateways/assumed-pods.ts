import {
  type Cluster, type Field, gatewaysNamedBy, hasLabels, Kind, type Labels, namespacesOf, type Resource, sourcesOf, targetRefsOf,
} from '../../../manifests';
import { identityOf } from '../proxies/caller';
import type { Proxy } from '../proxies/proxy';
import { admittedPods } from './admitted-pods';

/** Where Pods of a gateway that are not among the manifests may be, and with what labels and ServiceAccount. */
export interface AssumedPods {
  readonly proxy: Omit<Proxy, 'gateways'>;
  /** The object by which this makes a difference. */
  readonly because?: Resource;
}

/** The labels of the gateways that Istio's default profile installs in the root namespace. */
const OF_PROFILE: readonly Labels[] = ['ingressgateway', 'egressgateway'].map(name => ({ istio: name, app: `istio-${name}` }));

/**
 * The Pods that a Gateway selects where none of the manifests has its labels: one assumption for those of Istio's default profile; else their namespace is not known, nor further
 * labels, and there is an assumption for each object that could make a difference by them.
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 */
export function assumedPods(gateway: Resource, cluster: Cluster): readonly [AssumedPods, ...AssumedPods[]] {
  const labels = gateway.spec.get('selector').strings;
  const pods = (namespace: string, own: Labels, serviceAccount: string, because?: Resource): AssumedPods =>
    ({ because, proxy: { namespace, labels: own, identity: identityOf(namespace, serviceAccount, cluster), isGateway: true } });
  if (labels.istio !== undefined && OF_PROFILE.some(each => hasLabels(each, labels))) {
    return [pods(cluster.mesh.rootNamespace, labels, `istio-${labels.istio}-service-account`)];
  }
  const serviceAccount = `istio-${labels.istio ?? gateway.name}`;
  const selecting = SELECTING.flatMap(type => cluster.all(type)).filter(each => maySelect(each, labels, cluster));
  const others = [
    ...selecting.map(each => pods(isForMesh(each, cluster) ? UNKNOWN : each.namespace, { ...selectorOf(each), ...labels }, serviceAccount, each)),
    ...admittedPods(labels, cluster).map(each => pods(each.namespace, each.labels, serviceAccount, each.because)),
    ...namespacesThatMatter(gateway, cluster).map(({ namespace, because }) => pods(namespace, labels, serviceAccount, because)),
    ...cluster.all(Kind.AUTHORIZATION_POLICY).flatMap(because => identitiesIn(because, cluster).map(each => pods(each.namespace, labels, each.serviceAccount ?? serviceAccount, because))),
  ];
  const distinct = new Map([...others].reverse().map(each => [JSON.stringify(each.proxy), each]));
  return [pods(UNKNOWN, labels, serviceAccount), ...[...distinct.values()].reverse()];
}

/** A namespace that no manifest has. */
const UNKNOWN = '(unknown)';

/** What is for Pods that it selects by labels. */
const SELECTING = [
  Kind.AUTHORIZATION_POLICY, Kind.REQUEST_AUTHENTICATION, Kind.NETWORK_POLICY, 'EnvoyFilter.networking.istio.io', 'WasmPlugin.extensions.istio.io',
  'TrafficExtension.extensions.istio.io',
];

function selectorOf({ spec }: Resource): Labels {
  const selectors = [spec.get('selector', 'matchLabels'), spec.get('workloadSelector', 'labels'), spec.get('podSelector', 'matchLabels')];
  return Object.assign({}, ...selectors.map(each => each.strings)) as Labels;
}

/** Whether an object is for Pods of all namespaces. */
function isForMesh({ type, namespace }: Resource, cluster: Cluster): boolean {
  return type !== Kind.NETWORK_POLICY && namespace === cluster.mesh.rootNamespace;
}

/** Whether a policy selects the Pods in some namespace or with some further labels, and is not clearly for others. */
function maySelect(policy: Resource, labels: Labels, cluster: Cluster): boolean {
  const selector = selectorOf(policy);
  const isOfRoot = isForMesh(policy, cluster);
  if (targetRefsOf(policy).length > 0 || Object.entries(selector).some(([name, value]) => (labels[name] ?? value) !== value)) {
    return false;
  }
  if (hasLabels(labels, selector)) {
    return !isOfRoot && (Object.keys(selector).length > 0 || isUnseen(policy.namespace, cluster));
  }
  return cluster.workloads.select(selector, isOfRoot ? undefined : policy.namespace).length === 0;
}

/** Whether the manifests have nothing that runs in a namespace, so that a gateway may. */
function isUnseen(namespace: string, cluster: Cluster): boolean {
  return cluster.workloads.in(namespace).length === 0;
}

/** The namespaces by which a gateway sees other VirtualServices or DestinationRules. */
function namespacesThatMatter(gateway: Resource, cluster: Cluster): { namespace: string; because: Resource }[] {
  const routing = cluster.all(Kind.VIRTUAL_SERVICE).filter(each => gatewaysNamedBy(each).some(({ namespace, name }) => `${namespace}/${name}` === gateway.key));
  return [
    ...routing.flatMap(because => namespacesOf(because.spec.get('exportTo').texts, because.namespace).filter(each => each !== '*').map(namespace => ({ namespace, because }))),
    ...cluster.all(Kind.DESTINATION_RULE).filter(each => isUnseen(each.namespace, cluster)).map(because => ({ namespace: because.namespace, because })),
  ];
}

interface Identity {
  readonly namespace: string;
  readonly serviceAccount?: string;
}

/** The callers that a policy names and that are none of the manifests' workloads. */
function identitiesIn(policy: Resource, cluster: Cluster): Identity[] {
  const sources = sourcesOf(policy);
  const conditions = policy.spec.get('rules').items.flatMap(rule => rule.get('when').items).filter(each => each.get('key').text.startsWith('source.'));
  const texts = (names: readonly string[]) => [...sources, ...conditions].flatMap((each: Field) => names.flatMap(name => each.get(name).texts));
  const principals = texts(['principals', 'notPrincipals', 'values', 'notValues']).flatMap(each => {
    const [namespace, serviceAccount] = [/\/ns\/([^/*]+)/.exec(each)?.[1], /\/sa\/([^/*]+)$/.exec(each)?.[1]];
    return namespace === undefined && serviceAccount === undefined ? [] : [{ namespace: namespace ?? UNKNOWN, serviceAccount }];
  });
  const accounts = texts(['serviceAccounts', 'notServiceAccounts', 'values', 'notValues']).filter(each => !/\/(ns|sa)\//.test(each)).map(each => {
    const [serviceAccount, namespace = policy.namespace] = each.split('/').reverse();
    return { namespace, serviceAccount };
  });
  const namespaces: Identity[] = texts(['namespaces', 'notNamespaces', 'values', 'notValues']).filter(each => !each.includes('/')).map(namespace => ({ namespace }));
  const isOther = ({ namespace, serviceAccount }: Identity) => serviceAccount === undefined ? isUnseen(namespace, cluster) : !cluster.workloads.in(namespace).some(each => each.serviceAccount === serviceAccount);
  return [...principals, ...accounts, ...namespaces].filter(each => !each.namespace.includes('*') && isOther(each));
}
