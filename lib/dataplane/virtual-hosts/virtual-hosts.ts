import {
  ageOf,
  aliasedHost,
  carriesRequests,
  type Cluster,
  covers,
  type Field,
  fullHost,
  type Host,
  HostPatterns,
  inOrderOfAge,
  Kind,
  memo,
  namespacesOf,
  portNumber,
  portsOf,
  type Resource,
} from '../../manifests';
import { isHeadless } from '../endpoints/endpoints';
import type { Proxy } from '../endpoints/proxy';
import { hostInUrl } from '../messages/message';
import { MeshRoutes, meshRoutesAt } from '../routes/mesh-routes';
import { NO_OPERATIONS } from '../routes/header-operations';
import { routesAt, type Route, type Rule } from '../routes/rule';
import type { Listener } from './scope';
import { retriesOf, virtualServiceRules } from '../routes/virtual-service';

/** A virtual host of a proxy's route configuration for one port. */
export interface VirtualHost {
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  /** Whether plain-text requests are redirected to https. */
  readonly needsTls?: boolean;
}

/**
 * The virtual hosts of a sidecar for a port: of VirtualServices with a restricted exportTo, of the caller's own routes
 * for a Service, of the other VirtualServices and routes by age, then of the Services that have none. Of equal domains
 * the first takes precedence.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/
 */
export function sidecarVirtualHosts(listener: Listener, proxy: Proxy, port: number, cluster: Cluster): VirtualHost[] {
  const registry = new Map([...listener.hosts].filter(([, host]) => httpPort(host, port)));
  const taken = new Set<string>();
  const virtualHosts: VirtualHost[] = [];
  const add = (domains: readonly string[], routes: readonly Route[]) => {
    const free = domains.filter(each => !taken.has(each));
    free.forEach(each => taken.add(each));
    if (free.length > 0) {
      virtualHosts.push({ domains: free, routes });
    }
  };
  const served = new Set<Host>();
  const serve = (host: Host, routes: readonly Route[]) => {
    if (routes.length > 0) {
      served.add(host);
      add(domainsOf(host, listener, proxy, cluster), routes);
    }
  };
  const byVirtualService = (virtualService: Resource) => () => {
    const { matching, others } = splitHosts(virtualService, registry, listener, cluster);
    const routes =
      matching.length > 0 || port === 80 ? routesAt(virtualServiceRules(virtualService, cluster), proxy, port) : [];
    if (routes.length > 0) {
      others.forEach(each => add([hostInUrl(each)], routes));
    }
    matching.forEach(host => serve(host, routes));
  };
  const groups = [...registry].flatMap(([name, host]) =>
    MeshRoutes.of(cluster)
      .for(name)
      .filter(each => listener.imports(each.namespace, host.name))
      .map(group => ({
        group,
        isOwn: group.namespace === proxy.namespace,
        isBeside: group.namespace === host.resource.namespace,
        apply: () => serve(host, meshRoutesAt(group, proxy, port)),
      })),
  );
  const isPublic = (virtualService: Resource) =>
    namespacesOf(virtualService.spec.get('exportTo').texts, virtualService.namespace).includes('*');
  const rivals = inOrderOfAge(
    [
      ...listener.virtualServices.filter(isPublic).map(each => ({ age: ageOf(each), apply: byVirtualService(each) })),
      ...groups.filter(each => !each.isOwn && each.isBeside).map(({ group: { age }, apply }) => ({ age, apply })),
    ],
    each => each.age,
  );
  for (const apply of [
    ...listener.virtualServices.filter(each => !isPublic(each)).map(byVirtualService),
    ...groups.filter(each => each.isOwn).map(each => each.apply),
    ...rivals.map(each => each.apply),
  ]) {
    apply();
  }
  [...registry.values()]
    .filter(each => !served.has(each) && aliasedHost(each.resource) === undefined)
    .forEach(host => add(domainsOf(host, listener, proxy, cluster), [{ rule: defaultRule(host, port, cluster) }]));
  return virtualHosts;
}

/** The virtual host for a host: by its exact domain, by the longest wildcard, or the catch-all. */
export function virtualHostOf(virtualHosts: readonly VirtualHost[], host: string): VirtualHost | undefined {
  const name = host.toLowerCase();
  let best: { virtualHost: VirtualHost; length: number } | undefined;
  for (const { domain, virtualHost } of domainsIn(virtualHosts).meeting(name)) {
    const length =
      domain === name
        ? Infinity
        : domain.startsWith('*') && name.length > domain.length - 1 && name.endsWith(domain.slice(1))
          ? domain.length
          : 0;
    if (length > (best?.length ?? 0)) {
      best = { virtualHost, length };
    }
  }
  return best?.virtualHost;
}

