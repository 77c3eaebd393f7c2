import {
  carriesRequests,
  type Cluster,
  describeMillis,
  type Field,
  type Host,
  portNumber,
  portsOf,
  type Workload,
} from '../../manifests';
import { authorize } from './policies/authorization';
import type { AuthorizationInput } from './policies/authorization-rule';
import { checkAuthorizers } from './policies/custom';
import type { PolicyTarget } from './policies/policy-target';
import { type Caller, callerOf } from './proxies/caller';
import { connect, isProxied, type Security } from './proxies/connect';
import type { Context } from './context';
import { type Endpoint, endpointsOf } from './proxies/endpoints';
import { chosenEndpoints, isHeadless } from './proxies/headless';
import { isOpen } from './envoy-gateway';
import { attachmentOf, type GatewayListener, policyTargetOf, unknownPods } from './gateways/listener';
import { gatewayListeners } from './gateways/ingress';
import { and, type Ternary } from './policies/ternary';
import type { Proxy } from './proxies/proxy';
import type { Match, Route } from './routes/rule';
import { type Listener, Scope } from './proxies/scope';
import { simulateTcp } from './proxies/tcp';
import { unreadable } from './proxies/tls-layers';
import { lookUp } from './proxies/to-cluster';
import { domainsOf, sidecarVirtualHosts } from './routes/virtual-hosts';
import {
  areRoutesUnread,
  clientOf,
  isListenerUnread,
  isUnreadBetween,
  unreadKindFor,
  unreadOfHost,
  waypointBefore,
} from './unread';

/** A traffic path of a caller: by a route, or to a Service without one. */
export interface TrafficPath {
  readonly from: string;
  /** The requested host and port. */
  readonly to: string;
  /** The match of the route; empty for all requests. */
  readonly when: string;
  readonly ends: readonly TrafficPathEnd[];
  /** Timeout, retries, faults and mirrors. */
  readonly terms: readonly string[];
}

/** An outcome of a traffic path. */
export interface TrafficPathEnd {
  /** The workload with its port, the host outside, or the response. */
  readonly destination: string;
  /** Whether it is a workload or a host. */
  readonly isReached: boolean;
  readonly share: number;
  /** Whether policies allow all requests or none; undefined if only some of them. */
  readonly isAllowed: Ternary;
}

/** All traffic paths of all callers, and from outside. */
export function trafficPathsOf(context: Context): TrafficPath[] {
  const { cluster } = context;
  return [
    ...cluster.workloads.all.flatMap(each => pathsFrom(callerOf(each, cluster), context)),
    ...ingressPaths(context),
  ];
}

function pathsFrom(caller: Caller, context: Context): TrafficPath[] {
  const { cluster } = context;
  const { proxy } = caller;
  if (!proxy) {
    return cluster.hosts.all.flatMap(host => portsOf(host).flatMap(port => straight(caller, host, port, context)));
  }
  const scope = Scope.of(proxy, cluster);
  return scope.listeners.flatMap(listener => {
    const known = [...listener.hosts.values()]
      .flatMap(host => portsOf(host).map(port => ({ host, port })))
      .filter(({ port }) => scope.listenerFor(portNumber(port) ?? 0) === listener);
    const numbers = new Set(
      known.filter(({ port }) => carriesRequests(port) !== false).map(({ port }) => portNumber(port) ?? 0),
    );
    const virtualHosts = new Map(
      [...numbers].map(number => [number, sidecarVirtualHosts(listener, proxy, number, cluster)]),
    );
    return known.flatMap(({ host, port }) => {
      const number = portNumber(port) ?? 0;
      const [name] = domainsOf(host, proxy, cluster);
      const routes = virtualHosts.get(number)?.find(each => each.domains.includes(name ?? ''))?.routes;
      const trafficPaths = routes
        ? routes.map(route => routed(caller, proxy, `${shortName(host, cluster)}:${number}`, route, number, context))
        : connected(caller, proxy, host, port, listener, context);
      return areRoutesUnread(routes ?? [], cluster) || unreadOfHost(host, cluster)
        ? trafficPaths.map(inDoubt)
        : trafficPaths;
    });
  });
}

function ingressPaths(context: Context): TrafficPath[] {
  return gatewayListeners(context.cluster).flatMap(listener =>
    (listener.others ?? []).reduce(
      (trafficPaths, other) =>
        agreed(trafficPaths, waysAt(other.listener, context), () => unknownPods(listener, [other])),
      waysAt(listener, context),
    ),
  );
}

function waysAt(listener: GatewayListener, context: Context): TrafficPath[] {
  return listener.virtualHosts().flatMap(({ domains, routes, needsTls }) => {
    const isPlain = listener.tls === 'none';
    const known: readonly Omit<TrafficPath, 'from' | 'to'>[] =
      isPlain && needsTls ? [SENT_TO_HTTPS] : routes.map(route => throughListener(listener, route, context));
    const trafficPaths =
      areRoutesUnread(routes, context.cluster) || isListenerUnread(listener, context.cluster)
        ? known.map(each => inDoubt(each))
        : known;
    return trafficPaths.flatMap(trafficPath =>
      domains.map(domain => ({
        ...trafficPath,
        from: 'internet',
        to: `${isPlain ? 'http' : 'https'}://${domain}:${listener.port}`,
      })),
    );
  });
}

