import {
  type Cluster,
  fullHost,
  isMade,
  Kind,
  memo,
  type Missing,
  possibleMaker,
  type Resource,
} from '../../manifests';
import { suggestion } from '../suggestion';
import { type Check, type Problem, unless } from './check';

/**
 * Problems of a check without those of what exists elsewhere for certain; a note, if an object may make what is
 * missing, if it may be in what was not read or in alternatives to what was, or if nothing of the namespace that runs is
 * among the manifests.
 */
export function* present(problems: Iterable<Problem>, check: Check, cluster: Cluster): Iterable<Problem> {
  const inOthers = new InOthers(check, cluster);
  for (const each of problems) {
    const { missing } = each;
    const maker =
      missing
      && (possibleMaker(missing, cluster)
        ?? otherManifests(missing, cluster)
        ?? ofSeveralFiles(missing, cluster)
        ?? withoutNamespace(missing, cluster.withOthers ?? cluster)
        ?? inOthers.solving(each));
    if (!missing || !isMade(missing, cluster)) {
      yield maker === undefined ? each : unless(maker, each);
    }
  }
}

/** What is wrong with the objects of alternatives too. */
class InOthers {
  private found?: ReadonlyMap<Resource, ReadonlySet<string>>;

  constructor(
    private readonly check: Check,
    private readonly cluster: Cluster,
  ) {}

  /** That what is missing is among the alternatives, if the problem does not exist together with them. */
  solving({ at }: Problem): string | undefined {
    const { withOthers } = this.cluster;
    if (!withOthers) {
      return undefined;
    }
    this.found ??= placesOf(this.check.find(withOthers));
    return this.found.get(at.resource)?.has(String(at)) === true
      ? undefined
      : 'it is in a file or folder that is one of several alternatives';
  }
}

function placesOf(problems: Iterable<Problem>): ReadonlyMap<Resource, ReadonlySet<string>> {
  const places = new Map<Resource, Set<string>>();
  for (const { at } of problems) {
    places.set(at.resource, (places.get(at.resource) ?? new Set()).add(String(at)));
  }
  return places;
}

/** What is in a namespace with what runs there. */
const WITH_PODS: ReadonlySet<string> = new Set<string>([
  Kind.SERVICE,
  Kind.POD,
  Kind.SERVICE_ACCOUNT,
  Kind.SECRET,
  Kind.ISTIO_GATEWAY,
  Kind.GATEWAY,
  Kind.LISTENER_SET,
  Kind.EXPERIMENTAL_LISTENER_SET,
]);

/**
 * That a namespace may be of other manifests: Services and Pods are among these ones, and none of them in it. Its name
 * is not a slip for one that has some, nor the name of a Gateway for one that is there. One of several alternatives may
 * also be for what runs already.
 */
function otherManifests({ type, name, namespace }: Missing, cluster: Cluster): string | undefined {
  const isOneOfSeveral = cluster.others.length > 0;
  const running =
    isOneOfSeveral && type === Kind.SERVICE ? namespacesWithServices(cluster) : namespacesWithPods(cluster);
  const gateways = type === Kind.GATEWAY ? cluster.all(type).filter(each => each.namespace === namespace) : [];
  const isOther =
    (running.size > 0 || isOneOfSeveral) && !running.has(namespace) && suggestion(namespace, [...running]) === '';
  const isSlip =
    suggestion(
      name,
      gateways.map(each => each.name),
    ) !== '';
  return namespace !== '' && WITH_PODS.has(type) && isOther && !isSlip
    ? `other manifests have it: nothing that runs in the namespace ${namespace} is among these`
    : undefined;
}

/** That several files are for a Service, among alternatives such as demonstrations: it may run already. */
function ofSeveralFiles({ type, name, namespace }: Missing, cluster: Cluster): string | undefined {
  const files = type === Kind.SERVICE && cluster.others.length > 0 ? filesByHost(cluster) : undefined;
  return (files?.get(fullHost(name, namespace, cluster.clusterDomain))?.size ?? 0) > 1
    ? 'other manifests have it: several files are for this host'
    : undefined;
}

/** The files with rules for hosts, by the full name of the host. */
const filesByHost = memo((cluster: Cluster): ReadonlyMap<string, ReadonlySet<string>> => {
  const files = new Map<string, Set<string>>();
  for (const { type, spec, namespace, origin } of [...cluster.resources, ...cluster.others]) {
    const hosts =
      type === Kind.DESTINATION_RULE
        ? [spec.get('host').text]
        : type === Kind.VIRTUAL_SERVICE
          ? spec.get('hosts').texts
          : [];
    for (const host of hosts.map(each => fullHost(each, namespace, cluster.clusterDomain))) {
      files.set(host, (files.get(host) ?? new Set()).add(origin?.source.file ?? ''));
    }
  }
  return files;
});

/** That an object has no namespace in its manifest, so that it may be applied to the one where it is missing. */
function withoutNamespace({ type, name, namespace }: Missing, cluster: Cluster): string | undefined {
  if (namespace === '' || namespace === NAMESPACE || !WITH_PODS.has(type)) {
    return undefined;
  }
  const isMovable = (each: Resource | undefined) =>
    each !== undefined && each.namespace === NAMESPACE && each.object.metadata.namespace === undefined;
  const found =
    type === Kind.POD
      ? cluster.workloads.in(NAMESPACE).some(each => isMovable(each.resource))
      : name === '*'
        ? cluster.all(type).some(isMovable)
        : isMovable(cluster.find(type, name, NAMESPACE));
  const noun = type === Kind.POD ? 'their workload' : `the ${type.split('.')[0]} ${name}`;
  return found ? `${noun}, which names no namespace, is applied to ${namespace}` : undefined;
}

/** Of objects that name none, unless it is stated. */
const NAMESPACE = 'default';

const namespacesWithPods = memo(
  (cluster: Cluster): ReadonlySet<string> =>
    new Set([...cluster.workloads.all.map(each => each.namespace), ...namespacesWithServices(cluster)]),
);

const namespacesWithServices = memo(
  (cluster: Cluster): ReadonlySet<string> => new Set(cluster.all(Kind.SERVICE).map(each => each.namespace)),
);
