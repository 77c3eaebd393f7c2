import {
  type Cluster,
  type Field,
  fullHost,
  type Host,
  Kind,
  memoByKey,
  portNumber,
  portsOf,
  type Resource,
} from '../../manifests';
import { Aliases } from '../endpoints/aliases';
import { EgressHosts } from './egress-hosts';
import { httpRulesOf } from '../routes/delegates';
import { MeshRoutes } from '../routes/mesh-routes';
import type { Proxy } from '../endpoints/proxy';
import { sidecarOf } from '../endpoints/sidecars';
import { Unsimulated } from '../messages/unsimulated';
import { VirtualServices } from '../routes/virtual-services';

/** The hosts and routes of one of a proxy's listeners. */
export interface Listener {
  /** Undefined for the catch-all listener. */
  readonly port?: number;
  /** Whether it handles HTTP, independent of its hosts. */
  readonly isHttp: boolean;
  /** The hosts by their names in lower case. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly virtualServices: readonly Resource[];
  /** The Services of type ExternalName by whose names it has a host too. */
  readonly aliasesOf: (host: Host) => readonly Host[];
  /** Whether routes of a namespace for a host apply. */
  readonly imports: (namespace: string, host: string) => boolean;
}

/**
 * The scope of a proxy's configuration: everything exported to its namespace, or the hosts of its Sidecar.
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export class Scope {
  /** The scope of a proxy, cached for all proxies that share it. */
  static of(proxy: Proxy, cluster: Cluster): Scope {
    const sidecar = proxy.isGateway ? undefined : sidecarOf(proxy, cluster);
    return Scope.shared(cluster, `${proxy.namespace} ${sidecar?.key ?? ''} ${proxy.gateways.join()}`, proxy, sidecar);
  }

  private static readonly shared = memoByKey(
    (cluster: Cluster, _key: string, proxy: Proxy, sidecar: Resource | undefined) => new Scope(proxy, cluster, sidecar),
  );

  readonly listeners: readonly Listener[];
  /** Whether traffic to unknown destinations is passed through (ALLOW_ANY). */
  readonly allowsAny: boolean;
  /** The hosts with clusters: those of all listeners, and the destinations of their VirtualServices. */
  private readonly known = new Map<string, { readonly host: Host; readonly ports: readonly number[] }>();

  private constructor(
    proxy: Proxy,
    cluster: Cluster,
    readonly sidecar: Resource | undefined,
  ) {
    const egress = sidecar?.spec.get('egress').items ?? [];
    const hosts = sidecar ? EgressHosts.of(sidecar, proxy.namespace) : [];
    this.listeners =
      hosts.length === 0
        ? [everything(proxy, cluster)]
        : egress.flatMap((each, index) => hosts.slice(index, index + 1).map(own => listed(each, own, proxy, cluster)));
    const mode = sidecar?.spec.get('outboundTrafficPolicy').exists
      ? sidecar.spec.get('outboundTrafficPolicy', 'mode').text || 'REGISTRY_ONLY'
      : cluster.mesh.get('outboundTrafficPolicy', 'mode')?.text;
    this.allowsAny = mode !== 'REGISTRY_ONLY';
    for (const { hosts, port } of this.listeners) {
      hosts.forEach(host => this.learn(host, port === undefined ? ALL_PORTS : [port]));
    }
    for (const listener of this.listeners) {
      for (const { host: name, port } of [
        ...listener.virtualServices.flatMap(each => destinationsOf(each, proxy, cluster)),
        ...meshDestinations(listener, proxy, cluster),
      ]) {
        const host = this.known.get(name)?.host ?? cluster.hosts.visible(name, proxy.namespace)[0];
        if (host) {
          this.learn(host, listener.port === undefined ? (port === undefined ? ALL_PORTS : [port]) : [listener.port]);
        }
      }
    }
  }

  /** A listener for one port has only that port of a host; several listeners together have all of theirs. */
  private learn(host: Host, ports: readonly number[]): void {
    const name = host.name.toLowerCase();
    const known = this.known.get(name);
    const isAll = ports === ALL_PORTS || known?.ports === ALL_PORTS;
    if (known === undefined || known.host.resource === host.resource) {
      this.known.set(name, {
        host: known?.host ?? host,
        ports: isAll ? ALL_PORTS : [...(known?.ports ?? []), ...ports],
      });
    }
  }

  /** The listener for a port. */
  listenerFor(port: number): Listener | undefined {
    return this.listeners.find(each => each.port === undefined || each.port === port);
  }

  /** The destination host of a route, if the proxy has a cluster for its port. */
  destination(host: string, port: number): { host: Host; port: Field } | undefined {
    const { host: found, ports } = this.known.get(host) ?? {};
    const field =
      found && (ports === ALL_PORTS || ports?.includes(port))
        ? portsOf(found).find(each => portNumber(each) === port)
        : undefined;
    return found && field && { host: found, port: field };
  }
}

const ALL_PORTS: readonly number[] = [];

