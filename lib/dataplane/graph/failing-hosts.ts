import {
  addTo,
  type Cluster,
  covers,
  type Field,
  fullHost,
  type Host,
  isAutomatic,
  isElsewhere,
  Kind,
  type Labels,
  Membership,
  membershipOf,
  memo,
  memoByKey,
  PODS_ELSEWHERE,
  type Resource,
  type Workload,
  portNumber,
} from '../../manifests';
import type { Context } from '../clusters/context';
import { DestinationRules } from '../clusters/destination-rule';
import { type Caller, identityOf } from '../endpoints/caller';
import { connect, isProxied } from '../endpoints/connect';
import type { Attempt } from '../endpoints/connection';
import { chosenEndpoints, type Endpoint, endpointsOf, headlessTlsMode, isHeadless } from '../endpoints/endpoints';
import { MESH } from '../endpoints/proxy';
import { Gateways } from '../listeners/gateways';
import { unlessUnsimulated } from '../messages/unsimulated';
import { hasSource } from '../routes/http-match';
import { Scope } from '../virtual-hosts/scope';
import { evaluatedRules, isSimulated } from './failing-routes';

/** A subset to which a rule sends requests, and that callers of another namespace do not have. */
export interface ShadowedSubset {
  /** The DestinationRule of the callers' namespace. */
  readonly by: Resource;
  readonly backend: Field;
  readonly host: Host;
  readonly subset: string;
}

/**
 * Subsets that DestinationRules in the namespaces of callers hide: such a rule replaces those of the host's namespace,
 * and does not declare them.
 */
export function shadowedSubsets(cluster: Cluster): ShadowedSubset[] {
  const destinations = new Map<string, Destination[]>();
  for (const { at, backends, namespaces, isForMesh } of evaluatedRules(cluster)) {
    for (const { at: backend, host, subset } of isForMesh ? backends : []) {
      if (host !== undefined && subset !== undefined) {
        addTo(destinations, host, { rule: at, backend, subset, namespaces });
      }
    }
  }
  return cluster.all(Kind.DESTINATION_RULE).flatMap(by => {
    const { namespace } = by;
    const own = fullHost(by.spec.get('host').text, namespace, cluster.clusterDomain).toLowerCase();
    for (const name of own.startsWith('*') ? [...destinations.keys()].filter(each => covers(own, each)) : [own]) {
      const [host] = destinations.has(name) ? cluster.hosts.visible(name, namespace) : [];
      const using = host && host.resource.namespace !== namespace ? (destinations.get(name) ?? []) : [];
      const found = using.find(each => host && isShadowed(host, each, by, cluster));
      if (host && found) {
        return [{ by, host, ...found }];
      }
    }
    return [];
  });
}

/** Whether all callers in the namespace of a DestinationRule that have a rule lack its subset, by this object alone. */
function isShadowed(host: Host, to: Destination, by: Resource, cluster: Cluster): boolean {
  const { namespace } = by;
  const rulesFor = (caller: { readonly namespace: string; readonly labels: Labels }) =>
    DestinationRules.for(caller, host, cluster);
  const isDeclared = [...to.namespaces, to.rule.resource.namespace].some(
    place => rulesFor({ namespace: place, labels: {} }).subset(to.subset) !== undefined,
  );
  const callers = isDeclared && isSimulated(to.rule, cluster) ? callersBy(to.rule, namespace, cluster) : [];
  return (
    callers.length > 0
    && callers.every(each => {
      const chosen = rulesFor(each);
      return chosen.rules.includes(by) && chosen.subset(to.subset) === undefined;
    })
  );
}

interface Destination {
  readonly rule: Field;
  readonly backend: Field;
  readonly subset: string;
  /** Some whose sidecars have the rule. */
  readonly namespaces: readonly string[];
}

/** The workloads of a namespace whose sidecars have a rule. */
function callersBy(rule: Field, namespace: string, cluster: Cluster): Workload[] {
  const matches = rule.get('match').items;
  return cluster.workloads.in(namespace).filter(each => {
    const proxy = { namespace, labels: each.labels, gateways: [MESH], isGateway: false };
    return (
      membershipOf(each, cluster) === Membership.SIDECAR
      && (matches.length === 0 || matches.some(match => hasSource(match, proxy, match.get('port').number ?? 0)))
      && Scope.of(proxy, cluster).listeners.some(listener => listener.virtualServices.includes(rule.resource))
    );
  });
}

/** A port of a Service to some of whose Pods no connection of the mesh is accepted. */
export interface FailingPort {
  /** The PeerAuthentication; undefined for a port that the Pods exclude from their proxies. */
  readonly by?: Field;
  readonly port: Field;
  readonly isHeadless: boolean;
  readonly reason: string;
}

/**
 * Ports whose Pods do not accept what sidecars use by default. That is mutual TLS for all ports of a headless Service
 * whose Pods all have proxies, and for ports that Pods exclude from their proxies.
 */
