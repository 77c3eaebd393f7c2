import { addTo, type Cluster, hasLabels, isMap, Kind, type KubernetesObject, type Resource } from '../../manifests';
import { call, type Code, exported, literal, name, type Statement } from '../program';
import { userOf } from './container';
import type { ImportedGateways } from './edges';
import { type IsOwn, type Patch, patchesOf, pruned } from './patches';
import type { ImportedRoutes } from './routes';
import { destinationRulesFor } from './routes';
import type { ImportedService } from './services';
import { CLASSES, ownMetadata, SERVER_METADATA, typedStatements } from './typed';
import { OWN_LABELS } from './workload';

/** What the model does not declare: changes of rendered objects, typed resources, and objects of a file. */
export interface Rest {
  readonly statements: readonly Statement[];
  readonly kept: readonly KubernetesObject[];
  /** The rendered objects that take the place of others, by these. */
  readonly counterparts: ReadonlyMap<Resource, Resource>;
}

/** What decides where an object goes. */
export interface Imported {
  readonly cluster: Cluster;
  readonly services: readonly ImportedService[];
  /** Services whose workloads stay as they are. */
  readonly existing: ReadonlySet<ImportedService>;
  readonly routes: ReadonlyMap<ImportedService, ImportedRoutes>;
  /** Objects that declarations of the model stand for. */
  readonly expressed: ReadonlySet<Resource>;
  readonly rendered: readonly Resource[];
  readonly gateways: ImportedGateways;
}

/** The rest of an import, so that nothing of the manifests is lost. */
export function restOf(imported: Imported): Rest {
  const { cluster, expressed } = imported;
  const counterparts = counterpartsOf(imported);
  const patches: Patched[] = [];
  const typed: Resource[] = [];
  const kept: KubernetesObject[] = [];
  for (const resource of cluster.resources) {
    const counterpart = counterparts.get(resource);
    if (counterpart) {
      const changes = changesOf(resource, counterpart, imported);
      if (changes.length > 0) {
        const { kind, name: title, namespace } = counterpart;
        const comment = [...imported.routes.values()].find(each => each.from === resource)?.reason;
        const own = namespaceIn(imported.services, namespace);
        patches.push({ kind, name: title, namespace: own, patches: changes, comment });
      }
    } else if (!expressed.has(resource)) {
      (CLASSES[resource.type] === undefined
        ? kept.push(located(resource, imported))
        : typed.push(resource)) satisfies number;
    }
  }
  return {
    statements: [...patchStatements(patches), ...typedStatements(typed, imported.gateways.kept)],
    kept,
    counterparts,
  };
}

/** The namespace by which a chart has an object: none for that of the topology, and for objects of the whole cluster. */
export function namespaceIn([first]: readonly ImportedService[], namespace: string): Code | undefined {
  return namespace === '' || namespace === first?.namespace ? undefined : literal(namespace);
}

function counterpartsOf({ cluster, services, existing, rendered, routes }: Imported): ReadonlyMap<Resource, Resource> {
  const byKey = new Map(rendered.map(each => [`${each.type} ${each.key}`, each]));
  const found = new Map<Resource, Resource>();
  const add = (resource: Resource | undefined, type: string, key: string) => {
    const counterpart = byKey.get(`${type} ${key}`);
    if (resource && counterpart) {
      found.set(resource, counterpart);
    }
  };
  for (const service of services) {
    const key = `${service.namespace}/${service.name}`;
    if (!existing.has(service)) {
      add(service.service, Kind.SERVICE, key);
      service.versions.forEach(({ workload: { resource }, objectName }) =>
        add(resource, resource.type, `${service.namespace}/${objectName}`),
      );
    }
    add(routes.get(service)?.from, Kind.VIRTUAL_SERVICE, key);
    const [rule, ...others] = destinationRulesFor(service, cluster);
    if (others.length === 0) {
      add(rule, Kind.DESTINATION_RULE, key);
    }
    for (const budget of cluster.all(Kind.POD_DISRUPTION_BUDGET)) {
      const labels = budget.spec.get('selector', 'matchLabels').strings;
      const selects = service.versions.every(({ workload }) => hasLabels(workload.labels, labels));
      if (selects && budget.namespace === service.namespace && Object.keys(labels).length > 0) {
        add(budget, Kind.POD_DISRUPTION_BUDGET, key);
      }
    }
  }
  for (const type of [Kind.SERVICE_ACCOUNT, Kind.NAMESPACE, Kind.PEER_AUTHENTICATION]) {
    cluster.all(type).forEach(each => add(each, type, each.key));
  }
  return found;
}

function changesOf(resource: Resource, counterpart: Resource, { routes, services }: Imported): Patch[] {
  const route = services.map(each => routes.get(each)).find(each => each?.from === resource);
  if (route) {
    const { http, ...others } = route.spec ?? {};
    return [
      ...(http === undefined ? [] : [{ op: 'replace' as const, path: '/spec/http', value: pruned(http) }]),
      ...Object.entries(others).map(([field, value]) => ({
        op: 'add' as const,
        path: `/spec/${field}`,
        value: pruned(value),
      })),
      ...patchesOf({ metadata: resource.object.metadata }, counterpart.object, isOwnMetadata),
    ];
  }
  if (resource.type === Kind.PEER_AUTHENTICATION) {
    return [];
  }
  if (resource.type === Kind.POD_DISRUPTION_BUDGET) {
    // A budget has one of the two.
    const left = ['minAvailable', 'maxUnavailable'].filter(
      each => !resource.spec.get(each).exists && counterpart.spec.get(each).exists,
    );
    return [
      ...left.map(each => ({ op: 'remove' as const, path: `/spec/${each}` })),
      ...patchesOf({ spec: resource.object.spec }, counterpart.object, isOwnField),
    ];
  }
  const template = ['spec', 'template', 'spec'];
  const pod = resource.root.get(...template);
  const hasUsers = pod.get('containers').items.every(each => userOf(each, pod));
  const isOwn: IsOwn = (path, written) => isOwnMetadata(path) || isOwnField(path, written);
  return [
    ...patchesOf(resource.object, counterpart.object, isOwn),
    ...(pod.exists && !hasUsers ? securityPatches(resource, counterpart, template) : []),
  ];
}

