import {
  addTo,
  byAge,
  type Cluster,
  covers,
  type Field,
  fullHost,
  HostPatterns,
  Kind,
  memo,
  memoByKey,
  type Resource,
} from '../../manifests';
import { identityOf } from '../endpoints/caller';
import { type AssumedPods, assumedPods } from './assumed-pods';
import { Gateways } from './gateways';
import { serverConflicts, serverHosts } from './server-hosts';
import { madeGateways, type PublishedPort } from './installed-gateways';
import { type GatewayListener, type ListenerTls, once } from './listener';
import type { Proxy } from '../endpoints/proxy';
import { catchAllsLast, type Route, routesAt } from '../routes/rule';
import { VirtualServices } from '../routes/virtual-services';
import type { Message } from '../messages/message';
import { type ConnectionRule, connectionRule, takesConnection, upTo } from '../clusters/tcp';
import { unreadMatch } from '../unread/rules';
import type { VirtualHost } from '../virtual-hosts/virtual-hosts';
import { credentialFailure } from './certificates';
import { virtualServiceRules } from '../routes/virtual-service';

/**
 * The listeners of Istio Gateways. Gateways that select the same Pods share their ports.
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export function istioListeners(cluster: Cluster): GatewayListener[] {
  const all = byAge(cluster.all(Kind.ISTIO_GATEWAY)).flatMap(gateway => {
    const pods = podsOf(gateway, cluster);
    return gateway.spec.get('servers').items.map(at => {
      const [tls, number] = [tlsOf(at, pods, cluster), at.get('port', 'number').number ?? 0];
      return {
        at,
        pods,
        number,
        podPort: podPortOf(number, pods),
        tls,
        carriesRequests: REQUESTS.includes(protocolOf(at)) || (protocolOf(at) === 'HTTPS' && tls !== 'passthrough'),
      };
    });
  });
  const conflicts = serverConflicts(all, routesKey);
  const servers = all.map(each => ({ ...each, conflict: conflicts.get(routesKey(each)) }));
  const plain = new Map<string, Server[]>();
  servers.filter(isPlain).forEach(each => addTo(plain, routesKey(each), each));
  return servers.flatMap(each =>
    listenersOf(each, (isPlain(each) ? plain.get(routesKey(each)) : undefined) ?? [each], cluster),
  );
}

/** A server of a Gateway with the Pods that serve it. */
interface Server {
  readonly at: Field;
  readonly pods: Pods;
  /** The port that it declares. */
  readonly number: number;
  /** The port on which the Pods listen. */
  readonly podPort: number;
  readonly tls: ListenerTls;
  readonly carriesRequests: boolean;
  readonly conflict?: Field;
}

function isPlain({ tls, carriesRequests }: Server): boolean {
  return tls === 'none' && carriesRequests;
}

/** Servers without TLS on one port of the same Pods share one route configuration, across Gateways. */
function routesKey({ pods: { proxy }, podPort }: Server): string {
  return `${proxy.namespace} ${JSON.stringify(proxy.labels)} ${podPort}`;
}

function listenersOf(server: Server, servers: readonly Server[], cluster: Cluster): GatewayListener[] {
  const { at, pods, number, podPort, tls, carriesRequests, conflict } = server;
  const { resource: gateway } = at;
  const others = once(() => (pods.others?.() ?? []).flatMap(each => moved(server, servers, each, cluster)));
  const proxy: Proxy = { ...pods.proxy, gateways: gatewaysOf(servers) };
  return outsidePorts(podPort, pods).map(port => ({
    at,
    gateway: pods.gateway,
    caller: { title: `the gateway ${gateway.key}`, namespace: proxy.namespace, labels: proxy.labels, proxy },
    port,
    podPort,
    tls,
    carriesRequests,
    conflict,
    get others() {
      return others();
    },
    hosts: at.get('hosts').texts.map(each => each.slice(each.indexOf('/') + 1)),
    virtualHosts: () => (carriesRequests ? virtualHostsOf(servers, cluster) : []),
    connection: message =>
      connectionFor({ ...message, port: number }, at, tls === 'passthrough' ? 'tls' : 'tcp', proxy, cluster),
  }));
}

const gatewaysOf = memo((servers: readonly Server[]) => [...new Set(servers.map(each => each.at.resource.key))]);

/** A server and those that share its routes, with Pods of another assumption. */
function moved(
  server: Server,
  servers: readonly Server[],
  pods: AssumedPods,
  cluster: Cluster,
): { listener: GatewayListener; because?: Resource }[] {
  const all = serversAt(servers, JSON.stringify([pods.proxy, pods.isUntranslated]), pods);
  return all
    .slice(servers.indexOf(server), servers.indexOf(server) + 1)
    .flatMap(each => listenersOf(each, all, cluster))
    .map(listener => ({ listener, because: pods.because }));
}

/** Servers with other Pods, one list for all servers that share their routes. */
const serversAt = memoByKey(
  (servers: readonly Server[], _pods: string, { proxy, isUntranslated }: AssumedPods): readonly Server[] =>
    servers.map(each => ({
      ...each,
      pods: { ports: isUntranslated ? [] : each.pods.ports, proxy },
      podPort: isUntranslated ? each.number : each.podPort,
    })),
);

