import {
  authorize,
  type Context,
  contextOf,
  type GatewayListener,
  gatewayListeners,
  type Message,
  policiesFor,
  policyTargetOf,
  requestFromInternet,
  type Route,
  routeFor,
  unlessUnsimulated,
} from '../../../dataplane';
import {
  type Cluster,
  type Field,
  Kind,
  Membership,
  membershipOf,
  type Resource,
  type Workload,
} from '../../../manifests';
import { askingPolicies } from '../../manifests/calls/authorizers';
import type { Entry } from '../../manifests/calls/node';
import { isEmpty, methodsOf, namedOperations, requestAt, samplesOf } from './sample-requests';

/** A rule of a route that forwards a request without credentials to a workload. */
export interface OpenRoute {
  readonly rule: Field;
  readonly gateway: Resource;
  readonly workload: Workload;
  /** The request, e.g. `GET /items`. */
  readonly example: string;
}

/** The rules that forward a request without credentials to a workload, even if all external authorizers deny it. */
export function openRoutes(cluster: Cluster): OpenRoute[] {
  const providers = askingPolicies(cluster).map(each => each.spec.get('provider', 'name').text);
  const context = contextOf(cluster, [...new Set(providers)]);
  const found = new Map<string, OpenRoute>();
  for (const listener of gatewayListeners(cluster).filter(each => each.carriesRequests && each.tls !== 'mutual')) {
    for (const { domains, routes } of virtualHostsOf(listener)) {
      for (const route of routes.filter(({ rule }) => !rule.reply && rule.backends.length > 0)) {
        const key = keyOf(route.rule.at);
        const open = found.has(key) ? undefined : openAt(listener, domains[0] ?? '*', route, routes, context);
        if (open) {
          found.set(key, open);
        }
      }
    }
  }
  return [...found.values()];
}

/** The same for a TCPRoute or TLSRoute. */
export function openConnection({ route, rule, gateways }: Entry, cluster: Cluster): OpenRoute | undefined {
  const context = contextOf(cluster);
  const [host = '*'] = route.spec.get('hostnames').texts;
  for (const listener of gatewayListeners(cluster).filter(each => gateways.includes(each.at.resource))) {
    const scheme = listener.tls === 'none' ? 'tcp' : 'https';
    const message = { ...requestAt(listener, host, undefined), scheme, method: '', path: '' };
    const open = passing(listener, message, rule, context);
    if (open) {
      return { ...open, rule, example: `a connection to port ${listener.port}` };
    }
  }
  return undefined;
}

function openAt(
  listener: GatewayListener,
  host: string,
  route: Route,
  routes: readonly Route[],
  context: Context,
): OpenRoute | undefined {
  const { cluster } = context;
  const request = requestAt(listener, host, route.match);
  const workloads = workloadsBehind(route, cluster);
  if (isClosed(listener, host, route, request, cluster) || isClosedBehind(listener, workloads, request, cluster)) {
    return undefined;
  }
  const named = namedOperations(
    [policyTargetOf(listener), ...workloads].flatMap(each => policiesFor(each, Kind.AUTHORIZATION_POLICY, cluster)),
    cluster.all(Kind.SECURITY_POLICY),
  );
  for (const sample of samplesOf(route, request, named)) {
    if (unlessUnsimulated(() => routeFor(routes, sample)) === route) {
      const open = passing(listener, sample, route.rule.at, context);
      if (open || isEmpty(named)) {
        return open && { ...open, rule: route.rule.at, example: `${sample.method} ${sample.path}` };
      }
    }
  }
  return undefined;
}

/** Whether policies of a gateway deny every request without credentials that a route may match. */
function isClosed(
  listener: GatewayListener,
  host: string,
  { match }: Route,
  message: Message,
  cluster: Cluster,
): boolean {
  if (listener.caller.proxy.identity === undefined) {
    return false;
  }
  const unknown = new Set([
    'headers' as const,
    ...(host.includes('*') ? ['host' as const] : []),
    ...(match?.path?.kind === 'exact' && !match.path.ignoresCase ? [] : ['path' as const]),
    ...(methodsOf(match?.at).length > 0 && match?.at.get('method').get('exact').exists ? [] : ['method' as const]),
  ]);
  const port = { number: listener.podPort, names: [], protocol: 'TCP' };
  const connection = { namespace: '', labels: {}, port };
  return [listener, ...(listener.others ?? []).map(each => each.listener)].some(
    each =>
      authorize(policyTargetOf(each), { connection, message, isTcp: false, unknown }, cluster).isAllowed === false,
  );
}

/** Whether policies of all workloads deny every request without a token, with the gateway's identity and with none. */
function isClosedBehind(
  { caller }: GatewayListener,
  workloads: readonly Workload[],
  message: Message,
  cluster: Cluster,
): boolean {
  const unknown = new Set(['headers', 'host', 'path', 'method', 'port', 'server name'] as const);
  const port = { number: 0, names: [], protocol: 'TCP' };
  return (
    workloads.length > 0
    && workloads.every(each =>
      [caller.proxy.identity, undefined].every(identity => {
        const connection = { namespace: '', labels: {}, identity, port };
        return (
          membershipOf(each, cluster) === Membership.SIDECAR
          && authorize(each, { connection, message, isTcp: false, unknown }, cluster).isAllowed === false
        );
      }),
    )
  );
}

/** Where a request arrives by a rule; undefined if it does not, or if that is not known. */
function passing(
  listener: GatewayListener,
  message: Message,
  rule: Field,
  context: Context,
): Pick<OpenRoute, 'gateway' | 'workload'> | undefined {
  const gateway = listener.at.resource;
  const simulation = unlessUnsimulated(() =>
    requestFromInternet(message, { gateway: `${gateway.type} ${gateway.key}`, hasCertificate: false }, context),
  );
  const [workload] =
    simulation?.rule && keyOf(simulation.rule) === keyOf(rule)
      ? simulation.outcomes.flatMap(each => each.workload ?? [])
      : [];
  return workload && { gateway, workload };
}

function virtualHostsOf(listener: GatewayListener): ReturnType<GatewayListener['virtualHosts']> {
  return unlessUnsimulated(() => listener.virtualHosts()) ?? [];
}

/** The workloads behind the Services of a route. */
function workloadsBehind({ rule }: Route, cluster: Cluster): Workload[] {
  return rule.backends
    .flatMap(({ host }) => (host === undefined ? [] : cluster.hosts.named(host, '')))
    .flatMap(({ resource }) => (resource.type === Kind.SERVICE ? cluster.selectedBy(resource) : []));
}

function keyOf(rule: Field): string {
  return `${rule.resource.type} ${rule.resource.key} ${String(rule)}`;
}