/** Paths on which two assumptions agree, except for whether requests are allowed, which is then unknown. */
function agreed(
  trafficPaths: readonly TrafficPath[],
  others: readonly TrafficPath[],
  disagreement: () => Error,
): TrafficPath[] {
  const known = (all: readonly TrafficPath[]) =>
    JSON.stringify(all, (name, value: unknown) => (name === 'isAllowed' ? undefined : value));
  if (known(trafficPaths) !== known(others)) {
    throw disagreement();
  }
  return trafficPaths.map((trafficPath, index) => ({
    ...trafficPath,
    ends: trafficPath.ends.map((end, at) => ({
      ...end,
      isAllowed: end.isAllowed === others[index]?.ends[at]?.isAllowed ? end.isAllowed : undefined,
    })),
  }));
}

/** A way of which something that is not simulated may decide who gets in. */
function inDoubt<T extends Pick<TrafficPath, 'ends'>>(trafficPath: T): T {
  return {
    ...trafficPath,
    ends: trafficPath.ends.map(each => (each.isReached ? { ...each, isAllowed: undefined } : each)),
  };
}

const SENT_TO_HTTPS = { when: '', ends: [answered('301', 1)], terms: [] };

function throughListener(listener: GatewayListener, route: Route, context: Context): TrafficPath {
  const trafficPath = routed(listener.caller, listener.caller.proxy, '', route, listener.port, context);
  return {
    ...trafficPath,
    ends: trafficPath.ends.map(end => ({
      ...end,
      isAllowed: and([isAllowedThrough(listener, route, context), end.isAllowed]),
    })),
  };
}

/** Whether the policies of a gateway allow requests. */
function isAllowedThrough(listener: GatewayListener, { rule }: Route, context: Context): Ternary {
  if (unreadKindFor([{ ...policyTargetOf(listener), role: 'gateway' }], context.cluster)) {
    return undefined;
  }
  const destination = attachmentOf(listener);
  const connection = { namespace: '', labels: {}, port: { number: listener.podPort, names: [], protocol: 'TCP' } };
  return destination
    ? isOpen({ ...destination, rule: rule.at }, context.cluster)
    : allows(policyTargetOf(listener), { connection, isTcp: false }, listener.caller, context);
}

function routed(
  caller: Caller,
  proxy: Proxy,
  to: string,
  { rule, match }: Route,
  port: number,
  context: Context,
): TrafficPath {
  const when = match ? describeMatch(match) : '';
  const reply = rule.reply?.(
    { scheme: 'http', host: '', port, method: '', path: match?.path?.value ?? '/', query: '', headers: {} },
    match?.path,
  );
  const ends = reply
    ? [answered(String(reply.status), 1)]
    : rule.backends.flatMap(backend => {
        const found = lookUp(backend, port, proxy, context);
        if ('problem' in found || found.endpoints.length === 0) {
          return [answered(String('problem' in found ? rule.unknownBackendStatus : 503), backend.share)];
        }
        if (unreadable('http', found.host, found.port, found.security.tlsMode) !== undefined) {
          return [answered('503', backend.share)];
        }
        const known = endsAt(found.endpoints, found.security, backend.share, false, caller, context);
        return (unreadOfHost(found.host, context.cluster)
          ?? (proxy.isGateway ? waypointBefore(found.host, context.cluster) : undefined))
          ? known.map(each => ({ ...each, isAllowed: undefined }))
          : known;
      });
  const { timeoutMs, retries, fault, mirrors } = rule;
  const terms = reply
    ? []
    : [
        ...(timeoutMs === undefined ? [] : [`timeout ${describeMillis(timeoutMs)}`]),
        ...(retries.attempts > 0
          ? [
              `${describeRetries(retries.attempts)}${retries.perTryTimeoutMs === undefined ? '' : ` with a per-try timeout of ${describeMillis(retries.perTryTimeoutMs)}`}`,
            ]
          : []),
        ...(fault && fault.abortShare > 0 ? [`${percent(fault.abortShare)} aborted with ${fault.status}`] : []),
        ...(fault && fault.delayShare > 0
          ? [`${percent(fault.delayShare)} delayed by ${describeMillis(fault.delayMs)}`]
          : []),
        ...mirrors.map(
          each =>
            `${percent(each.share)} mirrored to ${each.host}${each.subset === undefined ? '' : ` ${each.subset}`}`,
        ),
      ];
  return { from: caller.title, to, when, ends: merged(ends), terms };
}

/** Without a proxy. */
function straight(caller: Caller, host: Host, port: Field, context: Context): TrafficPath[] {
  const endpoints = isHeadless(host)
    ? chosenEndpoints(host, port, context.cluster)
    : endpointsOf(host, port, {}, context.cluster);
  const ends = endsAt(endpoints, { isPassedThrough: true }, 1, carriesRequests(port) === false, caller, context);
  const trafficPath: TrafficPath = {
    from: caller.title,
    to: `${shortName(host, context.cluster)}:${portNumber(port) ?? 0}`,
    when: '',
    terms: [],
    ends: merged(ends),
  };
  return endpoints.length === 0 ? [] : [unreadOfHost(host, context.cluster) ? inDoubt(trafficPath) : trafficPath];
}

