import { isDeepStrictEqual } from 'node:util';
import { isMap, Kind, type KubernetesObject, type Resource } from '../../manifests';
import type { Stage } from './stages';

type Spec = Readonly<Record<string, unknown>>;

/** The specs of an object between two, each for a step: before and after routes change. */
interface Between {
  /** Permits what is permitted before and after: the rules, ports and subsets of both. */
  readonly grants: Spec;
  /** Permits the same, and has the new direction of requests: the selector of a Service, the TLS of clients. */
  readonly routes: Spec;
}

/** The object of each step that leads from one to the other; undefined if they cannot be permitted together. */
export function widened(
  before: Resource,
  after: Resource,
): readonly { readonly stage: Stage; readonly object: KubernetesObject }[] | undefined {
  const [was, is] = [specOf(before), specOf(after)];
  const between = betweenOf(after.type, was, is);
  if (between === undefined) {
    return undefined;
  }
  const objectOf = (spec: Spec) => (isDeepStrictEqual(spec, is) ? after.object : { ...after.object, spec });
  const steps = [
    { stage: 'grants', from: was, to: between.grants },
    { stage: 'routes', from: between.grants, to: between.routes },
    { stage: 'narrow', from: between.routes, to: is },
  ] as const;
  const changing = steps.filter(({ from, to }) => !isDeepStrictEqual(from, to));
  return changing.length === 0
    ? [{ stage: 'grants', object: after.object }]
    : changing.map(({ stage, to }) => ({ stage, object: objectOf(to) }));
}

/**
 * A DestinationRule without the TLS of clients, which changes with routes: servers accept the old and the new then.
 * Undefined if it has none.
 */
export function withoutClientTls({ type, object }: Resource): KubernetesObject | undefined {
  const spec = withoutTls(object.spec);
  return type !== Kind.DESTINATION_RULE || isDeepStrictEqual(spec, object.spec) ? undefined : { ...object, spec };
}

/** A Sidecar with the hosts of those that replace it, too; undefined if it has them. */
export function withHostsOf(before: Resource, successors: readonly Resource[]): KubernetesObject | undefined {
  const spec = specOf(before);
  if (!Array.isArray(spec.egress)) {
    return undefined;
  }
  const egress = successors.reduce<unknown>(
    (all, each) => egressOf(all, specOf(each).egress ?? EVERYTHING),
    spec.egress,
  );
  return isDeepStrictEqual(egress, spec.egress) ? undefined : { ...before.object, spec: { ...spec, egress } };
}

/** What a Sidecar without egress has. */
const EVERYTHING = [{ hosts: ['*/*'] }];

/** Without maps that would be empty: a server-side apply of such a one in place of more fields is refused. */
function withoutTls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutTls);
  }
  return isMap(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) => {
          const rest = withoutTls(each);
          return name === 'tls' || isEmptied(each, rest) ? [] : [[name, rest]];
        }),
      )
    : value;
}

function isEmptied(was: unknown, rest: unknown): boolean {
  return isMap(was) && isMap(rest) && Object.keys(was).length > 0 && Object.keys(rest).length === 0;
}

function betweenOf(type: string, was: Spec, is: Spec): Between | undefined {
  if (type === Kind.SERVICE) {
    return directed(was, is, 'ports', 'port');
  }
  if (type === Kind.DESTINATION_RULE) {
    return directed(was, is, 'subsets', 'name');
  }
  const grants = WIDENINGS.get(type)?.(was, is);
  return grants && { grants, routes: grants };
}

/** The items of a list of both: first with all else as before, then with all else as after. */
function directed(was: Spec, is: Spec, list: string, key: string): Between {
  const grants = { ...was, ...listsOf(was, is, [list], key) };
  const items: unknown[] = Array.isArray(is[list]) ? is[list] : [];
  const now = (item: unknown) => items.find(each => isMap(each) && isMap(item) && each[key] === item[key]) ?? item;
  const all: unknown = grants[list as keyof typeof grants];
  return { grants, routes: Array.isArray(all) ? { ...is, [list]: all.map(now) } : is };
}

const WIDENINGS: ReadonlyMap<string, (was: Spec, is: Spec) => Spec | undefined> = new Map([
  [Kind.AUTHORIZATION_POLICY, authorizationPolicy],
  [Kind.NETWORK_POLICY, networkPolicy],
  [Kind.PEER_AUTHENTICATION, peerAuthentication],
  [Kind.REQUEST_AUTHENTICATION, (was, is) => ({ ...is, jwtRules: both(was.jwtRules, is.jwtRules, 'issuer') })],
  [
    Kind.SERVICE_ENTRY,
    (was, is) => ({
      ...is,
      ...listsOf(was, is, ['hosts', 'addresses', 'exportTo'], ''),
      ...listsOf(was, is, ['ports'], 'number'),
    }),
  ],
  [Kind.REFERENCE_GRANT, (was, is) => ({ ...is, ...listsOf(was, is, ['from', 'to'], '') })],
  [Kind.GATEWAY, (was, is) => ({ ...is, ...listsOf(was, is, ['listeners'], 'name') })],
  [Kind.ISTIO_GATEWAY, (was, is) => ({ ...is, ...listsOf(was, is, ['servers'], '') })],
  [Kind.SIDECAR, (was, is) => ({ ...is, egress: egressOf(was.egress, is.egress) })],
]);

