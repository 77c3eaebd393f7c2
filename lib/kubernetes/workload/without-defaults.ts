import { isDeepStrictEqual } from 'node:util';

/** A JSON object. */
export interface Json {
  readonly [field: string]: unknown;
}

/**
 * Fields that cdk8s-plus writes and that have the value that the API server sets anyway: without them a reviewer sees
 * what was declared. `*` stands for the items of a list.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/
 */
const DEFAULTS: Readonly<Record<string, readonly (readonly [field: string, value: unknown])[]>> = {
  Deployment: [
    ['spec.minReadySeconds', 0],
    ['spec.progressDeadlineSeconds', 600],
    ['spec.strategy', { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }],
  ],
  Service: [
    ['spec.externalIPs', []],
    ['spec.type', 'ClusterIP'],
  ],
  ConfigMap: [['immutable', false]],
  Namespace: [['spec', {}]],
};

const OF_PODS: readonly (readonly [field: string, value: unknown])[] = [
  ['spec.dnsPolicy', 'ClusterFirst'],
  ['spec.hostNetwork', false],
  ['spec.setHostnameAsFQDN', false],
  ['spec.terminationGracePeriodSeconds', 30],
  ['spec.securityContext.fsGroupChangePolicy', 'Always'],
  ['spec.containers.*.securityContext.privileged', false],
  ['spec.initContainers.*.securityContext.privileged', false],
];

/** A label with a hash of the construct's path, by which cdk8s-plus selects pods; nothing here selects by it. */
const ADDRESS = 'cdk8s.io/metadata.addr';

/** An object without the fields that have the default of Kubernetes. */
export function withoutDefaults(written: Json): Json {
  return (DEFAULTS[String(written.kind)] ?? []).reduce<Json>(
    (object, [field, value]) => without(object, field.split('.'), value),
    written,
  );
}

/** A template of pods without the fields that have the default of Kubernetes. */
export function podWithoutDefaults(template: Json): Json {
  const defaults = [...OF_PODS, ['spec.restartPolicy', 'Always'] as const];
  const pod = defaults.reduce<Json>((object, [field, value]) => without(object, field.split('.'), value), template);
  return without(pod, ['metadata', 'labels', ADDRESS], undefined);
}

/** Without a field that has that value; of any value if it is undefined. */
function without(value: Json, [field = '', ...rest]: readonly string[], refused: unknown): Json {
  const inner = value[field];
  if (inner === undefined) {
    return value;
  }
  if (rest.length === 0) {
    const isRefused = refused === undefined || isDeepStrictEqual(inner, refused);
    return isRefused ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== field)) : value;
  }
  if (Array.isArray(inner)) {
    const items = inner as Json[];
    const changed = items.map(item => without(item, rest.slice(1), refused));
    return changed.every((item, at) => item === items[at]) ? value : { ...value, [field]: changed };
  }
  const changed = isObject(inner) ? without(inner, rest, refused) : inner;
  return changed === inner ? value : { ...value, [field]: changed };
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
