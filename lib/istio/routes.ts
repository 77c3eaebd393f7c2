import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { durationOf, type SpecOf } from '../kubernetes';
import {
  type Abort,
  type Call,
  type Callee,
  type CallPolicy,
  type Delay,
  type Faults,
  type HeaderRoute,
  type Operation,
  type Port,
  type Retries,
  RETRY_ON,
  Service,
  type Version,
} from '../topology';
import { render, type Rendering } from './rendering';

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
      callee instanceof Service && callee.routesByVersion && callee.allowedPeers.some(each => each.port === port);
    return isRouted ? routesUnder(callee, port, {}, [{ port: port.number }]) : [];
  }
  const groups = groupByPolicy(calls);
  const [only] = groups;
  if (groups.length === 1 && only) {
    return routesUnder(callee, port, only.policy, [{ port: port.number }]);
  }
  // A caller in none of the groups is outside the topology, or has no declared call and is denied by policy. Without a
  // rule it would get a 404 instead.
  return [
    ...groups.flatMap(({ policy, calls: members }) =>
      routesUnder(
        callee,
        port,
        policy,
        members.flatMap(call => matchesOf(call, calls)),
      ),
    ),
    ...routesUnder(callee, port, {}, [{ port: port.number }]),
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
    const key = JSON.stringify([render(TERMS, call.policy), isOneOfSeveral(call, calls)]);
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

function matchesOf(call: Call, toPort: readonly Call[]): Match[] {
  const { caller, callee, port } = call;
  const isAmongOthers =
    caller.topology.namespaces.length > 1 || (callee instanceof Service && callee.allowedPeers.length > 0);
  const source = {
    port: port.number,
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

/** Header routes first, since the first matching rule applies; then the split. */
function routesUnder(callee: Callee, port: Port, policy: CallPolicy, matches: Match[]): HttpRoute[] {
  const byHeader = callee instanceof Service ? callee.headerRoutes : [];
  const mirror = callee instanceof Service ? callee.mirror : undefined;
  const common = {
    ...render(TERMS, policy),
    mirrors: mirror
      ? [{ destination: destinationOf(callee, port, mirror.version), percentage: { value: mirror.percent } }]
      : undefined,
  };
  return [
    ...byHeader.map(route => ({
      match: matches.map(match => ({ ...match, headers: headerMatch(route) })),
      route: [{ destination: destinationOf(callee, port, route.version) }],
      ...common,
    })),
    { match: matches, route: destinationsOf(callee, port), ...common },
  ];
}

function headerMatch({ match: { header, kind, value } }: HeaderRoute): Match['headers'] {
  return { [header]: kind === 'exact' ? { exact: value } : kind === 'prefix' ? { prefix: value } : { regex: value } };
}

function destinationsOf(callee: Callee, port: Port): Destination[] {
  const weights = callee instanceof Service ? callee.weights : [];
  const [only] = weights;
  if (weights.length < 2) {
    return [{ destination: destinationOf(callee, port, only?.version) }];
  }
  return weights.map(({ version, percent }) => ({
    destination: destinationOf(callee, port, version),
    weight: percent,
  }));
}

function destinationOf(callee: Callee, port: Port, version: Version | undefined): Destination['destination'] {
  return { host: callee.host, port: { number: port.number }, subset: version?.name };
}

type HttpRetries = NonNullable<HttpRoute['retries']>;
type HttpFault = NonNullable<HttpRoute['fault']>;

const RETRIES = {
  attempts: ({ attempts }) => ({ attempts }),
  perTryTimeout: ({ perTryTimeout }) => ({ perTryTimeout: durationOf(perTryTimeout) }),
  on: ({ on }) => ({ retryOn: (on ?? RETRY_ON).join(',') }),
} satisfies Rendering<Retries, HttpRetries>;

const DELAY = {
  duration: ({ duration }) => ({ fixedDelay: durationOf(duration) }),
  percent: ({ percent }) => ({ percentage: { value: percent ?? 100 } }),
} satisfies Rendering<Delay, NonNullable<HttpFault['delay']>>;

const ABORT = {
  status: ({ status }) => ({ httpStatus: status }),
  percent: ({ percent }) => ({ percentage: { value: percent ?? 100 } }),
} satisfies Rendering<Abort, NonNullable<HttpFault['abort']>>;

const FAULTS = {
  delay: ({ delay }) => (delay ? { delay: render(DELAY, delay) } : {}),
  abort: ({ abort }) => (abort ? { abort: render(ABORT, abort) } : {}),
} satisfies Rendering<Faults, HttpFault>;

const TERMS = {
  timeout: ({ timeout }) => ({ timeout: durationOf(timeout) }),
  // Always rendered: without the field Istio retries twice.
  retries: ({ retries }) => ({ retries: retries?.attempts ? render(RETRIES, retries) : { attempts: 0 } }),
  faults: ({ faults }) => (faults?.delay || faults?.abort ? { fault: render(FAULTS, faults) } : {}),
} satisfies Rendering<CallPolicy, HttpRoute>;
