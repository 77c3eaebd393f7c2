import {
  type Cluster,
  type Field,
  gatewaysNamedBy,
  hasLabels,
  Kind,
  type Labels,
  namespacesOf,
  type Resource,
  sourcesOf,
  targetRefsOf,
} from '../../manifests';
import { identityOf } from '../endpoints/caller';
import type { Proxy } from '../endpoints/proxy';
import { admittedPods } from './admitted-pods';
import { Gateways } from './gateways';
import { once } from './listener';

/** An assumption about the namespace, labels and ServiceAccount of gateway Pods that are not in the manifests. */
export interface AssumedPods {
  readonly proxy: Omit<Proxy, 'gateways'>;
  /** The object for which the assumption matters. */
  readonly because?: Resource;
  /** Whether they listen on the ports of Gateways, which their Service does not translate. */
  readonly isUntranslated?: boolean;
}

/**
 * The Pods that a Gateway selects if the manifests contain none with its labels: those of an IstioOperator or of
 * Istio's profiles, or those of a Helm release that an object in another namespace selects; else their namespace is
 * unknown, and so are further labels, with one assumption for each object that may depend on them.
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 */
export function assumedPods(gateway: Resource, cluster: Cluster): Assumptions {
  const labels = gateway.spec.get('selector').strings;
  const installed = Gateways.of(cluster).select(labels);
  const [first, ...more] = installed.flatMap(each =>
    each.namespace === undefined ? [] : [assumption(each.namespace, each.labels, each.serviceAccount, cluster)],
  );
  if (!first) {
    const serviceAccount = `istio-${labels.istio ?? gateway.name}`;
    return {
      proxy: assumption(UNKNOWN, labels, serviceAccount, cluster).proxy,
      others: once(() => elsewhere(gateway, serviceAccount, cluster)),
    };
  }
  const releases = installed.some(each => each.isDeclared)
    ? []
    : installed.filter(each => each.namespace === undefined);
  return {
    proxy: first.proxy,
    others: once(() => [
      ...more,
      ...releases.flatMap(each =>
        selectingElsewhere(each.labels, first.proxy.namespace, cluster).map(because =>
          assumption(because.namespace, each.labels, each.serviceAccount, cluster, because),
        ),
      ),
    ]),
  };
}

/** What is assumed about Pods, and what else may be the case. */
export interface Assumptions {
  readonly proxy: AssumedPods['proxy'];
  readonly others: () => readonly AssumedPods[];
}

function assumption(
  namespace: string,
  labels: Labels,
  serviceAccount: string,
  cluster: Cluster,
  because?: Resource,
): AssumedPods {
  return {
    because,
    proxy: { namespace, labels, identity: identityOf(namespace, serviceAccount, cluster), isGateway: true },
  };
}

/**
 * The namespaces, labels and ServiceAccounts that objects give Pods of which only the labels of a Gateway are known.
 */
function elsewhere(gateway: Resource, serviceAccount: string, cluster: Cluster): AssumedPods[] {
  const labels = gateway.spec.get('selector').strings;
  const pods = (namespace: string, own: Labels, account: string, because: Resource) =>
    assumption(namespace, own, account, cluster, because);
  const selecting = SELECTING.flatMap(type => cluster.all(type)).filter(each => maySelect(each, labels, cluster));
  const others = [
    ...selecting.map(each =>
      pods(
        isForMesh(each, cluster) ? UNKNOWN : each.namespace,
        { ...selectorOf(each), ...labels },
        serviceAccount,
        each,
      ),
    ),
    ...admittedPods(labels, cluster).map(each => pods(each.namespace, each.labels, serviceAccount, each.because)),
    ...namespacesThatMatter(gateway, cluster).map(({ namespace, because }) =>
      pods(namespace, labels, serviceAccount, because),
    ),
    ...cluster
      .all(Kind.AUTHORIZATION_POLICY)
      .flatMap(because =>
        identitiesIn(because, cluster).map(each =>
          pods(each.namespace, labels, each.serviceAccount ?? serviceAccount, because),
        ),
      ),
  ];
  const distinct = new Map([...others].reverse().map(each => [JSON.stringify(each.proxy), each]));
  return [...distinct.values()].reverse();
}

/** A namespace outside the manifests. */
const UNKNOWN = '(unknown)';

/** What is for Pods that it selects by labels. */
const SELECTING = [
  Kind.AUTHORIZATION_POLICY,
  Kind.REQUEST_AUTHENTICATION,
  Kind.NETWORK_POLICY,
  'EnvoyFilter.networking.istio.io',
  'WasmPlugin.extensions.istio.io',
  'TrafficExtension.extensions.istio.io',
];