const domainsIn = memo(
  (virtualHosts: readonly VirtualHost[]) =>
    new HostPatterns(
      virtualHosts.flatMap(virtualHost =>
        virtualHost.domains.map(domain => [domain, { domain, virtualHost }] as const),
      ),
    ),
);

/**
 * The hosts of a VirtualService that are in the scope of the proxy at the port, and names without a Service or
 * ServiceEntry.
 */
function splitHosts(
  virtualService: Resource,
  registry: ReadonlyMap<string, Host>,
  listener: Listener,
  cluster: Cluster,
): { matching: Host[]; others: string[] } {
  const matching: Host[] = [];
  const others: string[] = [];
  for (const name of virtualService.spec
    .get('hosts')
    .texts.map(each => fullHost(each, virtualService.namespace, cluster.clusterDomain).toLowerCase())) {
    const exact = registry.get(name);
    if (exact) {
      matching.push(exact);
    } else if (!name.startsWith('*')) {
      others.push(name);
    } else {
      const covered = [...registry].filter(([host]) => covers(name, host));
      matching.push(
        ...covered.filter(([host]) => mostSpecific(host, listener, cluster) === virtualService).map(([, host]) => host),
      );
      others.push(...(covered.length === 0 ? [name] : []));
    }
  }
  return { matching, others };
}

/**
 * The VirtualService with the most specific host: exact, else the longest wildcard. A route of the Gateway API for the
 * Service names it too, and better than any pattern: also one of another namespace, which the proxy does not apply.
 */
function mostSpecific(host: string, { virtualServices, imports }: Listener, cluster: Cluster): Resource | undefined {
  if (
    MeshRoutes.of(cluster)
      .for(host)
      .some(each => each.rules.length > 0 && imports(each.namespace, host))
  ) {
    return undefined;
  }
  let best: { virtualService: Resource; length: number } | undefined;
  for (const virtualService of virtualServices) {
    for (const name of virtualService.spec
      .get('hosts')
      .texts.map(each => fullHost(each, virtualService.namespace, cluster.clusterDomain).toLowerCase())) {
      const length = name === host ? Infinity : name.startsWith('*') && covers(name, host) ? name.length : 0;
      if (length > (best?.length ?? 0)) {
        best = { virtualService, length };
      }
    }
  }
  return best?.virtualService;
}

/** The port of a host that a sidecar handles as HTTP. */
function httpPort(host: Host, port: number): Field | undefined {
  const found = portsOf(host).find(each => portNumber(each) === port);
  return found && carriesRequests(found) !== false ? found : undefined;
}

/** The names by which Pods of a namespace call a host, those of its aliases too. */
export function domainsOf(host: Host, { aliasesOf }: Listener, proxy: Proxy, cluster: Cluster): string[] {
  const names = [host, ...aliasesOf(host)].flatMap(each => namesOf(each, proxy, cluster));
  const { type, spec } = host.resource;
  const addresses = type === Kind.SERVICE ? [spec.get('clusterIP').text] : spec.get('addresses').texts;
  return [
    ...names,
    ...(isHeadless(host) ? names.map(each => `*.${each}`) : []),
    ...addresses.filter(each => each !== '' && each !== 'None').map(hostInUrl),
  ];
}

function namesOf({ name }: Host, proxy: Proxy, { clusterDomain }: Cluster): string[] {
  const host = name.toLowerCase();
  const suffix = `.svc.${clusterDomain}`;
  if (!host.endsWith(suffix)) {
    return [host];
  }
  const short = host.slice(0, -suffix.length);
  const [service = '', namespace] = short.split('.');
  return [host, `${host}.`, short, `${short}.svc`, ...(namespace === proxy.namespace ? [service] : [])];
}

/** The default route of a Service without a VirtualService. */
export function defaultRule({ name, resource }: Host, port: number, cluster: Cluster): Rule {
  const at = resource.root;
  return {
    at,
    matches: [],
    backends: [
      {
        at,
        share: 1,
        isWeighted: false,
        host: name.toLowerCase(),
        port,
        request: NO_OPERATIONS,
        response: NO_OPERATIONS,
      },
    ],
    request: NO_OPERATIONS,
    response: NO_OPERATIONS,
    retries: retriesOf(resource.root.get('none'), cluster),
    mirrors: [],
    unknownBackendStatus: 503,
  };
}
