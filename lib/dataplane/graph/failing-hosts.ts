import {
  addTo,
  type Cluster,
  type Field,
  firstIfAll,
  type Host,
  isAutomatic,
  isElsewhere,
  Kind,
  Membership,
  membershipOf,
  memo,
  PODS_ELSEWHERE,
  type Resource,
} from '../../manifests';
import type { Context } from '../clusters/context';
import { DestinationRules } from '../clusters/destination-rule';
import { connect } from '../endpoints/connect';
import { chosenEndpoints, headlessTlsMode, isHeadless } from '../endpoints/headless';
import { MESH } from '../endpoints/proxy';
import { Gateways } from '../listeners/gateways';
import { unlessUnsimulated } from '../messages/unsimulated';
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
  for (const { at, backends, namespaces } of evaluatedRules(cluster)) {
    for (const { at: backend, host, subset } of namespaces.length > 0 ? backends : []) {
      if (host !== undefined && subset !== undefined) {
        addTo(destinations, host, { rule: at, backend, subset, namespaces });
      }
    }
  }
  return cluster.all(Kind.DESTINATION_RULE).flatMap(by => {
    const { namespace } = by;
    const [host] = cluster.hosts.visible(by.spec.get('host').text, namespace);
    const using = host && host.resource.namespace !== namespace ? (destinations.get(host.name) ?? []) : [];
    const declares = (place: string, subset: string) =>
      host !== undefined && DestinationRules.for({ namespace: place, labels: {} }, host, cluster).subset(subset);
    const [found] = using
      .filter(each => each.namespaces.some(place => declares(place, each.subset)) && !declares(namespace, each.subset))
      .filter(each => isSimulated(each.rule, cluster) && hasCallers(namespace, each, cluster));
    return host && found ? [{ by, host, ...found }] : [];
  });
}

interface Destination {
  readonly rule: Field;
  readonly backend: Field;
  readonly subset: string;
  /** Whose sidecars have the rule. */
  readonly namespaces: readonly string[];
}

/** Whether all sidecars of a namespace have a rule. */
function hasCallers(namespace: string, { rule }: Destination, cluster: Cluster): boolean {
  const callers = cluster.workloads.in(namespace).filter(each => membershipOf(each, cluster) === Membership.SIDECAR);
  const isForAll = rule
    .get('match')
    .items.every(
      each => !each.get('sourceLabels').exists && ['', namespace].includes(each.get('sourceNamespace').text),
    );
  return (
    isForAll
    && callers.length > 0
    && callers.every(({ labels }) =>
      Scope.of({ namespace, labels, gateways: [MESH], isGateway: false }, cluster).listeners.some(each =>
        each.virtualServices.includes(rule.resource),
      ),
    )
  );
}

/** A port of a headless Service to which no connection of the mesh is accepted. */
export interface FailingPort {
  readonly by: Field;
  readonly port: Field;
  readonly reason: string;
}

/**
 * Ports of headless Services without mutual TLS. Sidecars use it for all ports, if all Pods have proxies, since the
 * client chooses the Pod.
 */
export function failingHeadlessPorts({ cluster }: Context): FailingPort[] {
  return cluster.all(Kind.SERVICE).flatMap(service => {
    const [host] =
      service.spec.get('clusterIP').text === 'None' ? cluster.hosts.named(service.name, service.namespace) : [];
    return host?.resource === service && isHeadless(host) && isAutomatic(cluster)
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
      identity: `${cluster.mesh.trustDomain}/ns/${namespace}/sa/default`,
      gateways: [MESH],
      isGateway: false,
    },
  };
  const isDeclared =
    DestinationRules.for(caller.proxy, host, cluster).tlsMode(port.get('port').number ?? 0, undefined) !== undefined;
  const refusals = isDeclared
    ? []
    : chosenEndpoints(host, port, cluster).map(
        endpoint => connect(caller, endpoint, { tlsMode: headlessTlsMode(host, cluster) }, cluster).refusal,
      );
  const refusal = firstIfAll(refusals);
  return refusal?.by?.resource.type === Kind.PEER_AUTHENTICATION
    ? [{ by: refusal.by, port, reason: refusal.reason }]
    : [];
}

/**
 * Services whose selector matches no Pods. Not those in namespaces without workloads, or with objects that may create
 * Pods: what is there is not known.
 */
export function servicesWithoutPods(cluster: Cluster): Resource[] {
  return cluster.all(Kind.SERVICE).filter(service => {
    const { namespace, spec } = service;
    const selector = spec.get('selector').strings;
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
