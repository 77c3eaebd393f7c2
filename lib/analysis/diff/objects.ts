import { isDeepStrictEqual } from 'node:util';
import { type Cluster, isMap, Kind, type Path, type Place, type Resource } from '../../manifests';

/** An object that is new, removed or different. */
export interface ObjectChange {
  readonly change: 'added' | 'removed' | 'changed';
  /** The type with namespace and name, such as `AuthorizationPolicy.security.istio.io shop/web`. */
  readonly object: string;
  readonly kind: string;
  readonly key: string;
  /** In the manifests after the change; of a removed object before it. */
  readonly place?: Place;
  /** What differs, a line for each field. */
  readonly fields: readonly string[];
}

/** The objects that are new, removed or different, in the order of their types and names. */
export function objectChanges(before: Cluster, after: Cluster): readonly ObjectChange[] {
  const [old, now] = [before, after].map(byIdentity);
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort().flatMap((object): ObjectChange[] => {
    const [was, is] = [old?.get(object), now?.get(object)];
    const known = is ?? was;
    const fields = was && is ? fieldsOf(was, is) : [];
    return !known || (was && is && fields.length === 0)
      ? []
      : [
          {
            change: was ? (is ? 'changed' : 'removed') : 'added',
            object,
            kind: known.kind,
            key: known.key,
            place: known.locate([]),
            fields,
          },
        ];
  });
}

/** Whether an object is of a type that decides about requests: what of it changes traffic is not always compared. */
export function decidesOnTraffic({ object }: ObjectChange): boolean {
  return TRAFFIC_TYPES.test(object);
}

const TRAFFIC_TYPES =
  /^(Service|\w+\.((networking|security|extensions)\.istio\.io|(gateway\.)?networking\.k8s\.io|gateway\.envoyproxy\.io|policy\.linkerd\.io)) /;

function byIdentity({ resources }: Cluster): ReadonlyMap<string, Resource> {
  return new Map(resources.map(each => [`${each.type} ${each.key}`, each]));
}

/** What the API server writes, and kubectl keeps for itself. */
const SERVER_METADATA: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function fieldsOf(before: Resource, after: Resource): string[] {
  const hasValues = VALUES_SHOWN.test(after.type);
  return differences(written(before), written(after), []).map(({ path, was, is }) => {
    const name = textOf(path);
    return was === undefined
      ? `${name} added${hasValues ? `: ${shown(is)}` : ''}`
      : is === undefined
        ? `${name} removed${hasValues ? `: ${shown(was)}` : ''}`
        : `${name} changed${hasValues ? `: ${shown(was)} → ${shown(is)}` : ''}`;
  });
}

/** Types whose values are no secrets. */
const VALUES_SHOWN = new RegExp(
  `^(${Kind.SERVICE}|Namespace|[A-Za-z]+\\.([a-z]+\\.istio\\.io|networking\\.k8s\\.io|gateway\\.networking\\.k8s\\.io))$`,
);

function written({ object }: Resource): unknown {
  const { metadata, ...others } = object as Record<string, unknown> & { metadata: object };
  const own = Object.fromEntries(Object.entries(metadata).filter(([name]) => !SERVER_METADATA.has(name)));
  return {
    ...without(others, 'status'),
    metadata: { ...own, annotations: without(isMap(own.annotations) ? own.annotations : {}, LAST_APPLIED) },
  };
}

function without(map: Readonly<Record<string, unknown>>, left: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== left));
}

interface Difference {
  readonly path: Path;
  readonly was: unknown;
  readonly is: unknown;
}

function differences(was: unknown, is: unknown, path: Path): Difference[] {
  if (isDeepStrictEqual(was, is)) {
    return [];
  }
  if (Array.isArray(was) && Array.isArray(is)) {
    const length = Math.max(was.length, is.length);
    return Array.from({ length }, (_, index) => differences(was[index], is[index], [...path, index])).flat();
  }
  if (isMap(was) && isMap(is)) {
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
    return names.flatMap(name => differences(was[name], is[name], [...path, name]));
  }
  return [{ path, was, is }];
}

function textOf(path: Path): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `["${step}"]`))
    .join('')
    .replace(/^\./, '');
}

const MOST = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}
