import {
  type Cluster,
  controllerOf,
  type Field,
  firstIfAll,
  fullHost,
  gatewayAt,
  gatewaysNamedBy,
  hasIstio,
  hasLinkerd,
  Kind,
  memo,
  namespacesOf,
  parentsOf,
  portNumber,
  portsOf,
  type Resource,
} from '../../manifests';
import type { Context } from '../clusters/context';
import { DestinationRules } from '../clusters/destination-rule';
import { connectionRule } from '../clusters/tcp';
import { unreadable } from '../clusters/tls-layers';
import { MESH } from '../endpoints/proxy';
import { hostsOf, readerOf } from '../listeners/attached-routes';
import type { GatewayListener } from '../listeners/listener';
import { unlessUnsimulated } from '../messages/unsimulated';
import { gatewayRouteRules } from '../routes/gateway-route';
import { hasSource } from '../routes/http-match';
import type { Backend, Rule } from '../routes/rule';
import { RouteReader } from '../routes/unsupported-filters';
import { virtualServiceRules } from '../routes/virtual-service';
import { areRoutesUnread, isListenerUnread } from '../unread';
import { denialAt, denialOf, type Failure, failureAt, type Sent } from './failing-backends';
import { ruleKindOf, Servers } from './servers';
import { attachmentsOf } from './unattached-routes';

type Destination = Pick<Backend, 'at' | 'host' | 'port' | 'subset'>
  & Partial<Pick<Backend, 'rewriteHost'>> & { readonly share: number };

/** A rule, with all that evaluates it: gateways, and sidecars of namespaces. */
export interface EvaluatedRule {
  readonly at: Field;
  /** Undefined for a rule of connections. */
  readonly rule?: Rule;
  readonly backends: readonly Destination[];
  /** Of the route, which may be wildcards. */
  readonly hosts: readonly string[];
  readonly listeners: readonly GatewayListener[];
  readonly namespaces: readonly string[];
  /** Whether sidecars of some namespace may have it. */
  readonly isForMesh: boolean;
  readonly sent: Sent;
}

/** All rules of VirtualServices and routes of the Gateway API, each once. Parts of them may not be simulated. */
export const evaluatedRules = memo((cluster: Cluster): readonly EvaluatedRule[] => {
  const routes = [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE].flatMap(type => cluster.all(type));
  return [
    ...cluster
      .all(Kind.VIRTUAL_SERVICE)
      .flatMap(each => unlessUnsimulated(() => ofVirtualService(each, cluster)) ?? []),
    ...routes.flatMap(each => unlessUnsimulated(() => ofGatewayRoute(each, cluster)) ?? []),
  ].filter(({ listeners, isForMesh }) => listeners.length > 0 || isForMesh);
});

/** Whether all of a rule is simulated. */
export function isSimulated(at: Field, cluster: Cluster): boolean {
  return !areRoutesUnread([{ rule: { at } }], cluster);
}

function ofVirtualService(virtualService: Resource, cluster: Cluster): EvaluatedRule[] {
  const { namespace, spec } = virtualService;
  const hosts = spec.get('hosts').texts.map(each => fullHost(each, namespace, cluster.clusterDomain).toLowerCase());
  const gateways = gatewaysNamedBy(virtualService).flatMap(each => gatewayAt(each, cluster) ?? []);
  const servers = distinct(
    gateways.flatMap(gateway => hosts.flatMap(each => Servers.of(cluster).serving(gateway, each, namespace))),
  ).filter(each => !isListenerUnread(each, cluster) && each.tls !== 'unsimulated');
  const isForMesh = spec.get('gateways').items.length === 0 || spec.get('gateways').texts.includes(MESH);
  const exported = namespacesOf(spec.get('exportTo').texts, namespace);
  const namespaces =
    isForMesh && hosts.length > 0
      ? exported.includes('*') || exported.includes(namespace)
        ? [namespace]
        : exported
      : [];
  const place = (at: Field, kind: 'http' | 'tls' | 'tcp') => ({
    at,
    hosts,
    isForMesh,
    listeners: servers.filter(each => ruleKindOf(each) === kind && isForListener(at, each)),
    namespaces: namespaces.filter(each => isFor(at, proxyIn(each), undefined)),
  });
  return [
    ...virtualServiceRules(virtualService, cluster).map(rule => ({
      ...place(rule.at, 'http'),
      rule,
      backends: rule.reply ? [] : rule.backends,
      sent: 'http' as const,
    })),
    ...(['tls', 'tcp'] as const).flatMap(kind =>
      spec.get(kind).items.map(at => ({
        ...place(at, kind),
        backends: sharesOf(connectionRule(at, cluster).backends),
        sent: kind === 'tls' ? ('https' as const) : ('tcp' as const),
      })),
    ),
  ];
}

function sharesOf<T extends { readonly weight: number }>(backends: readonly T[]): (T & { readonly share: number })[] {
  const sum = backends.reduce((all, each) => all + each.weight, 0);
  return backends.filter(each => each.weight > 0).map(each => ({ ...each, share: each.weight / sum }));
}

