import type { Cluster, Field, Resource } from '../../../manifests';
import { type EntryMatch, type EntryRequest, exampleOf } from '../../manifests/calls/entry-matches';
import { demandsCertificate, isDead, isSecure, portOf } from './listener-port';
import { bindingsOf } from './route-bindings';

/** A listener or a server that a route is attached to, with a host of both. */
export interface EntryListener {
  readonly gateway: Resource;
  readonly at: Field;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** Without `*`, so that a request can have it. */
  readonly host: string;
  /** Whether the host is one that route or listener names, rather than one under a wildcard. */
  readonly isNamed: boolean;
}

/** Where requests for a route come in that have to prove nothing in TLS. */
export function listenersOf(route: Resource, gateway: Resource, cluster: Cluster): EntryListener[] {
  return (bindingsOf(gateway, cluster).byRoute.get(route) ?? [])
    .filter(each => !demandsCertificate(each.at))
    .flatMap(({ at, hosts }) => {
      const [port, isTls] = [portOf(at), isSecure(at)];
      const host = hosts.find(each => !each.includes('*')) ?? hosts[0];
      return port === undefined || host === undefined || isDead(at)
        ? []
        : [
            {
              gateway,
              at,
              port,
              scheme: isTls ? ('https' as const) : ('http' as const),
              host: host.replace('*', 'x').replace(/^x$/, 'x.example'),
              isNamed: !host.includes('*'),
            },
          ];
    });
}

/**
 * Requests of which a rule may take some at a listener: for the paths and methods that its matches name, and for those
 * that policies do.
 */
export function requestsOf(
  match: EntryMatch,
  { scheme, host, port }: EntryListener,
  named: { readonly paths: readonly string[]; readonly methods: readonly string[] },
): EntryRequest[] {
  const methods =
    match.methods.length > 0 ? match.methods : ['GET', 'POST', ...named.methods.filter(each => /^[A-Z]+$/.test(each))];
  const { value, kind } = match.path;
  const paths = pathsFor(
    match,
    kind === 'prefix' ? named.paths.filter(each => mayBeUnder(each, value)) : named.paths,
  ).filter(each => /^\/[\w\-~.!$&'()+,;=:@/]*$/.test(each) && !/\/\/|\/\.\.?(\/|$)/.test(each));
  return [...new Set(paths)]
    .flatMap(path =>
      [...new Set(methods)].map(method => ({
        scheme,
        host,
        port,
        method,
        path,
        headers: match.headers,
        query: match.query,
      })),
    )
    .filter(request => match.takes(request) === true);
}

/**
 * Paths of a match, and those of policies that may be among them: of a pattern one with something in place of what
 * varies, and one without.
 */
function pathsFor({ path: { kind, value } }: EntryMatch, named: readonly string[]): string[] {
  const ofPolicies = named.flatMap(each => [each.replace(/\{\*+\}|\*/g, 'x'), each.replace(/\{\*\*\}|\*/g, '')]);
  switch (kind) {
    case 'exact':
      return [value];
    case 'prefix':
      return [value || '/', `${value}x`, `${value}/x`, `${value}/x-unnamed`, `${value}x-unnamed`, ...ofPolicies];
    case 'regex':
      return [exampleOf(value), ...ofPolicies];
  }
}

function mayBeUnder(pattern: string, prefix: string): boolean {
  const end = pattern.indexOf('*');
  const start = end < 0 ? pattern : pattern.slice(0, pattern[end - 1] === '{' ? end - 1 : end);
  return start.startsWith(prefix) || prefix.startsWith(start);
}
