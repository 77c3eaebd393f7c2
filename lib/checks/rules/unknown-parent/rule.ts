import {
  allowsListenerSets,
  type Cluster,
  type Field,
  Kind,
  LISTENER_SETS,
  listenersFor,
  listenersNamed,
  parentGateway,
  parentOfSet,
  parentsOf,
  parentWithListeners,
  type Reference,
  type Resource,
  routesOf,
} from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem, type Problem, unless } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownParent',
  severity: Severity.ERROR,
  covers: ['KIA1401'],
  summary: 'A route or ListenerSet of the Gateway API has a parent that does not exist, or does not accept it',
  explanation:
    'The route has no effect, and neither have those of the ListenerSet. A Gateway or ListenerSet accepts routes from '
    + 'its own namespace, unless `allowedRoutes` of a listener allows others; a `sectionName` or `port` must be that '
    + 'of a listener. A Gateway accepts no ListenerSets, unless its `allowedListeners` allows them.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      for (const parent of parentsOf(route)) {
        yield* unknown(parent, cluster);
        yield* refusedRoute(route, parent, cluster);
      }
    }
    for (const set of LISTENER_SETS.flatMap(type => cluster.all(type))) {
      yield* unknown(parentOfSet(set), cluster);
      yield* refusedSet(set, cluster);
    }
  },
};

function* unknown(parent: Reference, cluster: Cluster): Iterable<Problem> {
  const { at, kind, name, namespace } = parent;
  const type = TYPES.get(kind);
  const found = type === Kind.SERVICE ? cluster.find(type, name, namespace) : parentWithListeners(parent, cluster);
  if (type !== undefined && !found) {
    yield absent(
      { type, name, namespace },
      problem(
        at,
        `The ${kind} "${name}" of namespace ${namespace} is not among these manifests.`,
        `Correct the reference, or declare the ${kind}.`,
      ),
    );
  }
}

const TYPES: ReadonlyMap<string, string> = new Map<string, string>([
  ['Service', Kind.SERVICE],
  ['Gateway', Kind.GATEWAY],
  ['ListenerSet', Kind.LISTENER_SET],
  ['XListenerSet', Kind.EXPERIMENTAL_LISTENER_SET],
]);

function* refusedRoute({ namespace }: Resource, parent: Reference, cluster: Cluster): Iterable<Problem> {
  const owner = parentWithListeners(parent, cluster);
  if (owner && listenersFor(owner, namespace, parent, cluster).length === 0) {
    const found = problem(
      parent.at,
      `No listener of the ${owner.kind} ${owner.key} accepts this route.`,
      `Allow ${namespace} in allowedRoutes.namespaces of a listener, and correct sectionName and port.`,
    );
    const allowed = listenersNamed(owner, parent).map(each => each.get('allowedRoutes', 'namespaces'));
    yield unlessLabelled(namespace, allowed, found, cluster);
  }
}

function* refusedSet(set: Resource, cluster: Cluster): Iterable<Problem> {
  const { namespace } = set;
  const gateway = parentGateway(parentOfSet(set), cluster);
  if (gateway && !allowsListenerSets(gateway, namespace, cluster)) {
    const found = problem(
      set.spec.get('parentRef'),
      `The Gateway ${gateway.key} does not accept this ListenerSet, so none of its listeners exists.`,
      `Allow ${namespace} in allowedListeners.namespaces of the Gateway, which allows none by default.`,
    );
    yield unlessLabelled(namespace, [gateway.spec.get('allowedListeners', 'namespaces')], found, cluster);
  }
}

/** A note, if a namespace that is not among the manifests may have the labels by which others are allowed. */
function unlessLabelled(namespace: string, allowed: readonly Field[], found: Problem, cluster: Cluster): Problem {
  return allowed.some(selectsByLabels) && !cluster.isDeclared(namespace)
    ? unless(`the namespace ${namespace}, which is not among these manifests, has the labels`, found)
    : found;
}

function selectsByLabels(namespaces: Field): boolean {
  return namespaces.get('from').text === 'Selector' && !JSON.stringify(namespaces.value).includes(NAME_OF_NAMESPACE);
}

const NAME_OF_NAMESPACE = 'kubernetes.io/metadata.name';