function ofGatewayRoute(route: Resource, cluster: Cluster): EvaluatedRule[] {
  const listeners = distinct(
    (attachmentsOf(cluster).get(route) ?? [])
      .filter(({ hosts }) => hosts === undefined || hosts.length > 0)
      .map(({ listener }) => listener),
  ).filter(
    each =>
      !isListenerUnread(each, cluster)
      && each.tls !== 'unusable'
      && (!each.gateway || controllerOf(each.gateway, cluster) !== 'unknown'),
  );
  const [first] = listeners;
  const isForMesh = parentsOf(route).some(each => each.kind === 'Service');
  const reader = first ? readerOf(first.caller.proxy) : RouteReader.ISTIO_MESH;
  return gatewayRouteRules(route, reader, cluster).map(rule => ({
    at: rule.at,
    rule,
    hosts: hostsOf(route),
    backends: rule.reply ? [] : rule.backends,
    listeners,
    namespaces: isForMesh ? [route.namespace] : [],
    isForMesh,
    sent: 'http',
  }));
}

/** One listener for each gateway and port, since all of its servers have the same Pods. */
function distinct(listeners: readonly GatewayListener[]): GatewayListener[] {
  const key = ({ caller, port, gateway, at, tls, carriesRequests }: GatewayListener) =>
    [caller.namespace, JSON.stringify(caller.labels), port, (gateway ?? at.resource).key, tls, carriesRequests].join(
      ' ',
    );
  return [...new Map(listeners.map(each => [key(each), each])).values()];
}

function isForListener(rule: Field, { at, caller }: GatewayListener): boolean {
  return isFor(rule, { ...caller.proxy, gateways: [at.resource.key] }, at.get('port', 'number').number ?? 0);
}

/** Whether a rule is for a proxy; without a port, for any. */
function isFor(rule: Field, proxy: Parameters<typeof hasSource>[1], port: number | undefined): boolean {
  const matches = rule.get('match').items;
  return matches.length === 0 || matches.some(each => hasSource(each, proxy, port ?? each.get('port').number ?? 0));
}

function proxyIn(namespace: string): Parameters<typeof hasSource>[1] {
  return { namespace, labels: {}, gateways: [MESH], isGateway: false };
}

/** The policies that deny every request or connection at gateways with routes. */
export function closedGateways(context: Context): Failure[] {
  const listeners = new Set(evaluatedRules(context.cluster).flatMap(each => each.listeners));
  return [...listeners].flatMap(each => denialAt(each, context) ?? []);
}

/**
 * Rules of HTTPRoutes that neither forward nor answer requests: the response is 500. In other meshes than Istio, such a
 * rule of a Service is for its own endpoints.
 */
export function rulesWithoutBackends(cluster: Cluster): Field[] {
  const isEvaluated = hasIstio(cluster) && !hasLinkerd(cluster);
  return evaluatedRules(cluster).flatMap(({ at, rule, listeners }) =>
    rule?.hasNoBackend && (isEvaluated || listeners.length > 0) && isSimulated(at, cluster) ? [at] : [],
  );
}

/** A backend to which every request or connection fails, wherever it comes from. */
export interface FailingBackend extends Failure {
  readonly at: Field;
  /** Of the requests of the rule. */
  readonly share: number;
  readonly isRequest: boolean;
}

export function failingBackends(context: Context): FailingBackend[] {
  return evaluatedRules(context.cluster).flatMap(
    ({ at, rule, hosts, backends, listeners, namespaces, isForMesh, sent }) => {
      const denial =
        rule && !isForMesh ? firstIfAll(listeners.map(each => denialOf({ rule, hosts }, each, context))) : undefined;
      if (denial) {
        return isSimulated(at, context.cluster) ? [{ ...denial, at, share: 1, isRequest: true }] : [];
      }
      return backends.flatMap(backend => {
        const failures = [
          ...listeners.map(each => failureAt(backend, each, { rule, hosts, sent }, context)),
          ...namespaces.map(each => failureInMesh(backend, each, sent, context.cluster)),
        ];
        const failure = firstIfAll(failures);
        return failure && isSimulated(at, context.cluster)
          ? [{ ...failure, at: backend.at, share: backend.share, isRequest: sent === 'http' }]
          : [];
      });
    },
  );
}

/** Sidecars of a namespace fail alike where the layers of TLS do not fit. */
function failureInMesh(
  { host, port, subset }: Destination,
  namespace: string,
  sent: Sent,
  cluster: Cluster,
): Failure | undefined {
  const [found] = host === undefined ? [] : cluster.hosts.visible(host, namespace);
  const ports = found ? portsOf(found) : [];
  const field = port === undefined && ports.length === 1 ? ports[0] : ports.find(each => portNumber(each) === port);
  if (!found || !field) {
    return undefined;
  }
  const rules = DestinationRules.for({ namespace, labels: {} }, found, cluster);
  const problem = unreadable(sent, found, field, rules.tlsMode(portNumber(field) ?? 0, subset)?.text);
  return problem === undefined ? undefined : { because: 'tls', reason: problem };
}