export function failingPorts({ cluster }: Context): FailingPort[] {
  return cluster.all(Kind.SERVICE).flatMap(service => {
    const [host] = isAutomatic(cluster) ? cluster.hosts.named(service.name, service.namespace) : [];
    return host?.resource === service
      ? service.spec.get('ports').items.flatMap(port => unlessUnsimulated(() => failureOn(port, host, cluster)) ?? [])
      : [];
  });
}

function failureOn(port: Field, host: Host, cluster: Cluster): FailingPort[] {
  const { namespace } = host.resource;
  const caller = {
    title: 'the mesh',
    namespace,
    labels: {},
    proxy: {
      namespace,
      labels: {},
      identity: identityOf(namespace, 'default', cluster),
      gateways: [MESH],
      isGateway: false,
    },
  };
  if (DestinationRules.for(caller.proxy, host, cluster).tlsMode(port.get('port').number ?? 0, undefined)) {
    return [];
  }
  const isChosen = isHeadless(host);
  const tlsMode = isChosen ? headlessTlsMode(host, cluster) : undefined;
  const found = isChosen
    ? failureAt(chosenEndpoints(host, portNumber(port) ?? 0, cluster), caller, tlsMode, cluster)
    : failureOfSelected(
        cluster,
        JSON.stringify([namespace, cluster.selectorOf(host.resource), port.value]),
        host,
        port,
        caller,
      );
  return found ? [{ ...found, port, isHeadless: isChosen }] : [];
}

/** What fails at a port of a Service that is not headless: the same for each with its selector. */
const failureOfSelected = memoByKey((cluster: Cluster, _key: string, host: Host, port: Field, caller: Caller) =>
  failureAt(endpointsOf(host, port, {}, cluster), caller, undefined, cluster),
);

function failureAt(
  endpoints: readonly Endpoint[],
  caller: Caller,
  tlsMode: string | undefined,
  cluster: Cluster,
): Pick<FailingPort, 'by' | 'reason'> | undefined {
  for (const endpoint of endpoints) {
    const { workload } = endpoint;
    const key = `${caller.namespace} ${endpoint.port.number} ${endpoint.port.protocol} ${tlsMode ?? ''}`;
    const { refusal, isExcluded } = workload
      ? reachedAt(workload, key, () => connect(caller, endpoint, { tlsMode }, cluster).refusal, endpoint, cluster)
      : OUTSIDE;
    const by = refusal?.by?.resource.type === Kind.PEER_AUTHENTICATION ? refusal.by : undefined;
    if (refusal && (isExcluded ? refusal.by?.resource.kind !== 'NetworkPolicy' : by)) {
      return { by: isExcluded ? undefined : by, reason: refusal.reason };
    }
  }
  return undefined;
}

/** How the Pods of a workload react to a connection: the same for each Service of them. */
const reachedAt = memoByKey(
  (workload: Workload, _key: string, refusalOf: () => Attempt['refusal'], { port }: Endpoint, cluster: Cluster) => ({
    refusal: workload.replicas > 0 ? unlessUnsimulated(refusalOf) : undefined,
    isExcluded: !isProxied(workload, port.number, cluster),
  }),
);

const OUTSIDE = { refusal: undefined, isExcluded: false };

/**
 * Services whose selector matches no Pods. Not those in namespaces without workloads, or with objects that may create
 * Pods: what is there is not known.
 */
export function servicesWithoutPods(cluster: Cluster): Resource[] {
  return cluster.all(Kind.SERVICE).filter(service => {
    const { namespace, spec } = service;
    const selector = cluster.selectorOf(service);
    return (
      Object.keys(selector).length > 0
      && !isElsewhere(service, PODS_ELSEWHERE)
      && spec.get('type').text !== 'ExternalName'
      && cluster.workloads.in(namespace).length > 0
      && cluster.workloads.select(selector, namespace).length === 0
      && Gateways.of(cluster).select(selector, namespace).length === 0
      && !creators(cluster).has(namespace)
      && !creators(cluster).has(ANYWHERE)
    );
  });
}

const ANYWHERE = '';

/** The namespaces with objects of unknown kinds, or of machines, which may stand for Pods. */
const creators = memo((cluster: Cluster): ReadonlySet<string> => {
  const found = cluster.resources.filter(({ type }) => !KNOWN.test(type) || ELSEWHERE.test(type) || MACHINES.has(type));
  return new Set(found.map(each => (ELSEWHERE.test(each.type) ? ANYWHERE : each.namespace)));
});

/** Kinds of Kubernetes, Istio and the Gateway API: none of them creates Pods that are not workloads. */
const KNOWN =
  /^[^.]+(\.(apps|batch|policy|autoscaling|extensions|[\w.-]+\.k8s\.io|[\w.-]+\.istio\.io))?$|^Rollout\.argoproj\.io$/;

/** What deploys other manifests, in any namespace. */
const ELSEWHERE = /^(Application|ApplicationSet|HelmRelease|HelmChart|Kustomization|IstioOperator)\./;

const MACHINES: ReadonlySet<string> = new Set<string>([Kind.WORKLOAD_ENTRY, Kind.WORKLOAD_GROUP]);
