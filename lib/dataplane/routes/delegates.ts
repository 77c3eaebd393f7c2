import {
  ownValue,
  type Cluster,
  type Field,
  fullHost,
  gatewayOf,
  isMap,
  Kind,
  memo,
  namespacesOf,
  type Resource,
} from '../../manifests';
import { VIRTUAL_SERVICE } from '../unread/istio';
import { unreadFields } from '../unread/read';

type Value = Readonly<Record<string, unknown>>;

/**
 * The HTTP rules of a VirtualService, with those of its delegates in place of the delegating rules. A delegate that is
 * missing or not exported to the namespace is ignored, and so is a rule of it whose matches conflict with those of the
 * delegating rule.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 */
export function httpRulesOf(virtualService: Resource, cluster: Cluster): readonly Field[] {
  return httpRuleGroupsOf(virtualService, cluster).flatMap(each => each.rules);
}

/** The HTTP rules of a VirtualService, by the rule that it contains: itself, or the rules of its delegate. */
export const httpRuleGroupsOf = memo((virtualService: Resource, cluster: Cluster): readonly HttpRuleGroup[] =>
  virtualService.spec
    .get('http')
    .items.map(at => ({ at, rules: at.get('delegate').exists ? delegated(at, cluster) : [at] })),
);

interface HttpRuleGroup {
  readonly at: Field;
  readonly rules: readonly Field[];
}

function delegated(root: Field, cluster: Cluster): Field[] {
  const { namespace: own } = root.resource;
  const found = cluster.find(
    Kind.VIRTUAL_SERVICE,
    root.get('delegate', 'name').text,
    root.get('delegate', 'namespace').text || own,
  );
  const visibleIn = found && namespacesOf(found.spec.get('exportTo').texts, found.namespace);
  if (!found || found.spec.get('hosts').items.length > 0 || !['*', own].some(each => visibleIn?.includes(each))) {
    return [];
  }
  return found.spec.get('http').items.flatMap(leaf => {
    const match = mergedMatches(matchesOf(root), matchesOf(leaf));
    return match ? [leaf.replaced({ ...inherited(root, cluster.clusterDomain), ...mapOf(leaf), match })] : [];
  });
}

const INHERITED = [
  'rewrite',
  'directResponse',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrorPercent',
  'mirrorPercentage',
  'mirrors',
  'corsPolicy',
  'headers',
];

/** Fields that are not simulated are inherited too, so that they are found where they may count. */
function inherited(root: Field, clusterDomain: string): Value {
  const unread = unreadFields(root, VIRTUAL_SERVICE).map(each => each.path.slice(root.path.length)[0]);
  return Object.fromEntries(
    Object.entries(mapOf(root))
      .filter(([name]) => INHERITED.includes(name) || unread.includes(name))
      .map(([name, value]) => [name, qualified(name, value, root, clusterDomain)]),
  );
}

/** The hosts of mirrors as full names, since a delegate may be in another namespace. */
function qualified(name: string, value: unknown, { resource }: Field, clusterDomain: string): unknown {
  const full = (destination: unknown) => {
    const { host, ...rest } = valueOf(destination);
    return typeof host === 'string'
      ? { ...rest, host: fullHost(host, resource.namespace, clusterDomain) }
      : destination;
  };
  if (name === 'mirror') {
    return full(value);
  }
  return name === 'mirrors' && Array.isArray(value)
    ? value.map((each: unknown) => (isMap(each) ? { ...each, destination: full(each.destination) } : each))
    : value;
}

/** The matches with full gateway names, since they may move to another namespace. */
function matchesOf(rule: Field): Value[] {
  return rule.get('match').items.map(match => {
    const gateways = match
      .get('gateways')
      .texts.map(each => (each === 'mesh' ? each : Object.values(gatewayOf(each, rule.resource.namespace)).join('/')));
    return gateways.length > 0 ? { ...mapOf(match), gateways } : mapOf(match);
  });
}

/** Every compatible pair; undefined if a match of the delegate is compatible with none. */
function mergedMatches(roots: readonly Value[], leaves: readonly Value[]): Value[] | undefined {
  if (roots.length === 0 || leaves.length === 0) {
    return [...leaves, ...roots];
  }
  const merged = leaves.map(leaf => roots.filter(root => agree(root, leaf)).map(root => mergedMatch(root, leaf)));
  return merged.some(each => each.length === 0) ? undefined : merged.flat();
}

const MAPS = ['headers', 'withoutHeaders', 'queryParams', 'sourceLabels'];

function mergedMatch(root: Value, leaf: Value): Value {
  const maps = MAPS.filter(name => name in root || name in leaf).map(name => [
    name,
    { ...valueOf(root[name]), ...valueOf(leaf[name]) },
  ]);
  return { ...root, ignoreUriCase: false, ...leaf, ...(Object.fromEntries(maps) as Value) };
}

function agree(root: Value, leaf: Value): boolean {
  return (
    ['uri', 'scheme', 'method', 'authority'].every(name => textsAgree(root[name], leaf[name]))
    && ['headers', 'withoutHeaders', 'queryParams'].every(name =>
      Object.entries(valueOf(leaf[name])).every(([key, match]) =>
        textsAgree(ownValue(valueOf(root[name]), key), match),
      ),
    )
    && Boolean(root.ignoreUriCase) === Boolean(leaf.ignoreUriCase)
    && (!root.port || !leaf.port || root.port === leaf.port)
    && (!root.sourceNamespace || root.sourceNamespace === leaf.sourceNamespace)
    && Object.entries(valueOf(leaf.sourceLabels)).every(([key, value]) =>
      [undefined, value].includes(valueOf(root.sourceLabels)[key]),
    )
    && gatewaysAgree(root.gateways, leaf.gateways)
  );
}

/** Whether a StringMatch of the delegate is a subset of the other one. Regular expressions are not compared. */
function textsAgree(root: unknown, leaf: unknown): boolean {
  if (root === undefined || leaf === undefined) {
    return true;
  }
  const [outer, inner] = [valueOf(root), valueOf(leaf)];
  if (outer.regex || inner.regex) {
    return false;
  }
  if (typeof outer.exact === 'string') {
    return inner.exact === outer.exact;
  }
  const text = inner.prefix ?? inner.exact;
  return typeof outer.prefix === 'string' && typeof text === 'string' && text.startsWith(outer.prefix);
}

function gatewaysAgree(root: unknown, leaf: unknown): boolean {
  return !Array.isArray(root) || !Array.isArray(leaf) || leaf.every(each => root.includes(each));
}

function mapOf(field: Field): Value {
  return valueOf(field.value);
}

function valueOf(value: unknown): Value {
  return isMap(value) ? value : {};
}