function everything(proxy: Proxy, cluster: Cluster): Listener {
  return {
    isHttp: false,
    hosts: hostsSeenFrom(cluster, proxy.namespace),
    aliasesOf: host => Aliases.of(cluster).for(host),
    virtualServices: VirtualServices.of(cluster).for(proxy),
    imports: () => true,
  };
}

/** One map for all proxies of a namespace. */
const hostsSeenFrom = memoByKey((cluster: Cluster, namespace: string): ReadonlyMap<string, Host> => {
  const hosts = new Map<string, Host>();
  visibleHosts(namespace, cluster).forEach(each => addHost(hosts, each, namespace));
  return hosts;
});

function listed(egress: Field, included: EgressHosts, proxy: Proxy, cluster: Cluster): Listener {
  if (
    egress.get('bind').exists
    || egress.get('captureMode').text === 'NONE'
    || egress.get('port', 'protocol').text.toUpperCase() === 'HTTP_PROXY'
  ) {
    throw new Unsimulated(
      `The Sidecar ${egress.resource.key} has a listener with a bind address (${String(egress)}).`,
      'Use a workload whose traffic is captured.',
    );
  }
  const port = egress.get('port', 'number').number;
  const hosts = new Map<string, Host>();
  candidates(included, proxy, cluster)
    .filter(
      each =>
        included.includes(each.resource.namespace, each.name)
        && (port === undefined || portsOf(each).some(field => portNumber(field) === port)),
    )
    .forEach(each => addHost(hosts, each, proxy.namespace));
  const { exact } = included;
  const named = exact ? VirtualServices.of(cluster).forHosts(proxy, exact) : VirtualServices.of(cluster).for(proxy);
  const imports = (namespace: string, host: string) => included.imports(namespace, host);
  const virtualServices = named.filter(each =>
    each.spec
      .get('hosts')
      .texts.some(host => imports(each.namespace, fullHost(host, each.namespace, cluster.clusterDomain))),
  );
  const isHttp = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(egress.get('port', 'protocol').text.toUpperCase());
  const aliasesOf = (host: Host) =>
    Aliases.of(cluster)
      .for(host)
      .filter(each => included.includesAlias(host.resource.namespace, host.name, each.name));
  return { port, isHttp, hosts, aliasesOf, virtualServices, imports };
}

/** The hosts of entries without wildcards, so that a Sidecar is not compared with all hosts. */
function candidates({ exact }: EgressHosts, proxy: Proxy, cluster: Cluster): readonly Host[] {
  return exact
    ? [...new Set(exact.flatMap(each => cluster.hosts.visible(each, proxy.namespace)))]
    : visibleHosts(proxy.namespace, cluster);
}

function visibleHosts(namespace: string, cluster: Cluster): readonly Host[] {
  return cluster.hosts.all.filter(({ visibleIn }) => visibleIn.includes('*') || visibleIn.includes(namespace));
}

/** Of two hosts with the same name the one in the own namespace takes precedence, then a Service, then the first. */
function addHost(hosts: Map<string, Host>, host: Host, namespace: string): void {
  const name = host.name.toLowerCase();
  const rank = ({ resource }: Host) =>
    (resource.namespace === namespace ? 2 : 0) + (resource.type === Kind.SERVICE ? 1 : 0);
  const known = hosts.get(name);
  if (!known || rank(host) > rank(known)) {
    hosts.set(name, host);
  }
}

/** Where the rules send that are for some caller of the proxy's namespace. */
function destinationsOf(virtualService: Resource, proxy: Proxy, cluster: Cluster): Destination[] {
  const http = httpRulesOf(virtualService, cluster).filter(rule => isForNamespace(rule, proxy.namespace));
  const rules = [...http, ...['tcp', 'tls'].flatMap(each => virtualService.spec.get(each).items)];
  return rules
    .flatMap(rule => [
      ...rule.get('route').items.map(each => each.get('destination')),
      rule.get('mirror'),
      ...rule.get('mirrors').items.map(each => each.get('destination')),
    ])
    .filter(each => each.exists)
    .map(each => ({
      host: fullHost(each.get('host').text, each.resource.namespace, cluster.clusterDomain).toLowerCase(),
      port: each.get('port', 'number').number,
    }));
}

function isForNamespace(rule: Field, namespace: string): boolean {
  const named = rule
    .get('match')
    .items.map(each => each.get('sourceNamespace').text)
    .filter(each => each !== '');
  return named.length === 0 || named.includes(namespace);
}

/** Where routes of the Gateway API send what is for the hosts of a listener. */
function meshDestinations({ hosts, imports }: Listener, proxy: Proxy, cluster: Cluster): readonly Destination[] {
  const meshRoutes = MeshRoutes.of(cluster);
  return [...hosts].flatMap(([name, { resource }]) =>
    meshRoutes.destinations(
      name,
      [...new Set([proxy.namespace, resource.namespace])].filter(each => imports(each, name)),
    ),
  );
}

interface Destination {
  readonly host: string;
  /** Undefined for all ports. */
  readonly port?: number;
}
