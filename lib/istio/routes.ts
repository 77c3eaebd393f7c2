import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { render, type SpecOf } from '../kubernetes';
import {
  bothOf,
  type Call,
  type Callee,
  type CallPolicy,
  ClusterServiceKind,
  type DirectResponse,
  ExternalService,
  type HeaderMatch,
  integersOf,
  type Mirror,
  type Operation,
  type Port,
  Service,
  type Version,
  type Weight,
} from '../topology';
import { hostBeside } from './host-beside';
import { TERMS } from './call-policy';

type HttpRoute = NonNullable<SpecOf<IVirtualService>['http']>[number];
type TcpRoute = NonNullable<SpecOf<IVirtualService>['tcp']>[number];
type Match = NonNullable<HttpRoute['match']>[number];
type Destination = NonNullable<HttpRoute['route']>[number];

/**
 * The rules of a VirtualService for one HTTP or gRPC port: one for each call policy, matching the callers that declare
 * it.
 */
export function httpRoutes(callee: Callee, port: Port, incoming: readonly Call[]): HttpRoute[] {
  const calls = incoming.filter(call => call.port === port);
  if (calls.length === 0) {
    // Callers outside the topology have no call policy, but the versions of the callee are for them too.
    const isRouted =
      callee instanceof Service && callee.isRoutedByOwner && callee.allowedPeers.some(each => each.port === port);
    return isRouted ? routesUnder(callee, port, {}, [{ port: port.number }]) : [];
  }
  return routesByPolicy(port.number, calls, (policy, matches) =>
    routesUnder(callee, port, withHostOf(callee, policy), matches),
  );
}

/** Requests that callers send by the name of an ExternalName Service have the host's own name there. */
function withHostOf(callee: Callee, policy: CallPolicy): CallPolicy {
  return callee instanceof ExternalService && callee.clusterService === ClusterServiceKind.EXTERNAL_NAME
    ? { ...policy, rewrite: { host: callee.host, ...policy.rewrite } }
    : policy;
}

/** The same for the headless Service of a callee, whose clients choose the pod and connect to the container port. */
export function podRoutes(host: string, port: Port, incoming: readonly Call[]): HttpRoute[] {
  const route = [{ destination: { host, port: { number: port.target } } }];
  const calls = incoming.filter(call => call.port === port);
  return routesByPolicy(port.target, calls, (policy, match) => faulty(host, policy, match, [], { route }));
}

/** @param calls all calls to the port with that number */
function routesByPolicy(
  number: number,
  calls: readonly Call[],
  routesOf: (policy: CallPolicy, matches: Match[]) => HttpRoute[],
): HttpRoute[] {
  if (calls.length === 0) {
    return [];
  }
  const groups = groupByPolicy(calls);
  const [only] = groups;
  if (groups.length === 1 && only) {
    return routesOf(only.policy, [{ port: number }]);
  }
  // A caller in none of the groups is outside the topology, or has no declared call and is denied by policy. Without a
  // rule it would get a 404 instead.
  return [
    ...groups.flatMap(({ policy, calls: members }) =>
      routesOf(
        policy,
        members.flatMap(call => matchesOf(call, calls, number)),
      ),
    ),
    ...routesOf({}, [{ port: number }]),
  ];
}

/** The rule for one TCP port: only needed if its connections are split over versions. */
export function tcpRoutes(callee: Callee, port: Port): TcpRoute[] {
  const destinations = destinationsOf(callee, port);
  return destinations.length < 2 ? [] : [{ match: [{ port: port.number }], route: destinations }];
}

interface Group {
  readonly policy: CallPolicy;
  readonly calls: Call[];
}

function groupByPolicy(calls: readonly Call[]): Group[] {
  const groups = new Map<string, Group>();
  for (const call of calls) {
    // Compares the rendered fields, so that no property is left out.
    const key = JSON.stringify([render(TERMS, call.policy), call.policy.faults?.match, isOneOfSeveral(call, calls)]);
    const group = groups.get(key);
    if (group) {
      group.calls.push(call);
    } else {
      groups.set(key, { policy: call.policy, calls: [call] });
    }
  }
  return [...groups.values()];
}

/** Whether its caller has declared further calls to the port, so that they are matched by operation. */
function isOneOfSeveral(call: Call, toPort: readonly Call[]): boolean {
  return toPort.some(other => other !== call && other.caller === call.caller);
}

function matchesOf(call: Call, toPort: readonly Call[], number: number): Match[] {
  const { caller, callee } = call;
  const isAmongOthers =
    caller.topology.namespaces.length > 1 || (callee instanceof Service && callee.allowedPeers.length > 0);
  const source = {
    port: number,
    sourceLabels: caller.selector,
    ...(isAmongOthers ? { sourceNamespace: caller.namespace } : {}),
  };
  return isOneOfSeveral(call, toPort) && call.allowedOperations
    ? call.allowedOperations.map(operation => ({ ...source, ...operationMatch(operation) }))
    : [source];
}