function specOf({ object }: Resource): Spec {
  return isMap(object.spec) ? object.spec : {};
}

function authorizationPolicy(was: Spec, is: Spec): Spec | undefined {
  const [action, other] = [was, is].map(each => each.action ?? 'ALLOW');
  if (action !== other || ['selector', 'targetRefs'].some(each => !isDeepStrictEqual(was[each], is[each]))) {
    return undefined;
  }
  if (action === 'ALLOW') {
    return { ...is, ...listsOf(was, is, ['rules'], '') };
  }
  const rules =
    action !== 'DENY'
      ? undefined
      : deniesAll(was.rules)
        ? is.rules
        : deniesAll(is.rules)
          ? was.rules
          : exceptBoth(was.rules, is.rules);
  return rules === undefined ? undefined : { ...is, rules };
}

/** Whether a rule has no conditions. */
function deniesAll(rules: unknown): boolean {
  return Array.isArray(rules) && rules.some(each => isDeepStrictEqual(each, {}));
}

/** The rules that deny what both deny, if they differ only in their exceptions (`notPrincipals` and the like). */
function exceptBoth(was: unknown, is: unknown, name = ''): unknown {
  if (isDeepStrictEqual(was, is)) {
    return is;
  }
  if (Array.isArray(was) && Array.isArray(is)) {
    if (name.startsWith('not')) {
      return both(was, is, '');
    }
    const items = is.map((each, index) => exceptBoth(was[index], each));
    return was.length === is.length && !items.includes(undefined) ? items : undefined;
  }
  if (isMap(was) && isMap(is) && isDeepStrictEqual(Object.keys(was).sort(), Object.keys(is).sort())) {
    const entries = Object.keys(is).map(each => [each, exceptBoth(was[each], is[each], each)] as const);
    return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
  }
  return undefined;
}

function networkPolicy(was: Spec, is: Spec): Spec | undefined {
  const types = directionsOf(was).filter(each => directionsOf(is).includes(each));
  return types.length === 0 || !isDeepStrictEqual(was.podSelector, is.podSelector)
    ? undefined
    : {
        ...is,
        ...listsOf(
          was,
          is,
          types.map(each => each.toLowerCase()),
          '',
        ),
        ...(types.length < directionsOf(is).length ? { policyTypes: types } : {}),
      };
}

/** The directions that a NetworkPolicy restricts. */
export function directionsOf(spec: Spec): readonly string[] {
  const types = spec.policyTypes;
  return Array.isArray(types) && types.length > 0
    ? types.map(String)
    : ['Ingress', ...(Array.isArray(spec.egress) ? ['Egress'] : [])];
}

/** Where modes differ, mutual TLS and plain text are accepted in between. */
function peerAuthentication(was: Spec, is: Spec): Spec | undefined {
  const ports = [was, is].map(({ portLevelMtls }) => (isMap(portLevelMtls) ? portLevelMtls : {}));
  const numbers = [...new Set(ports.flatMap(Object.keys))];
  const [old = {}, now = {}] = ports;
  const between = (some: unknown, other: unknown) => (isDeepStrictEqual(some, other) ? other : { mode: 'PERMISSIVE' });
  const mtls = between(was.mtls, is.mtls);
  const byPort = Object.fromEntries(numbers.map(each => [each, between(old[each], now[each])]));
  return isDeepStrictEqual(was.selector, is.selector)
    ? { ...is, ...(mtls === undefined ? {} : { mtls }), ...(numbers.length === 0 ? {} : { portLevelMtls: byPort }) }
    : undefined;
}

function listsOf(was: Spec, is: Spec, names: readonly string[], key: string): Spec {
  return Object.fromEntries(
    names.flatMap(name =>
      was[name] === undefined && is[name] === undefined ? [] : [[name, both(was[name], is[name], key)]],
    ),
  );
}

/** The items of both lists, those of before first; of two with the same key the one of before. */
function both(was: unknown, is: unknown, key: string): unknown[] {
  const [old, now]: unknown[][] = [was, is].map(each => (Array.isArray(each) ? each : []));
  const isSame = (a: unknown, b: unknown) =>
    isDeepStrictEqual(a, b) || (key !== '' && isMap(a) && isMap(b) && a[key] !== undefined && a[key] === b[key]);
  return isDeepStrictEqual(old, now)
    ? (now ?? [])
    : [...(old ?? []), ...(now ?? []).filter(each => !(old ?? []).some(other => isSame(other, each)))];
}

/** The listeners of both, with the hosts of both where port and address are the same. */
function egressOf(was: unknown, is: unknown): unknown[] {
  const listeners = [was, is].flatMap(each => (Array.isArray(each) ? (each as unknown[]) : [])).filter(isMap);
  const byListener = new Map<string, Record<string, unknown>>();
  for (const { hosts, ...others } of listeners) {
    const key = JSON.stringify([others.port, others.bind, others.captureMode]);
    byListener.set(key, { ...others, hosts: both(byListener.get(key)?.hosts, hosts, '') });
  }
  return [...byListener.values()];
}