/** Servers for plain-text HTTP may have TLS settings, such as httpsRedirect. */
function tlsOf(at: Field, { proxy }: Pods, cluster: Cluster): ListenerTls {
  const mode = at.get('tls', 'mode').text;
  if (REQUESTS.includes(protocolOf(at)) || !at.get('tls').exists) {
    return 'none';
  }
  if (credentialFailure(at, proxy.namespace, cluster)) {
    return 'unusable';
  }
  switch (mode || 'PASSTHROUGH') {
    case 'SIMPLE':
    // Clients without the optional certificate are accepted.
    case 'OPTIONAL_MUTUAL':
      return 'simple';
    case 'MUTUAL':
      return 'mutual';
    case 'ISTIO_MUTUAL':
      return 'mesh';
    case 'PASSTHROUGH':
      return 'passthrough';
    default:
      return 'unsimulated';
  }
}

const REQUESTS = ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-WEB'];

function protocolOf(at: Field): string {
  return at.get('port', 'protocol').text.toUpperCase();
}

interface Pods {
  readonly ports: readonly PublishedPort[];
  /** Whether their Service has no others. */
  readonly areAllPorts?: boolean;
  readonly proxy: Omit<Proxy, 'gateways'>;
  /** The Gateway API Gateway of the Pods, if any. */
  readonly gateway?: Resource;
  /** Alternative assumptions, if no manifest contains them. */
  readonly others?: () => readonly AssumedPods[];
}

/** The Pods that a Gateway selects: those in manifests, those created for a Gateway API Gateway, else assumed ones. */
function podsOf(gateway: Resource, cluster: Cluster): Pods {
  const known = Gateways.of(cluster).selectedBy(gateway);
  const [first] = known;
  if (first?.workload) {
    const { namespace, labels, serviceAccount } = first;
    const identity = identityOf(namespace ?? '', serviceAccount, cluster);
    return {
      ports: known.flatMap(each => each.ports),
      proxy: { namespace: namespace ?? '', labels, identity, isGateway: true },
    };
  }
  const ports = first?.ports ?? [];
  const made = first?.gateway && madeGateways(cluster).find(each => each.gateway === first.gateway);
  if (made) {
    return { ports, proxy: made.caller.proxy, gateway: made.gateway };
  }
  const { proxy, others } = assumedPods(gateway, cluster);
  // A Helm release of the same name listens on the ports of its Service.
  const isTranslated = !first?.isDeclared && ports.some(each => each.port !== each.targetPort);
  const areAllPorts = first?.isDeclared === true && ports.length > 0;
  return {
    ports,
    areAllPorts,
    proxy,
    others: () => [...others(), ...(isTranslated ? [{ proxy, isUntranslated: true }] : [])],
  };
}

/**
 * The port on which Pods listen for a server: that behind the first Service port with its number, else the number
 * itself.
 */
function podPortOf(number: number, { ports }: Pods): number {
  return ports.find(each => each.port === number)?.targetPort ?? number;
}

/** The Service ports that map to a port of the Pods; the same port without a Service of which all ports are known. */
function outsidePorts(podPort: number, { ports, areAllPorts = false }: Pods): number[] {
  const found = ports.filter(each => each.targetPort === podPort).map(each => each.port);
  return found.length > 0 || areAllPorts ? [...new Set(found)] : [podPort];
}

/**
 * Hosts of VirtualServices that servers accept, and hosts that a server redirects to https, which exist without a
 * VirtualService only if they have no namespace.
 */
const virtualHostsOf = memo((servers: readonly Server[], cluster: Cluster): readonly VirtualHost[] => {
  const byHost = new Map<string, { routes: Route[]; needsTls: boolean }>();
  const add = (host: string, routes: readonly Route[], needsTls: boolean) => {
    const known = byHost.get(host) ?? { routes: [], needsTls: false };
    known.routes.push(...routes);
    byHost.set(host, { routes: known.routes, needsTls: known.needsTls || needsTls });
  };
  for (const { at, pods, number } of servers) {
    const proxy: Proxy = { ...pods.proxy, gateways: [at.resource.key] };
    const needsTls = at.get('tls', 'httpsRedirect').isTrue;
    for (const virtualService of VirtualServices.of(cluster).for(proxy)) {
      const routes = routesAt(virtualServiceRules(virtualService, cluster), proxy, number);
      (routes.length > 0 ? sharedHosts(at, virtualService, cluster) : []).forEach(host => add(host, routes, needsTls));
    }
    (needsTls ? at.get('hosts').texts : []).forEach(host => add(host.toLowerCase(), [], true));
  }
  return [...byHost].map(([host, { routes, needsTls }]) => ({
    domains: [host],
    routes: catchAllsLast(routes),
    needsTls,
  }));
});

/** The first TCP or TLS rule: with TLS passthrough, one that matches the SNI. */
function connectionFor(
  message: Message,
  server: Field,
  kind: 'tls' | 'tcp',
  proxy: Proxy,
  cluster: Cluster,
): ConnectionRule | undefined {
  const rules = VirtualServices.of(cluster)
    .for(proxy)
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
  const own = hostPatternsOf(server);
  const common = virtualService.spec
    .get('hosts')
    .texts.map(each => fullHost(each, virtualService.namespace, cluster.clusterDomain).toLowerCase())
    .flatMap(other =>
      own
        .meeting(other)
        .filter(({ scope }) => ['*', virtualService.namespace].includes(scope))
        .map(({ host, order }) => ({ order, host: covers(host, other) ? other : host })),
    );
  return [...new Set(common.sort((a, b) => a.order - b.order).map(each => each.host))];
}

const hostPatternsOf = memo(
  (server: Field) => new HostPatterns(serverHosts(server).map((each, order) => [each.host, { ...each, order }])),
);
