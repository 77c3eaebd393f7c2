import { type Cluster, type Field, isRegistryHost, Kind, memo, type Resource } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import { GRPC_ROUTE, HTTP_ROUTE, REFERENCE_GRANT, TCP_ROUTE, TLS_ROUTE } from './fields';
import { VIRTUAL_SERVICE } from './istio';
import { type Reading, titleOf, unreadField, unreadFields } from './read';

const READINGS: Readonly<Record<string, Reading>> = {
  [Kind.VIRTUAL_SERVICE]: VIRTUAL_SERVICE,
  [Kind.HTTP_ROUTE]: HTTP_ROUTE,
  [Kind.GRPC_ROUTE]: GRPC_ROUTE,
  [Kind.TLS_ROUTE]: TLS_ROUTE,
  [Kind.TCP_ROUTE]: TCP_ROUTE,
};

/**
 * Throws {@link Unsimulated} where a match of a rule has fields that are not simulated: it is then unknown whether the
 * rule, or a later one, matches a request.
 */
export function requireMatchRead(match: Field): void {
  const unread = unreadOfMatch(match);
  if (unread) {
    throw unreadField(unread);
  }
}

const unreadOfMatch = memo((match: Field): Field | undefined => {
  const reading = READINGS[match.resource.type];
  return reading && unreadFields(match, reading)[0];
});

/** The first field that is not simulated in the matches of some rules of VirtualServices. */
export function unreadMatch(rules: readonly Field[]): Unsimulated | undefined {
  const [field] = rules.flatMap(each => unreadFields(each.get('match'), VIRTUAL_SERVICE));
  return field && unreadField(field);
}

/** Whether a field that is not simulated may decide what routes do. */
export function areRoutesUnread(
  routes: readonly { readonly rule: { readonly at: Field } }[],
  cluster: Cluster,
): boolean {
  return routes.some(({ rule }) => unreadOfRule(rule.at, cluster) !== undefined);
}

/**
 * Why it is not known what a rule does: a field of it that is not simulated, or of a match of its object, or a backend
 * that controllers alone know.
 */
export const unreadOfRule = memo((rule: Field, cluster: Cluster): Unsimulated | undefined => {
  const { resource } = rule;
  const reading = READINGS[resource.type];
  if (!reading) {
    return undefined;
  }
  const grants = resource.type === Kind.VIRTUAL_SERVICE ? [] : grantsFor(rule, cluster);
  const [field] = [
    ...unreadFields(rule, reading),
    ...unreadMatchesOf(resource, reading),
    ...grants.flatMap(each => unreadFields(each, REFERENCE_GRANT)),
  ];
  return field ? unreadField(field) : (foreignBackend(rule) ?? missingBackend(rule));
});

/** A rule of a VirtualService that sends requests nowhere: proxies keep an earlier configuration if istiod has it. */
function missingBackend(rule: Field): Unsimulated | undefined {
  const routes = rule.get('route').items;
  const isSent = routes.length === 1 || routes.some(each => (each.get('weight').number ?? 0) > 0);
  const isAnswered = ['redirect', 'directResponse', 'delegate'].some(each => rule.get(each).exists);
  return rule.resource.type !== Kind.VIRTUAL_SERVICE || isSent || isAnswered
    ? undefined
    : new Unsimulated(
        `${titleOf(rule.resource)} has a rule without a destination of any weight (${String(rule)}), which Istio rejects.`,
        'Give a destination a weight.',
      );
}

/** The fields that are not simulated in the matches of all rules of an object. */
const unreadMatchesOf = memo(({ spec }: Resource, reading: Reading): readonly Field[] =>
  [
    ...['http', 'tls', 'tcp'].flatMap(each => spec.get(each).items).map(each => each.get('match')),
    ...spec.get('rules').items.map(each => each.get('matches')),
  ].flatMap(each => unreadFields(each, reading)),
);

/** The ReferenceGrants of other namespaces to which a rule sends. */
function grantsFor(rule: Field, cluster: Cluster): Field[] {
  const namespaces = backendsOf(rule)
    .map(each => each.get('namespace').text)
    .filter(each => each !== '' && each !== rule.resource.namespace);
  return cluster
    .all(Kind.REFERENCE_GRANT)
    .filter(each => namespaces.includes(each.namespace))
    .map(each => each.spec);
}

/** The groups of kinds that controllers may know as backends. Any other kind is one that does not exist to them. */
const MAY_CONVERT = /(^|\.)(istio\.io|k8s\.io|x-k8s\.io|envoyproxy\.io)$/;

function foreignBackend(rule: Field): Unsimulated | undefined {
  const other = backendsOf(rule).find(
    each => MAY_CONVERT.test(each.get('group').text) && !isRegistryHost(each) && (each.get('weight').number ?? 1) > 0,
  );
  return (
    other
    && new Unsimulated(
      `${titleOf(rule.resource)} sends requests to a ${other.get('kind').text} (${String(other)}).`,
      'Backends that are Services are simulated.',
    )
  );
}

/** The backends of a rule of the Gateway API, those of its copies too. */
function backendsOf(rule: Field): Field[] {
  return [
    ...rule.get('backendRefs').items,
    ...rule
      .get('filters')
      .items.map(each => each.get('requestMirror', 'backendRef'))
      .filter(each => each.exists),
  ];
}
