import {
  byAge,
  type Cluster,
  covers,
  type Field,
  fullHost,
  hasLabels,
  Kind,
  type Labels,
  type Resource,
  targetPortOf,
  type Workload,
} from '../../manifests';
import { identityOf } from '../endpoints/caller';
import { type AssumedPods, assumedPods } from './assumed-pods';
import { madeGateways } from './gateway-api-listeners';
import type { GatewayListener, ListenerTls } from './listener';
import type { Proxy } from '../endpoints/proxy';
import { catchAllsLast, type Route, routesAt } from '../routes/rule';
import { Scope } from '../virtual-hosts/scope';
import type { Message } from '../messages/message';
import { type ConnectionRule, connectionRule, takesConnection, upTo } from '../clusters/tcp';
import { unreadMatch } from '../unread/rules';
import { Unsimulated } from '../messages/unsimulated';
import type { VirtualHost } from '../virtual-hosts/virtual-hosts';
import { virtualServiceRules } from '../routes/virtual-service';

/**
 * The listeners of Istio Gateways. Gateways that select the same Pods share their ports.
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export function istioListeners(cluster: Cluster): GatewayListener[] {
  const servers = byAge(cluster.all(Kind.ISTIO_GATEWAY)).flatMap(gateway => {
    const pods = podsOf(gateway, cluster);
    return gateway.spec.get('servers').items.map(at => {
      const tls = tlsOf(at);
      return {
        at,
        pods,
        port: at.get('port', 'number').number ?? 0,
        tls,
        carriesRequests: REQUESTS.includes(protocolOf(at)) || (protocolOf(at) === 'HTTPS' && tls !== 'passthrough'),
      };
    });
  });
  return servers.flatMap(each =>
    listenersOf(
      each,
      each.tls === 'none' && each.carriesRequests ? servers.filter(other => sharesRoutes(each, other)) : [each],
      cluster,
    ),
  );
}

/** A server of a Gateway with the Pods that serve it. */
interface Server {
  readonly at: Field;
  readonly pods: Pods;
  readonly port: number;
  readonly tls: ListenerTls;
  readonly carriesRequests: boolean;
}

/** Servers without TLS on one port of the same Pods share one route configuration, across Gateways. */
function sharesRoutes(one: Server, other: Server): boolean {
  return (
    other.carriesRequests
    && other.tls === one.tls
    && other.port === one.port
    && podsKey(other.pods) === podsKey(one.pods)
  );
}

function podsKey({ proxy: { namespace, labels } }: Pods): string {
  return `${namespace} ${JSON.stringify(labels)}`;
}

function listenersOf(server: Server, servers: readonly Server[], cluster: Cluster): GatewayListener[] {
  const { at, pods, port: number, tls, carriesRequests } = server;
  const { resource: gateway } = at;
  const others = (pods.others ?? []).flatMap(({ proxy: other, because }) => {
    const moved = (each: Server): Server => ({ ...each, pods: { workloads: [], proxy: other } });
    return listenersOf(moved(server), servers.map(moved), cluster).map(listener => ({ listener, because }));
  });
  const proxy: Proxy = { ...pods.proxy, gateways: [...new Set(servers.map(each => each.at.resource.key))] };
  return outsidePorts(number, pods.workloads, cluster).map(port => ({
    at,
    gateway: pods.gateway,
    caller: { title: `the gateway ${gateway.key}`, namespace: proxy.namespace, labels: proxy.labels, proxy },
    port,
    podPort: number,
    tls,
    carriesRequests,
    others,
    hosts: at.get('hosts').texts.map(each => each.slice(each.indexOf('/') + 1)),
    virtualHosts: () => (carriesRequests ? virtualHostsOf(servers, cluster) : []),
    connection: message =>
      connectionFor({ ...message, port: number }, at, tls === 'passthrough' ? 'tls' : 'tcp', proxy, cluster),
  }));
}

/** Servers for plain-text HTTP may have TLS settings, such as httpsRedirect. */
function tlsOf(at: Field): ListenerTls {
  const mode = at.get('tls', 'mode').text;
  if (REQUESTS.includes(protocolOf(at)) || !at.get('tls').exists) {
    return 'none';
  }
  switch (mode || 'PASSTHROUGH') {
    case 'SIMPLE':
      return 'simple';
    case 'MUTUAL':
      return 'mutual';
    case 'PASSTHROUGH':
      return 'passthrough';
    default:
      throw new Unsimulated(
        `The Gateway ${at.resource.key} has TLS mode ${mode} (${String(at)}).`,
        'Use SIMPLE, MUTUAL or PASSTHROUGH, which are simulated.',
      );
  }
}

const REQUESTS = ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-WEB'];

function protocolOf(at: Field): string {
  return at.get('port', 'protocol').text.toUpperCase();
}

