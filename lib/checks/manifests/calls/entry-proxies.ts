import { ByLabel, type Cluster, hasLabels, Kind, type Labels, type Resource, targetRefsOf } from '../../../manifests';

/** Pods of a gateway, as AuthorizationPolicies select and name them. */
export interface EntryProxy {
  /** Undefined where no manifest has the Pods. */
  readonly namespace?: string;
  readonly labels: Labels;
  /** Undefined where it is not known, empty for Pods outside the mesh. */
  readonly identity?: string;
  /** The Gateway of the Gateway API that they serve, by which policies name it. */
  readonly gateway?: Resource;
  /** Whether no manifest has the Pods, so that the ports on which they listen are not known. */
  readonly isAssumed?: boolean;
}

/** Which policies of Istio apply to Pods of a gateway. */
export interface ProxyPolicies {
  readonly certain: readonly Resource[];
  /** Those that apply too in some namespace, or with some labels, that the Pods may have. */
  readonly possible: readonly Resource[];
}

const PROXIES = new WeakMap<Cluster, Map<Resource, readonly EntryProxy[]>>();
const POLICIES = new WeakMap<EntryProxy, ProxyPolicies>();
const INDEXES = new WeakMap<Cluster, ByLabel>();

/** The Pods that serve a Gateway or an Ingress, of each set of labels and ServiceAccount one. */
export function proxiesOf(gateway: Resource, cluster: Cluster): readonly EntryProxy[] {
  const known = PROXIES.get(cluster) ?? new Map<Resource, readonly EntryProxy[]>();
  PROXIES.set(cluster, known);
  const found = known.get(gateway) ?? findProxies(gateway, cluster);
  known.set(gateway, found);
  return found;
}

export function policiesOf(proxy: EntryProxy, cluster: Cluster): ProxyPolicies {
  const found = POLICIES.get(proxy) ?? findPolicies(proxy, cluster);
  POLICIES.set(proxy, found);
  return found;
}

/**
 * Whether a Gateway is one of Istio, by its GatewayClass or the name of its class; undefined for one of neither Istio
 * nor Envoy Gateway.
 */
export function isOfIstio(gateway: Resource, cluster: Cluster): boolean | undefined {
  const className = gateway.spec.get('gatewayClassName').text;
  const controller = cluster.find(Kind.GATEWAY_CLASS, className)?.spec.get('controllerName').text ?? '';
  if (controller === '' ? ['istio', 'istio-remote'].includes(className) : controller.startsWith('istio.io/')) {
    return true;
  }
  const isConfigured = gateway.spec.get('infrastructure', 'parametersRef', 'group').text === 'gateway.envoyproxy.io';
  const isNamed = controller === '' && (isConfigured || ['eg', 'envoy-gateway'].includes(className));
  return controller.startsWith('gateway.envoyproxy.io/') || isNamed ? false : undefined;
}

function findProxies(gateway: Resource, cluster: Cluster): EntryProxy[] {
  switch (gateway.type) {
    case Kind.GATEWAY:
      return [madeProxy(gateway, cluster)];
    case Kind.ISTIO_GATEWAY:
      return selectedProxies(gateway.spec.get('selector').strings, cluster);
    default:
      return [{ labels: {} }];
  }
}

/** The Pods that the controller of a class makes. Those of Envoy Gateway are outside the mesh. */
function madeProxy(gateway: Resource, cluster: Cluster): EntryProxy {
  const { name, namespace } = gateway;
  const className = gateway.spec.get('gatewayClassName').text;
  const own = gateway.spec.get('infrastructure', 'labels').strings;
  switch (isOfIstio(gateway, cluster)) {
    case true:
      return {
        namespace,
        gateway,
        identity: identityOf(namespace, `${name}-${className}`, cluster),
        labels: {
          ...own,
          'gateway.networking.k8s.io/gateway-name': name,
          'gateway.networking.k8s.io/gateway-class-name': className,
        },
      };
    case false:
      return { labels: own, identity: '' };
    default:
      return { labels: own };
  }
}

/**
 * The Pods that a Gateway of Istio selects: those of manifests, else the ones of Istio's default profile, else Pods of
 * which the labels alone are known.
 */
function selectedProxies(labels: Labels, cluster: Cluster): EntryProxy[] {
  const pods = cluster.workloads.select(labels);
  if (pods.length > 0) {
    const distinct = new Map(
      pods.map(each => [`${each.namespace} ${each.serviceAccount} ${JSON.stringify(each.labels)}`, each]),
    );
    return [...distinct.values()].map(each => ({
      namespace: each.namespace,
      labels: each.labels,
      identity: identityOf(each.namespace, each.serviceAccount, cluster),
    }));
  }
  const { rootNamespace } = cluster.mesh;
  const profile: Labels = { istio: labels.istio ?? '', app: `istio-${labels.istio ?? ''}` };
  const isOfProfile = ['ingressgateway', 'egressgateway'].includes(profile.istio ?? '') && hasLabels(profile, labels);
  return [
    isOfProfile
      ? {
          namespace: rootNamespace,
          labels: profile,
          isAssumed: true,
          identity: identityOf(rootNamespace, `istio-${profile.istio ?? ''}-service-account`, cluster),
        }
      : { labels, isAssumed: true },
  ];
}

function identityOf(namespace: string, serviceAccount: string, cluster: Cluster): string {
  return `${cluster.mesh.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

function findPolicies(proxy: EntryProxy, cluster: Cluster): ProxyPolicies {
  if (proxy.identity === '') {
    return { certain: [], possible: [] };
  }
  const { rootNamespace } = cluster.mesh;
  const { namespace, labels, gateway } = proxy;
  if (namespace === undefined) {
    const all = cluster.all(Kind.AUTHORIZATION_POLICY).filter(each => targetRefsOf(each).length === 0);
    const isCertain = (each: Resource) => each.namespace === rootNamespace && hasLabels(labels, selectorOf(each));
    return {
      certain: all.filter(isCertain),
      possible: all.filter(each => !isCertain(each) && mayBeFor(each, labels, cluster)),
    };
  }
  const index = INDEXES.get(cluster) ?? new ByLabel(cluster.all(Kind.AUTHORIZATION_POLICY), selectorOf);
  INDEXES.set(cluster, index);
  const isNamed = (policy: Resource) =>
    gateway?.namespace === policy.namespace
    && targetRefsOf(policy).some(each => each.get('kind').text === 'Gateway' && each.get('name').text === gateway.name);
  const candidates = [...new Set([namespace, rootNamespace])].flatMap(each => index.candidates(each, labels));
  return {
    certain: candidates.filter(each =>
      targetRefsOf(each).length > 0 ? isNamed(each) : hasLabels(labels, selectorOf(each)),
    ),
    possible: [],
  };
}

function selectorOf(policy: Resource): Labels {
  return policy.spec.get('selector', 'matchLabels').strings;
}

/**
 * Whether a policy may be for Pods that no manifest has: it contradicts none of their labels, and there is nothing else
 * that it is for.
 */
function mayBeFor(policy: Resource, labels: Labels, cluster: Cluster): boolean {
  const selector = selectorOf(policy);
  if (Object.entries(selector).some(([name, value]) => (labels[name] ?? value) !== value)) {
    return false;
  }
  const namespace = policy.namespace === cluster.mesh.rootNamespace ? undefined : policy.namespace;
  return hasLabels(labels, selector) && Object.keys(selector).length > 0
    ? true
    : cluster.workloads.select(selector, namespace).length === 0;
}