/** What names labels of a gateway in a namespace other than that of its usual Pods. */
function selectingElsewhere(labels: Labels, usual: string, cluster: Cluster): Resource[] {
  return SELECTING.flatMap(type => cluster.all(type)).filter(each => {
    const selector = selectorOf(each);
    return (
      !isForMesh(each, cluster)
      && each.namespace !== usual
      && targetRefsOf(each).length === 0
      && Object.keys(selector).length > 0
      && hasLabels(labels, selector)
    );
  });
}

function selectorOf({ spec }: Resource): Labels {
  const selectors = [
    spec.get('selector', 'matchLabels'),
    spec.get('workloadSelector', 'labels'),
    spec.get('podSelector', 'matchLabels'),
  ];
  return Object.assign({}, ...selectors.map(each => each.strings)) as Labels;
}

/** Whether an object is for Pods of all namespaces. */
function isForMesh({ type, namespace }: Resource, cluster: Cluster): boolean {
  return type !== Kind.NETWORK_POLICY && namespace === cluster.mesh.rootNamespace;
}

/** Whether a policy may select the Pods, depending on their namespace or further labels. */
function maySelect(policy: Resource, labels: Labels, cluster: Cluster): boolean {
  const selector = selectorOf(policy);
  const isOfRoot = isForMesh(policy, cluster);
  if (
    targetRefsOf(policy).length > 0
    || Object.entries(selector).some(([name, value]) => (labels[name] ?? value) !== value)
  ) {
    return false;
  }
  if (hasLabels(labels, selector)) {
    return !isOfRoot && (Object.keys(selector).length > 0 || isUnseen(policy.namespace, cluster));
  }
  return cluster.workloads.select(selector, isOfRoot ? undefined : policy.namespace).length === 0;
}

/** Whether the manifests have no workloads in a namespace, so that it may contain a gateway. */
function isUnseen(namespace: string, cluster: Cluster): boolean {
  return cluster.workloads.in(namespace).length === 0;
}

/** The namespaces in which a gateway would have other VirtualServices or DestinationRules. */
function namespacesThatMatter(gateway: Resource, cluster: Cluster): { namespace: string; because: Resource }[] {
  const routing = cluster
    .all(Kind.VIRTUAL_SERVICE)
    .filter(each => gatewaysNamedBy(each).some(({ namespace, name }) => `${namespace}/${name}` === gateway.key));
  return [
    ...routing.flatMap(because =>
      namespacesOf(because.spec.get('exportTo').texts, because.namespace)
        .filter(each => each !== '*')
        .map(namespace => ({ namespace, because })),
    ),
    ...cluster
      .all(Kind.DESTINATION_RULE)
      .filter(each => isUnseen(each.namespace, cluster))
      .map(because => ({ namespace: because.namespace, because })),
  ];
}

interface Identity {
  readonly namespace: string;
  readonly serviceAccount?: string;
}

/** The callers in a policy that are not workloads of the manifests. */
function identitiesIn(policy: Resource, cluster: Cluster): Identity[] {
  const sources = sourcesOf(policy);
  const conditions = policy.spec
    .get('rules')
    .items.flatMap(rule => rule.get('when').items)
    .filter(each => each.get('key').text.startsWith('source.'));
  const texts = (names: readonly string[]) =>
    [...sources, ...conditions].flatMap((each: Field) => names.flatMap(name => each.get(name).texts));
  const principals = texts(['principals', 'notPrincipals', 'values', 'notValues']).flatMap(each => {
    const [namespace, serviceAccount] = [/\/ns\/([^/*]+)/.exec(each)?.[1], /\/sa\/([^/*]+)$/.exec(each)?.[1]];
    return namespace === undefined && serviceAccount === undefined
      ? []
      : [{ namespace: namespace ?? UNKNOWN, serviceAccount }];
  });
  const accounts = texts(['serviceAccounts', 'notServiceAccounts', 'values', 'notValues'])
    .filter(each => !/\/(ns|sa)\//.test(each))
    .map(each => {
      const [serviceAccount, namespace = policy.namespace] = each.split('/').reverse();
      return { namespace, serviceAccount };
    });
  const namespaces: Identity[] = texts(['namespaces', 'notNamespaces', 'values', 'notValues'])
    .filter(each => !each.includes('/'))
    .map(namespace => ({ namespace }));
  const isOther = ({ namespace, serviceAccount }: Identity) =>
    serviceAccount === undefined
      ? isUnseen(namespace, cluster)
      : !cluster.workloads.in(namespace).some(each => each.serviceAccount === serviceAccount);
  return [...principals, ...accounts, ...namespaces].filter(each => !each.namespace.includes('*') && isOther(each));
}