function operationMatch({ method, path }: Operation): Match {
  return {
    ...(method ? { method: { exact: method } } : {}),
    uri: path.isExact ? { exact: path.text } : { regex: path.toRegex() },
  };
}

/**
 * The rules for requests with a header first, since the first matching rule applies; then the split. Each has a twin
 * before it for requests that faults are injected into by a header.
 */
function routesUnder(callee: Callee, port: Port, policy: CallPolicy, matches: Match[]): HttpRoute[] {
  const { headerRoutes, mirror } = trafficOf(callee);
  return [
    ...headerRoutes.flatMap(route =>
      route.response
        ? [{ match: withHeaders(matches, [route.match]), directResponse: directResponseOf(route.response) }]
        : faulty(callee.path, policy, matches, [route.match], {
            route: route.weights.length > 0 ? splitOver(callee, port, route.weights) : destinationsOf(callee, port),
            mirrors: mirrorsOf(callee, port, route.mirror ?? mirror),
          }),
    ),
    ...faulty(callee.path, policy, matches, [], {
      route: destinationsOf(callee, port),
      mirrors: mirrorsOf(callee, port, mirror),
    }),
  ];
}

/** A rule under a policy; two if its faults are injected into requests with a header only. */
function faulty(
  path: string,
  { faults, ...policy }: CallPolicy,
  matches: Match[],
  headers: readonly HeaderMatch[],
  { route, mirrors }: Pick<HttpRoute, 'route' | 'mirrors'>,
): HttpRoute[] {
  const rule = (conditions: readonly HeaderMatch[], terms: CallPolicy) => ({
    match: withHeaders(matches, conditions),
    route,
    ...render(TERMS, terms),
    mirrors,
  });
  if (!faults?.match) {
    return [rule(headers, { ...policy, faults })];
  }
  const both = conditionsOf(path, [...headers, faults.match]);
  return [...(both ? [rule(both, { ...policy, faults })] : []), rule(headers, policy)];
}

/** Conditions with one for each header; undefined if no request meets them all. */
function conditionsOf(path: string, headers: readonly HeaderMatch[]): HeaderMatch[] | undefined {
  const byName = new Map<string, HeaderMatch>();
  for (const match of headers) {
    const before = byName.get(match.header);
    const both = before ? bothOf(path, before, match) : match;
    if (!both) {
      return undefined;
    }
    byName.set(match.header, both);
  }
  return [...byName.values()];
}

function withHeaders(matches: Match[], headers: readonly HeaderMatch[]): Match[] {
  return headers.length === 0
    ? matches
    : matches.map(match => ({
        ...match,
        headers: Object.fromEntries(headers.map(({ header, kind, value }) => [header, { [kind]: value }])),
      }));
}

function trafficOf(callee: Callee): Pick<Service, 'headerRoutes' | 'mirror' | 'weights'> {
  return callee instanceof Service ? callee : { headerRoutes: [], mirror: undefined, weights: [] };
}

function mirrorsOf(callee: Callee, port: Port, mirror: Mirror | undefined): HttpRoute['mirrors'] {
  return mirror
    ? [{ destination: destinationOf(callee, port, mirror.version), percentage: { value: mirror.percent } }]
    : undefined;
}

function directResponseOf({ status, body }: DirectResponse): HttpRoute['directResponse'] {
  return { status, ...(body === undefined ? {} : { body: { string: body } }) } as HttpRoute['directResponse'];
}

function destinationsOf(callee: Callee, port: Port): Destination[] {
  const rollout = callee instanceof Service ? callee.progressiveRollout : undefined;
  if (rollout) {
    const to = (name: string, weight: number): Destination => ({
      destination: { host: hostBeside(callee, name), port: { number: port.number } },
      weight,
    });
    return [to(rollout.stableService, 100), to(rollout.canaryService, 0)];
  }
  return splitOver(callee, port, trafficOf(callee).weights);
}

function splitOver(callee: Callee, port: Port, weights: readonly Weight[]): Destination[] {
  const [only] = weights;
  if (weights.length < 2) {
    return [{ destination: destinationOf(callee, port, only?.version) }];
  }
  return integersOf(weights).map(({ version, weight }) => ({
    destination: destinationOf(callee, port, version),
    weight,
  }));
}

function destinationOf(callee: Callee, port: Port, version: Version | undefined): Destination['destination'] {
  return { host: callee.host, port: { number: port.number }, subset: version?.name };
}