/** Through a sidecar as TCP. */
function connected(
  caller: Caller,
  proxy: Proxy,
  host: Host,
  port: Field,
  listener: Listener,
  context: Context,
): TrafficPath[] {
  const number = portNumber(port) ?? 0;
  const message = { scheme: 'tcp', host: host.name, port: number, method: '', path: '', query: '', headers: {} };
  const { outcomes } = simulateTcp(message, host, port, listener, caller, proxy, context);
  const ends = outcomes.map(({ workload, outside, port: podPort, share, isUncertain }) =>
    workload
      ? {
          destination: destinationOf(workload, podPort ?? 0),
          isReached: true,
          share,
          isAllowed: isUncertain ? undefined : true,
        }
      : outside === undefined
        ? { destination: 'connection failure', isReached: false, share, isAllowed: true }
        : { destination: outside, isReached: true, share, isAllowed: true },
  );
  return [
    {
      from: caller.title,
      to: `${shortName(host, context.cluster)}:${number}`,
      when: '',
      terms: [],
      ends: merged(ends),
    },
  ];
}

function endsAt(
  endpoints: readonly Endpoint[],
  security: Security,
  share: number,
  isTcp: boolean,
  caller: Caller,
  context: Context,
): TrafficPathEnd[] {
  const sum = endpoints.reduce((all, { weight }) => all + weight, 0);
  return endpoints.map(endpoint => ({
    destination: endpoint.workload ? destinationOf(endpoint.workload, endpoint.port.number) : (endpoint.outside ?? ''),
    isReached: true,
    share: (share * endpoint.weight) / sum,
    isAllowed: isAllowedAt(endpoint, security, isTcp, caller, context),
  }));
}

function isAllowedAt(
  endpoint: Endpoint,
  security: Security,
  isTcp: boolean,
  caller: Caller,
  context: Context,
): Ternary {
  const { cluster } = context;
  if (isUnreadBetween(clientOf(caller), endpoint.workload, cluster)) {
    return undefined;
  }
  const { connection } = connect(caller, endpoint, security, cluster);
  const workload: Workload | undefined = endpoint.workload;
  if (!connection || !workload) {
    return connection !== undefined;
  }
  return isProxied(workload, endpoint.port.number, cluster)
    ? allows(workload, { connection, isTcp }, callerOf(workload, cluster), context)
    : true;
}

/** Whether external authorizers and policies allow a request or connection. */
function allows(
  target: PolicyTarget,
  input: AuthorizationInput,
  asker: Caller,
  { cluster, authorizersFor }: Context,
): Ternary {
  return and([
    checkAuthorizers(target, input, authorizersFor(asker), cluster).isAllowed,
    authorize(target, input, cluster).isAllowed,
  ]);
}

function destinationOf({ namespace, name }: Workload, port: number): string {
  return `${namespace}/${name}:${port}`;
}

function answered(status: string, share: number): TrafficPathEnd {
  return { destination: `response ${status}`, isReached: false, share, isAllowed: true };
}

function merged(ends: readonly TrafficPathEnd[]): TrafficPathEnd[] {
  const byPlace = new Map<string, TrafficPathEnd>();
  for (const end of ends) {
    const known = byPlace.get(end.destination);
    byPlace.set(
      end.destination,
      known
        ? {
            ...end,
            share: end.share + known.share,
            isAllowed: known.isAllowed === end.isAllowed ? end.isAllowed : undefined,
          }
        : end,
    );
  }
  return [...byPlace.values()].sort((a, b) => b.share - a.share || (a.destination < b.destination ? -1 : 1));
}

/** A match in short: the method, the path, and further conditions. */
function describeMatch({ at, path }: Match): string {
  const method =
    at.get('method').text
    || at
      .get('method')
      .entries.map(([, value]) => value.text)
      .join(' ');
  const suffix = { exact: '', prefix: '*', segments: '/…', regex: '' };
  const further = at.entries
    .filter(([name]) => !['uri', 'path', 'method', 'name', 'ignoreUriCase', 'port', 'gateways'].includes(name))
    .map(([name, field]) => `${name} ${JSON.stringify(field.value)}`);
  return [method, path ? `${path.kind === 'regex' ? '~' : ''}${path.value}${suffix[path.kind]}` : '', ...further]
    .filter(each => each !== '')
    .join(' ');
}

function shortName({ name }: Host, cluster: Cluster): string {
  return name.endsWith(`.svc.${cluster.clusterDomain}`) ? name.slice(0, -`.svc.${cluster.clusterDomain}`.length) : name;
}

/** A number of retries in words. */
export function describeRetries(count: number): string {
  return count === 1 ? '1 retry' : `${count} retries`;
}

/** A share in percent. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
