import { rulesOf } from '../../../dataplane';
import {
  type Cluster,
  type Field,
  isAllowing,
  isDryRun,
  Kind,
  matchesPattern,
  type Resource,
} from '../../../manifests';
import { Severity } from '../../finding';
import { policiesOf } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import type { Entry } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';
import { anyRequestFor, identitiesOf, isDenied } from './path-access';

export const rule: Check = {
  id: 'ExposedOperation',
  severity: Severity.WARNING,
  covers: [],
  summary: 'An operation that is meant for other services can be reached from outside',
  explanation:
    "A gateway route matches all paths under a prefix. The callee's AuthorizationPolicy names one of "
    + "them for callers inside the mesh only, but also allows the gateway. A path that the gateway's own "
    + 'rule '
    + 'names is meant for clients outside.',
  *find(cluster) {
    const namedPathsOf = namedPaths(cluster);
    for (const entry of CallGraph.of(cluster).entries) {
      const prefixes = prefixesOf(entry);
      const { inside, open } = prefixes.length > 0 ? namedPathsOf(entry) : NOTHING;
      for (const path of inside) {
        const prefix = prefixes.find(each => each.matches(path.text));
        if (
          prefix
          && open.some(pattern => matchesPattern(pattern, path.text))
          && !isDenied(path.text, entry, cluster)
        ) {
          yield problem(
            prefix.at,
            `${prefix.text} also matches ${path.text}, which ${path.resource.key} allows for callers inside `
              + 'the mesh only.',
            'Route only the public paths, or list the paths that the gateway is allowed to use in the policy.',
          );
        }
      }
    }
  },
};

/** The paths that policies of a service name. */
interface NamedPaths {
  /** For callers inside alone. */
  readonly inside: readonly Field[];
  /** For the gateway, as patterns. */
  readonly open: readonly string[];
}

const NOTHING: NamedPaths = { inside: [], open: [] };

/** What policies name for a service and its gateways: read once for all routes that lead there. */
function namedPaths(cluster: Cluster): (entry: Entry) => NamedPaths {
  const known = new Map<Resource, { readonly gateways: readonly Resource[]; readonly paths: NamedPaths }[]>();
  return entry => {
    const ofService = known.get(entry.service) ?? [];
    known.set(entry.service, ofService);
    const found = ofService.find(
      ({ gateways }) =>
        gateways.length === entry.gateways.length && gateways.every((each, index) => each === entry.gateways[index]),
    );
    if (found) {
      return found.paths;
    }
    const paths = readPaths(entry, cluster);
    ofService.push({ gateways: entry.gateways, paths });
    return paths;
  };
}

function readPaths(entry: Entry, cluster: Cluster): NamedPaths {
  const identities = identitiesOf(entry, cluster);
  const rules = policiesOf(entry.callee, cluster)
    .filter(each => isAllowing(each) && !isDryRun(each))
    .flatMap(rulesOf)
    .map(({ at, matches }) => ({
      rule: at,
      isOutside: identities.some(each => matches(anyRequestFor(undefined, each), cluster) !== false),
    }));
  const [outside, others] = [true, false].map(isOutside =>
    rules.filter(each => each.isOutside === isOutside).map(each => each.rule),
  );
  const named = new Set(outside?.flatMap(pathsOf).map(each => each.text));
  const open = (outside ?? []).flatMap(rule =>
    rule.get('to').items.length === 0
      ? ['*']
      : rule
          .get('to')
          .items.flatMap(to =>
            to.get('operation', 'paths').items.length === 0 ? ['*'] : to.get('operation', 'paths').texts,
          ),
  );
  return {
    inside: (others ?? []).flatMap(pathsOf).filter(each => !each.text.includes('*') && !named.has(each.text)),
    open,
  };
}

/** What of a rule takes more than one path. */
interface Prefix {
  readonly at: Field;
  readonly text: string;
  readonly matches: (path: string) => boolean;
}

function prefixesOf({ route, rule }: Entry): Prefix[] {
  const matches = rule.get(route.type === Kind.VIRTUAL_SERVICE ? 'match' : 'matches').items;
  if (route.type !== Kind.INGRESS && matches.length === 0) {
    return [{ at: rule, text: 'The rule without matches', matches: () => true }];
  }
  switch (route.type) {
    case Kind.VIRTUAL_SERVICE:
      return matches.flatMap(each =>
        each.get('uri').exists
          ? prefixAt(each.get('uri', 'prefix'), (path, prefix) => path.startsWith(prefix))
          : withoutPath(each),
      );
    case Kind.HTTP_ROUTE:
      return matches.flatMap(each =>
        !each.get('path').exists
          ? withoutPath(each)
          : ['', 'PathPrefix'].includes(each.get('path', 'type').text)
            ? prefixAt(each.get('path', 'value'), isUnder)
            : [],
      );
    case Kind.GRPC_ROUTE:
      return matches
        .map(each => each.get('method'))
        .filter(each => each.get('method').text === '' && each.get('service').text !== '')
        .map(each => {
          const service = each.get('service').text;
          return { at: each, text: `The service ${service}`, matches: path => path.startsWith(`/${service}/`) };
        });
    case Kind.INGRESS:
      if (!rule.get('backend').exists) {
        return [{ at: rule, text: 'The default backend', matches: () => true }];
      }
      return rule.get('pathType').text === 'Exact' ? [] : prefixAt(rule.get('path'), isUnder);
    default:
      return [];
  }
}

/** A match for a method alone may be for others than those which a policy means. */
function withoutPath(match: Field): Prefix[] {
  return match.get('method').exists ? [] : [{ at: match, text: 'The match without a path', matches: () => true }];
}

function prefixAt(at: Field, covers: (path: string, prefix: string) => boolean): Prefix[] {
  return at.text === '' ? [] : [{ at, text: `The prefix ${at.text}`, matches: path => covers(path, at.text) }];
}

function isUnder(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function pathsOf(rule: Field): Field[] {
  return rule.get('to').items.flatMap(each => each.get('operation', 'paths').items);
}
