import { contextOf, type Reach, trafficDifference } from '../../dataplane';
import { type Cluster, Kind } from '../../manifests';
import { requestDifferences } from './edge-requests';
import type { ImportedEdges } from './edges';
import { ASSUMED } from './gateways';

/**
 * Pairs of a caller and a callee, and the results of requests, that are not the same.
 * @param gateways those that are edges of the model, which are compared by their requests
 */
export function differencesBetween(
  before: Cluster,
  after: Cluster,
  gateways: readonly ImportedEdges[],
): readonly string[] {
  const [old, now] = [contextOf(before), contextOf(after)];
  const found = trafficDifference(old, now);
  const edges = gateways.flatMap(each => each.edges);
  const standIns = gateways
    .filter(({ gateway }) => gateway.type === Kind.ISTIO_GATEWAY)
    .map(({ gateway, namespace }) => `${namespace}/${gateway.name}-istio`);
  // What is routed by an assumed gateway is compared as requests from the internet.
  const assumed = new Set([
    ...standIns,
    ...before.workloads.all
      .filter(each => each.annotations[ASSUMED] !== undefined || each.resource.annotations[ASSUMED] !== undefined)
      .map(each => each.resource.key),
  ]);
  const isAssumed = (title: string) => assumed.has(title.replace(/:\d+$/, ''));
  // Policies of an edge allow the paths of its routes: requests show whether these are all that were allowed.
  const routed = new Set(
    edges
      .flatMap(each => each.routes)
      .flatMap(({ service: { namespace, versions } }) => versions.map(each => `${namespace}/${each.objectName}`)),
  );
  const isOfEdges = ({ from, to }: Reach) => from === 'internet' && routed.has(to.replace(/:\d+$/, ''));
  const describe = (each: Reach) =>
    `${each.from} → ${each.to}${each.isUnconditional || isOfEdges(each) ? '' : ' (some requests)'}`;
  const [was, is] = [found.before, found.after].map(
    all => new Set(all.filter(each => !isAssumed(each.from) && !isAssumed(each.to)).map(describe)),
  );
  const lost = [...(was ?? [])].filter(each => !is?.has(each)).map(each => `no longer: ${each}`);
  const gained = [...(is ?? [])].filter(each => !was?.has(each)).map(each => `new: ${each}`);
  const isOfEdge = (subject: string) =>
    edges.some(each => each.hosts.some(host => /^https?:/.test(subject) && subject.includes(`://${host}:`)));
  const hosts = new Set(
    before
      .all(Kind.SERVICE)
      .filter(each => each.annotations[ASSUMED] !== undefined)
      .map(each => `${each.name}.${each.namespace}`),
  );
  const paths = unlikeIn(found.paths)
    .filter(each => !isOfEdge(each.subject))
    .map(each => ({ ...each, callers: each.callers.filter(caller => !isAssumed(caller)) }))
    .filter(each => !(arrivesNowhere(each.before, each.subject) && arrivesNowhere(each.after, each.subject)))
    .filter(({ callers, subject }) => callers.length > 0 && !hosts.has(subject.replace(/:\d+.*$/, '')))
    .map(
      ({ callers, subject, before: old, after: now }) =>
        `${callers.join(', ')} → ${subject}: ${old ?? 'did not exist'} → ${now ?? 'no longer exists'}`,
    );
  return [...lost, ...gained, ...requestDifferences(edges, old, now), ...paths];
}

type PathChanges = ReturnType<typeof trafficDifference>['paths'];

/** Without paths that are the same after, where one has a match on all paths and the other has none. */
function unlikeIn(changes: PathChanges): PathChanges {
  const keyOf = (caller: string, subject: string, text: string) =>
    `${caller} ${subject.replace(/ \/(\*|\/…)(?= |$)/, '')} ${text}`;
  const keysWhere = (field: 'before' | 'after', other: 'before' | 'after') =>
    new Set(
      changes
        .filter(each => each[other] === undefined)
        .flatMap(each => each.callers.map(caller => keyOf(caller, each.subject, each[field] ?? ''))),
    );
  const [lost, gained] = [keysWhere('before', 'after'), keysWhere('after', 'before')];
  return changes.map(each => {
    const { subject, before, after } = each;
    const isAlike = (caller: string) =>
      (after === undefined && gained.has(keyOf(caller, subject, before ?? '')))
      || (before === undefined && lost.has(keyOf(caller, subject, after ?? '')));
    return { ...each, callers: each.callers.filter(caller => !isAlike(caller)) };
  });
}

/**
 * Whether policies deny all requests, or the host has no pods, so that shares and timeouts make no difference. Responses
 * to requests with a match, and faults, do.
 */
function arrivesNowhere(text: string | undefined, subject: string): boolean {
  const ends = text?.match(/[^\s,]+\/[^\s,]+:\d+/g) ?? [];
  const isDenied = ends.length > 0 && ends.length === text?.match(/denied at [^\s,]+\/[^\s,]+:\d+/g)?.length;
  return (
    text === undefined || (isDenied && !/→|\.[a-z]|aborted/.test(text)) || (text === '503' && !subject.includes(' '))
  );
}
