import {
  audiencesOf,
  type Edge,
  type FrontLimits,
  issuerAndAudiences,
  type Route,
  type Topology,
} from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Edges that exceed the limits of their fronts. */
export function frontLimits(topology: Topology): SynthesisFinding[] {
  return topology.edges.flatMap(exceededLimits);
}

/** What of an edge exceeds the limits of its front. */
function exceededLimits(edge: Edge): SynthesisFinding[] {
  const { front } = edge;
  return front
    ? [
        ...exceeding(edge.path, front.name, [
          ['routes', edge.routes.length, front.limits.routes, 'Split the edge in two.'],
          [
            'sets of issuer and audiences',
            new Set(edge.routes.flatMap(({ auth: { token } }) => (token ? [issuerAndAudiences(token)] : []))).size,
            front.limits.issuers,
            'Use the same set for several routes.',
          ],
        ]),
        ...edge.routes.flatMap(route => exceededByRoute(route, front.name, front.limits)),
      ]
    : [];
}

function exceededByRoute(
  { edge, operation, timeout, auth: { token } }: Route,
  front: string,
  limits: FrontLimits,
): SynthesisFinding[] {
  const path = `${edge.path}/${operation.toString()}`;
  // A timeout of 0 is none.
  const millis = timeout.toMilliseconds() || Infinity;
  const shortest = limits.shortestTimeout?.toMilliseconds() ?? 0;
  const longest = limits.longestTimeout?.toMilliseconds() ?? Infinity;
  return [
    ...exceeding(path, front, [
      ['audiences', token ? audiencesOf(token).length : 0, limits.audiences, 'Use one audience for all clients.'],
      ['scopes', token?.scopes?.length ?? 0, limits.scopes, 'Use one scope for all clients.'],
    ]),
    ...(millis < shortest || millis > longest
      ? [
          finding(
            path,
            `The timeout is ${millis === Infinity ? 'none' : `${millis} ms`}, and ${front} supports ${shortest} to ${longest} ms.`,
            'Set a timeout in this range, and use polling for operations that take longer.',
          ),
        ]
      : []),
  ];
}

function exceeding(
  path: string,
  front: string,
  counts: readonly [what: string, count: number, most: number | undefined, fix: string][],
): SynthesisFinding[] {
  return counts.flatMap(([what, count, most = Infinity, fix]) =>
    count > most ? [finding(path, `There are ${count} ${what}, and ${front} has at most ${most}.`, fix)] : [],
  );
}

function finding(path: string, message: string, fix: string): SynthesisFinding {
  return { id: 'FrontLimit', severity: Severity.ERROR, path, message, fix };
}
