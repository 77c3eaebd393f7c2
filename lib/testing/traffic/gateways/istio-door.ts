import { byAge, type Cluster, covers, type Field, fullHost, hasLabels, Kind, type Labels, type Resource, targetPortOf, type Workload } from '../../../manifests';
import { identityOf } from '../proxies/caller';
import { madeGateways } from './gateway-door';
import type { Door, DoorTls } from './door';
import type { Proxy } from '../proxies/proxy';
import { catchAllsLast, type Route, routesAt } from '../routes/rule';
import { Scope } from '../proxies/scope';
import type { Message } from '../message';
import { type ConnectionRule, connectionRule, takesConnection } from '../proxies/tcp';
import { Unsimulated } from '../unsimulated';
import type { VirtualHost } from '../routes/virtual-hosts';
import { virtualServiceRules } from '../routes/virtual-service';

/**
 * The doors of Gateways of Istio. Gateways that select the same Pods share their ports.
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export function istioDoors(cluster: Cluster): Door[] {
  return byAge(cluster.all(Kind.ISTIO_GATEWAY)).flatMap(gateway => gateway.spec.get('servers').items.flatMap(at => doorsOf(at, cluster)));
}

function doorsOf(at: Field, cluster: Cluster): Door[] {
  const { resource: gateway } = at;
  const number = at.get('port', 'number').number ?? 0;
  const pods = podsOf(gateway, cluster);
  const tls = tlsOf(at);
  const proxy: Proxy = { ...pods.proxy, gateways: [gateway.key] };
  const hosts = at.get('hosts').texts.map(each => each.slice(each.indexOf('/') + 1));
  return outsidePorts(number, pods.workloads, cluster).map(port => ({
    at,
    gateway: pods.gateway,
    caller: { title: `the gateway ${gateway.key}`, namespace: proxy.namespace, labels: proxy.labels, proxy },
    port,
    podPort: number,
    tls,
    hosts,
    virtualHosts: () => virtualHostsOf(at, number, proxy, cluster),
    connection: message => connectionFor(message, at, proxy, cluster),
    redirects: at.get('tls', 'httpsRedirect').isTrue ? hosts : [],
  }));
}

function tlsOf(at: Field): DoorTls {
  const mode = at.get('tls', 'mode').text;
  if (!['HTTPS', 'TLS'].includes(at.get('port', 'protocol').text.toUpperCase())) {
    return 'none';
  }
  switch (mode || 'SIMPLE') {
    case 'SIMPLE': return 'simple';
    case 'MUTUAL': return 'mutual';
    case 'PASSTHROUGH': return 'passthrough';
    default: throw new Unsimulated(`The Gateway ${at.resource.key} has TLS mode ${mode} (${String(at)}).`, 'SIMPLE, MUTUAL and PASSTHROUGH are simulated.');
  }
}

interface Pods {
  readonly workloads: readonly Workload[];
  readonly proxy: Omit<Proxy, 'gateways'>;
  /** The Gateway of the Gateway API whose Pods they are, if they are of one. */
  readonly gateway?: Resource;
}

/** The Pods that a Gateway selects: those of manifests, those made for a Gateway of the Gateway API, else those of Istio's own installation. */
function podsOf(gateway: Resource, cluster: Cluster): Pods {
  const labels: Labels = gateway.spec.get('selector').strings;
  const workloads = cluster.workloads.select(labels);
  const [first] = workloads;
  const made = first ? undefined : madeGateways(cluster).find(each => hasLabels(each.caller.labels, labels));
  if (made) {
    return { workloads, proxy: made.caller.proxy, gateway: made.gateway };
  }
  const namespace = first?.namespace ?? cluster.mesh.rootNamespace;
  const serviceAccount = first?.serviceAccount ?? `istio-${labels.istio ?? gateway.name}-service-account`;
  return { workloads, proxy: { namespace, labels: first?.labels ?? labels, identity: identityOf(namespace, serviceAccount, cluster), isGateway: true } };
}

/** The ports by which a Service leads to that of a server; the same where no Service is known. */
function outsidePorts(number: number, workloads: readonly Workload[], cluster: Cluster): number[] {
  const ports = workloads.flatMap(workload => cluster.servicesOf(workload).flatMap(service => service.spec.get('ports').items)
    .filter(port => targetPortOf(port, workload) === number || port.get('port').number === number)
    .flatMap(port => port.get('port').number ?? []));
  return ports.length > 0 ? [...new Set(ports)] : [number];
}

function virtualHostsOf(server: Field, port: number, proxy: Proxy, cluster: Cluster): VirtualHost[] {
  const byHost = new Map<string, Route[]>();
  const [listener] = Scope.of(proxy, cluster).listeners;
  for (const virtualService of listener?.virtualServices ?? []) {
    const routes = routesAt(virtualServiceRules(virtualService, cluster), proxy, port);
    for (const host of routes.length > 0 ? sharedHosts(server, virtualService, cluster) : []) {
      byHost.set(host, [...byHost.get(host) ?? [], ...routes]);
    }
  }
  return [...byHost].map(([host, routes]) => ({ domains: [host], routes: catchAllsLast(routes) }));
}

/** The first rule for TLS that is for the name the client asks for. */
function connectionFor(message: Message, server: Field, proxy: Proxy, cluster: Cluster): ConnectionRule | undefined {
  const [listener] = Scope.of(proxy, cluster).listeners;
  const rule = (listener?.virtualServices ?? []).filter(each => sharedHosts(server, each, cluster).some(host => covers(host, message.host)))
    .flatMap(each => each.spec.get('tls').items).find(each => takesConnection(each, message, proxy));
  return rule && connectionRule(rule, cluster);
}

/** The hosts of a VirtualService that a server has too: of a name and a pattern the name. */
function sharedHosts(server: Field, virtualService: Resource, cluster: Cluster): string[] {
  const own = server.get('hosts').texts.flatMap(text => {
    const [namespace, host] = text.includes('/') ? text.split('/') : ['*', text];
    const isForIt = namespace === '*' || (namespace === '.' ? server.resource.namespace : namespace) === virtualService.namespace;
    return isForIt && host !== undefined ? [host.toLowerCase()] : [];
  });
  const theirs = virtualService.spec.get('hosts').texts.map(each => fullHost(each, virtualService.namespace, cluster.clusterDomain).toLowerCase());
  return [...new Set(own.flatMap(one => theirs.flatMap(other => covers(one, other) ? [other] : covers(other, one) ? [one] : [])))];
}