/** Containers whose user is not known keep what they may do. */
function securityPatches(resource: Resource, counterpart: Resource, template: readonly string[]): Patch[] {
  const places = [
    template,
    ...['containers', 'initContainers'].flatMap(field =>
      resource.root.get(...template, field).items.map((_, index) => [...template, field, String(index)]),
    ),
  ];
  return places.flatMap((place): Patch[] => {
    const [written, rendered] = [resource, counterpart].map(each =>
      valueAt(each.object, [...place, 'securityContext']),
    );
    const path = `/${[...place, 'securityContext'].join('/')}`;
    return rendered === undefined
      ? written === undefined
        ? []
        : [{ op: 'add', path, value: pruned(written) }]
      : [written === undefined ? { op: 'remove', path } : { op: 'replace', path, value: pruned(written) }];
  });
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (each, step) => (Array.isArray(each) ? (each[Number(step)] as unknown) : isMap(each) ? each[step] : undefined),
    value,
  );
}

type Path = readonly (string | number)[];

/** Metadata that the API server or kubectl sets. */
export function isServerMetadata(path: Path): boolean {
  const [first, field, item] = path;
  return (
    (first === 'metadata' && path.length === 2 && SERVER_METADATA.includes(String(field)))
    || first === 'status'
    || first === 'apiVersion'
    || (field === 'annotations' && String(item).startsWith('kubectl.kubernetes.io/'))
  );
}

const LABELS_OF_MESHES = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode', 'kubernetes.io/metadata.name'];

/** The same, and labels that the model sets. */
function isOwnMetadata(path: Path): boolean {
  const [parent, label = ''] = path.slice(-2).map(String);
  return isServerMetadata(path) || (parent === 'labels' && (OWN_LABELS.has(label) || LABELS_OF_MESHES.includes(label)));
}

/** Fields that follow from names and ports of the model. */
function isOwnField(path: Path, written: unknown): boolean {
  return isEquivalent(path, written) || /(\/containers\/0|\/ports\/\d+)\/(name|appProtocol)$/.test(path.join('/'));
}

/** Fields whose value has the same meaning in the model: selectors, ports by number, identities, what is not root. */
export function isEquivalent(path: Path, written: unknown): boolean {
  const text = path.join('/');
  return (
    isServerMetadata(path)
    || path.at(-1) === 'securityContext'
    || /^spec\/((selector|hosts?)(\/|$)|replicas$)/.test(text)
    || /^spec\/template\/spec\/serviceAccount(Name)?$/.test(text)
    || /\/ports\/\d+\/targetPort$/.test(text)
    || /^spec\/template\/metadata\/(creationTimestamp|name|namespace)$/.test(text)
    || /\/(httpGet|grpc|tcpSocket)\/port$/.test(text)
    || (/^spec\/(clusterIPs?|ipFamilies|ipFamilyPolicy)(\/|$)/.test(text) && written !== 'None')
  );
}

/** Changes of a rendered object. */
interface Patched {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: Code;
  readonly patches: readonly Patch[];
  readonly comment?: string;
}

function patchStatements(all: readonly Patched[]): Statement[] {
  const groups = new Map<string, Patched[]>();
  all.forEach(each => addTo(groups, JSON.stringify([each.kind, each.namespace, each.patches, each.comment]), each));
  return [...groups.values()].flatMap((group): Statement[] => {
    const [first] = group;
    if (!first) {
      return [];
    }
    const { kind, namespace, patches, comment } = first;
    const code = (target: Code) =>
      call(call(name('chart'), 'object', literal(kind), target, namespace), 'addJsonPatch', ...patches.map(patchCode));
    const shared = { comment: comment === undefined ? undefined : [comment] };
    return [
      group.length === 1
        ? { ...shared, code: code(literal(first.name)) }
        : { ...shared, each: { name: 'name', of: group.map(each => literal(each.name)) }, code: code(name('name')) },
    ];
  });
}

function patchCode({ op, path, value }: Patch): Code {
  return call(exported('cdk8s', 'JsonPatch'), op, literal(path), op === 'remove' ? undefined : literal(value));
}

/** An object as it is, in its namespace, with the names that other objects have in the model. */
function located(resource: Resource, { services, existing }: Imported): KubernetesObject {
  const { object: written, namespace } = resource;
  const others = Object.fromEntries(Object.entries(written).filter(([field]) => field !== 'status'));
  const metadata = namespace === '' ? written.metadata : { ...written.metadata, namespace };
  const target = resource.spec.get('scaleTargetRef');
  const version = services
    .filter(each => !existing.has(each) && each.namespace === namespace)
    .flatMap(each => each.versions)
    .find(
      each => each.workload.resource.kind === target.get('kind').text && each.workload.name === target.get('name').text,
    );
  const moved =
    version && isMap(written.spec) && isMap(target.value)
      ? { spec: { ...written.spec, scaleTargetRef: { ...target.value, name: version.objectName } } }
      : {};
  return { ...others, apiVersion: written.apiVersion, kind: written.kind, metadata: ownMetadata(metadata), ...moved };
}