interface Pods {
  readonly workloads: readonly Workload[];
  readonly proxy: Omit<Proxy, 'gateways'>;
  /** The Gateway API Gateway of the Pods, if any. */
  readonly gateway?: Resource;
  /** Alternative assumptions, if no manifest contains them. */
  readonly others?: readonly AssumedPods[];
}

/** The Pods that a Gateway selects: those in manifests, those created for a Gateway API Gateway, else assumed ones. */
function podsOf(gateway: Resource, cluster: Cluster): Pods {
  const labels: Labels = gateway.spec.get('selector').strings;
  const workloads = cluster.workloads.select(labels);
  const [first] = workloads;
  const made = first ? undefined : madeGateways(cluster).find(each => hasLabels(each.caller.labels, labels));
  if (made) {
    return { workloads, proxy: made.caller.proxy, gateway: made.gateway };
  }
  if (!first) {
    const [{ proxy }, ...others] = assumedPods(gateway, cluster);
    return { workloads, proxy, others };
  }
  return {
    workloads,
    proxy: {
      namespace: first.namespace,
      labels: first.labels,
      identity: identityOf(first.namespace, first.serviceAccount, cluster),
      isGateway: true,
    },
  };
}

/** The Service ports that map to a server's port; the same port without a Service. */
function outsidePorts(number: number, workloads: readonly Workload[], cluster: Cluster): number[] {
  const ports = workloads.flatMap(workload =>
    cluster
      .servicesOf(workload)
      .flatMap(service => service.spec.get('ports').items)
      .filter(port => targetPortOf(port, workload) === number || port.get('port').number === number)
      .flatMap(port => port.get('port').number ?? []),
  );
  return ports.length > 0 ? [...new Set(ports)] : [number];
}

/**
 * Hosts of VirtualServices that servers accept, and hosts that a server redirects to https, which exist without a
 * VirtualService only if they have no namespace.
 */
function virtualHostsOf(servers: readonly Server[], cluster: Cluster): VirtualHost[] {
  const byHost = new Map<string, { routes: Route[]; needsTls: boolean }>();
  const add = (host: string, routes: readonly Route[], needsTls: boolean) => {
    const known = byHost.get(host) ?? { routes: [], needsTls: false };
    byHost.set(host, { routes: [...known.routes, ...routes], needsTls: known.needsTls || needsTls });
  };
  for (const { at, pods, port } of servers) {
    const proxy: Proxy = { ...pods.proxy, gateways: [at.resource.key] };
    const needsTls = at.get('tls', 'httpsRedirect').isTrue;
    for (const virtualService of Scope.of(proxy, cluster).listeners[0]?.virtualServices ?? []) {
      const routes = routesAt(virtualServiceRules(virtualService, cluster), proxy, port);
      (routes.length > 0 ? sharedHosts(at, virtualService, cluster) : []).forEach(host => add(host, routes, needsTls));
    }
    (needsTls ? at.get('hosts').texts : []).forEach(host => add(host.toLowerCase(), [], true));
  }
  return [...byHost].map(([host, { routes, needsTls }]) => ({
    domains: [host],
    routes: catchAllsLast(routes),
    needsTls,
  }));
}

/** The first TCP or TLS rule: with TLS passthrough, one that matches the SNI. */
function connectionFor(
  message: Message,
  server: Field,
  kind: 'tls' | 'tcp',
  proxy: Proxy,
  cluster: Cluster,
): ConnectionRule | undefined {
  const [listener] = Scope.of(proxy, cluster).listeners;
  const rules = (listener?.virtualServices ?? [])
    .filter(each => sharedHosts(server, each, cluster).some(host => kind === 'tcp' || covers(host, message.host)))
    .flatMap(each => each.spec.get(kind).items);
  const rule = rules.find(each => takesConnection(each, message, proxy));
  const unread = unreadMatch(upTo(rule, rules));
  if (unread) {
    throw unread;
  }
  return rule && connectionRule(rule, cluster);
}

/** The hosts that a VirtualService and a server have in common: of a name and a wildcard, the name. */
function sharedHosts(server: Field, virtualService: Resource, cluster: Cluster): string[] {
  const own = server.get('hosts').texts.flatMap(text => {
    const [namespace, host] = text.includes('/') ? text.split('/') : ['*', text];
    const isForIt =
      namespace === '*' || (namespace === '.' ? server.resource.namespace : namespace) === virtualService.namespace;
    return isForIt && host !== undefined ? [host.toLowerCase()] : [];
  });
  const theirs = virtualService.spec
    .get('hosts')
    .texts.map(each => fullHost(each, virtualService.namespace, cluster.clusterDomain).toLowerCase());
  return [
    ...new Set(
      own.flatMap(one => theirs.flatMap(other => (covers(one, other) ? [other] : covers(other, one) ? [one] : []))),
    ),
  ];
}
