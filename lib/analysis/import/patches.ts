import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../manifests';

/** An operation of JSON Patch. */
export interface Patch {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

type Path = readonly (string | number)[];

/** What the model sets by itself: fields that need no patch although they differ. */
export type IsOwn = (path: Path, written: unknown) => boolean;

/** The operations by which a rendered object gets all fields of the one that it replaces. */
export function patchesOf(written: unknown, rendered: unknown, isOwn: IsOwn, path: Path = []): Patch[] {
  if (isOwn(path, written) || isEmpty(written) || isSame(written, rendered)) {
    return [];
  }
  if (rendered === undefined) {
    return isDefault(path, written) ? [] : [{ op: 'add', path: pointer(path), value: pruned(written) }];
  }
  if (isMap(written) && isMap(rendered)) {
    return Object.entries(written).flatMap(([name, value]) =>
      patchesOf(value, Object.hasOwn(rendered, name) ? rendered[name] : undefined, isOwn, [...path, name]),
    );
  }
  if (Array.isArray(written) && Array.isArray(rendered)) {
    const key = KEYS[String(path.at(-1))];
    return key ? ofItems(written, rendered, key, isOwn, path) : [replaced(written, path)];
  }
  return [replaced(written, path)];
}

/** The field by which the items of a list are the same; containers have the same place. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: [],
  initContainers: [],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port', 'protocol'],
  subsets: ['name'],
  volumeClaimTemplates: [],
};

function ofItems(
  written: readonly unknown[],
  rendered: readonly unknown[],
  keys: readonly string[],
  isOwn: IsOwn,
  path: Path,
): Patch[] {
  const keyOf = (item: unknown, index: number) =>
    keys.length === 0 || !isMap(item)
      ? String(index)
      : keys.map(each => String(item[each] ?? (each === 'protocol' ? 'TCP' : ''))).join(' ');
  const places = new Map(rendered.map((item, index) => [keyOf(item, index), index]));
  return written.flatMap((item, index) => {
    const place = places.get(keyOf(item, index));
    return place === undefined
      ? isOwn([...path, '-'], item)
        ? []
        : [{ op: 'add' as const, path: pointer([...path, '-']), value: pruned(item) }]
      : patchesOf(item, rendered[place], isOwn, [...path, place]);
  });
}

function replaced(value: unknown, path: Path): Patch {
  return { op: 'replace', path: pointer(path), value: pruned(value) };
}

function pointer(path: Path): string {
  return path.map(each => `/${String(each).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

/** Without fields that have no value. */
export function pruned(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map(pruned)
    : isMap(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, each]) => each !== null && each !== undefined)
            .map(([name, each]) => [name, pruned(each)]),
        )
      : value;
}

export function isEmpty(value: unknown): boolean {
  return (
    value === undefined
    || value === null
    || value === ''
    || (Array.isArray(value) && value.length === 0)
    || (isMap(value) && Object.values(value).every(isEmpty) && Object.keys(value).length === 0)
  );
}

/** Numbers and texts of the same digits are the same quantity. */
export function isSame(one: unknown, other: unknown): boolean {
  if (isMap(one) && isMap(other)) {
    const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return names.every(each => isSame(one[each], other[each]) || (isEmpty(one[each]) && isEmpty(other[each])));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  }
  const isScalar = [one, other].every(each => typeof each === 'string' || typeof each === 'number');
  return isDeepStrictEqual(one, other) || (isScalar && String(one) === String(other));
}

/** Values that Kubernetes sets where a field is missing. */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  protocol: ['TCP'],
  type: ['ClusterIP'],
  imagePullPolicy: ['IfNotPresent'],
  restartPolicy: ['Always'],
  dnsPolicy: ['ClusterFirst'],
  schedulerName: ['default-scheduler'],
  terminationMessagePath: ['/dev/termination-log'],
  terminationMessagePolicy: ['File'],
  terminationGracePeriodSeconds: [30],
  sessionAffinity: ['None'],
  privileged: [false],
  scheme: ['HTTP'],
  revisionHistoryLimit: [10],
  progressDeadlineSeconds: [600],
  hostNetwork: [false],
  hostPID: [false],
  hostIPC: [false],
  timeoutSeconds: [1],
  periodSeconds: [10],
  successThreshold: [1],
  failureThreshold: [3],
  optional: [false],
  readOnly: [false],
  replicas: [1],
  weight: [100],
  clusterIP: [''],
  enableServiceLinks: [true],
  podManagementPolicy: ['OrderedReady'],
  initialDelaySeconds: [0],
  internalTrafficPolicy: ['Cluster'],
  apiVersion: ['v1'],
};

function isDefault(path: Path, value: unknown): boolean {
  const defaults = DEFAULTS[String(path.at(-1))] ?? [];
  return defaults.some(each => isSame(each, value)) || isEmptyTree(value);
}

function isEmptyTree(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length > 0 && Object.values(value).every(each => isEmpty(each));
}
