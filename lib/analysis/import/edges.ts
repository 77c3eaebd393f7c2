import { Gateways } from '../../dataplane';
import {
  addTo,
  type Cluster,
  controllerOf,
  covers,
  type Field,
  gatewayAt,
  gatewaysNamedBy,
  Kind,
  parentsOf,
  type Resource,
} from '../../manifests';
import { call, constantOf, duration, list, literal, name, object, type Statement } from '../program';
import { ASSUMED } from './gateways';
import type { EdgeOfHosts } from './edge-requests';
import { edgeRoutes, routeStatement } from './edge-routes';
import { bypassedBy } from './gateway-policies';
import { type Listener, listenersAt } from './gateway-listeners';
import { type ImportedService, isReserved } from './services';

/** A gateway that becomes one edge, or several that share it. */
export interface ImportedEdges {
  readonly gateway: Resource;
  /** The namespace of its pods. */
  readonly namespace: string;
  /** The names of its edges. */
  readonly names: readonly string[];
  readonly edges: readonly EdgeOfHosts[];
  readonly statements: readonly Statement[];
  /** The Gateway and its routes. */
  readonly expressed: readonly Resource[];
}

/** The gateways of manifests: as edges, or with the reason why they stay as they are. */
export interface ImportedGateways {
  readonly edges: readonly ImportedEdges[];
  readonly kept: ReadonlyMap<Resource, string>;
}

/** The Gateways of Istio and the Gateway API as edges. */
export function edgesOf(
  services: readonly ImportedService[],
  cluster: Cluster,
  taken: Set<string>,
  keptFor: (gateway: Resource) => string | undefined,
): ImportedGateways {
  const edges: ImportedEdges[] = [];
  const kept = new Map<Resource, string>();
  const gateways = [...cluster.all(Kind.ISTIO_GATEWAY), ...cluster.all(Kind.GATEWAY)];
  for (const gateway of gateways.filter(each => !isWaypoint(each))) {
    const found = keptFor(gateway) ?? edgesAt(gateway, services, cluster, taken);
    if (typeof found === 'string') {
      kept.set(gateway, found);
    } else {
      edges.push(found);
    }
  }
  return { edges, kept };
}

function isWaypoint({ spec }: Resource): boolean {
  return ['istio-waypoint', 'istio-east-west', 'istio-remote'].includes(spec.get('gatewayClassName').text);
}

function edgesAt(
  gateway: Resource,
  services: readonly ImportedService[],
  cluster: Cluster,
  taken: Set<string>,
): ImportedEdges | string {
  const isOfIstio = gateway.type === Kind.ISTIO_GATEWAY;
  if (!isOfIstio && controllerOf(gateway, cluster) !== 'istio') {
    return 'its class is not that of Istio';
  }
  if (isOfIstio && !Gateways.of(cluster).selectedBy(gateway).some(isAssumed)) {
    return 'its pods are among the manifests';
  }
  const listeners = listenersAt(gateway);
  const routes = routesAt(gateway, cluster);
  if (typeof listeners === 'string' || typeof routes === 'string') {
    return typeof listeners === 'string' ? listeners : String(routes);
  }
  const forwarding = routes.filter(each => !isRedirectToHttps(each));
  const namespace = isOfIstio && isReserved(gateway.namespace) ? forwarding[0]?.namespace : gateway.namespace;
  if (namespace === undefined || !services.some(each => each.namespace === namespace)) {
    return 'no service of the model is in its namespace';
  }
  const bypassed = bypassedBy(gateway, routes, namespace, cluster);
  return bypassed === undefined
    ? declared(
        { gateway, namespace, listeners, routes: forwarding, expressed: [gateway, ...routes] },
        services,
        cluster,
        taken,
      )
    : `${bypassed.kind} ${bypassed.key} applies to its pods`;
}

function isAssumed({ workload }: { readonly workload?: { readonly resource: Resource } }): boolean {
  return workload?.resource.annotations[ASSUMED] !== undefined;
}

interface Served {
  readonly gateway: Resource;
  readonly namespace: string;
  readonly listeners: readonly Listener[];
  readonly routes: readonly Resource[];
  readonly expressed: readonly Resource[];
}

function declared(
  { gateway, namespace, listeners, routes, expressed }: Served,
  services: readonly ImportedService[],
  cluster: Cluster,
  taken: Set<string>,
): ImportedEdges | string {
  const groups = new Map<string, Resource[]>();
  for (const route of routes) {
    const hosts = hostsOf(route, listeners);
    addTo(groups, hosts.join(), route);
  }
  const isShared = groups.size > 1;
  const shared = isShared ? constantOf(gateway.name, 'gateway', taken) : undefined;
  const statements: Statement[] = [];
  const edges: EdgeOfHosts[] = [];
  for (const [key, members] of groups) {
    const [host = '', ...others] = key.split(',');
    const includesAll = [host, ...others].includes('*');
    const found = members.map(each => edgeRoutes(each, services, cluster));
    const all = found.flatMap(each => (typeof each === 'string' ? [] : each));
    const reason = found.find(each => typeof each === 'string');
    const secrets = new Set(
      listeners.flatMap(each => (each.secret !== undefined && isFor(each, [host, ...others]) ? [each.secret] : [])),
    );
    if (
      typeof reason === 'string'
      || all.length === 0
      || [host, ...others].includes('')
      || (includesAll && (isShared || others.length > 0))
      || secrets.size > 1
    ) {
      return typeof reason === 'string'
        ? reason
        : all.length === 0
          ? 'it has no routes'
          : secrets.size > 1
            ? `${host} has several certificates`
            : 'an edge for all hosts has no other hosts, and no other edge shares its gateway';
    }
    const [secret] = secrets;
    edges.push({ hosts: [host, ...others], routes: all });
    const title = isShared ? (members[0]?.name ?? gateway.name) : gateway.name;
    const constant = constantOf(title, 'edge', taken);
    const timeoutMs = all.every(each => each.timeoutMs === all[0]?.timeoutMs) ? (all[0]?.timeoutMs ?? 0) : 0;
    statements.push(
      {
        declares: constant,
        code: call(
          name('topology'),
          'addEdge',
          literal(title),
          object({
            gateway: shared === undefined ? undefined : name(shared),
            namespace: shared === undefined && namespace !== services[0]?.namespace ? literal(namespace) : undefined,
            host: literal(host),
            alternativeHosts: others.length > 0 ? list(others.map(literal)) : undefined,
            tlsSecret: secret === undefined ? undefined : literal(secret),
            timeout: duration(timeoutMs),
          }),
        ),
      },
      ...all.map(each => routeStatement(constant, each, timeoutMs)),
    );
  }
  const sharing: Statement = {
    declares: shared,
    code: call(
      name('topology'),
      'addSharedGateway',
      literal(gateway.name),
      namespace === services[0]?.namespace ? undefined : object({ namespace: literal(namespace) }),
    ),
  };
  const [first, ...rest] = shared === undefined ? statements : [sharing, ...statements];
  return first === undefined
    ? 'it has no routes'
    : {
        gateway,
        namespace,
        edges,
        names: isShared ? [...groups.values()].flatMap(([each]) => each?.name ?? []) : [gateway.name],
        statements: [{ ...first, comment: noteOn(gateway, namespace, listeners), isApart: true }, ...rest],
        expressed,
      };
}

const ALLOWED = [
  "Paths with characters other than letters, digits and -._~%!$&'()*+,;=:@ get 403: policies allow the paths of routes.",
];

/** What changes with the pods of a Gateway of Istio. */
function noteOn(gateway: Resource, namespace: string, listeners: readonly Listener[]): string[] {
  const secrets = [...new Set(listeners.flatMap(each => each.secret ?? []))];
  return gateway.type === Kind.ISTIO_GATEWAY
    ? [
        `The Gateway ${gateway.key} has pods and a load balancer of its own here: Deployment and Service `
          + `${namespace}/${gateway.name}-istio.`
          + (secrets.length > 0 ? ` Copy its Secrets to the namespace ${namespace}: ${secrets.join(', ')}.` : '')
          + ' Point DNS at it before the old Gateway is deleted.',
        ...ALLOWED,
      ]
    : ALLOWED;
}

function isFor({ hosts }: Listener, of: readonly string[]): boolean {
  return of.some(host => hosts.some(each => covers(each, host)));
}

/** The routes of a Gateway; text where one of them is a route of others, too, or no route of requests. */
function routesAt(gateway: Resource, cluster: Cluster): readonly Resource[] | string {
  if (gateway.type === Kind.ISTIO_GATEWAY) {
    const routes = cluster
      .all(Kind.VIRTUAL_SERVICE)
      .filter(each => gatewaysNamedBy(each).some(at => gatewayAt(at, cluster) === gateway));
    const other = routes.find(({ spec }) => spec.get('gateways').items.length > 1);
    return other ? `${other.kind} ${other.key} is for other gateways or the mesh, too` : routes;
  }
  const routes = [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TCP_ROUTE, Kind.TLS_ROUTE]
    .flatMap(type => cluster.all(type))
    .filter(each => parentsOf(each).some(at => isParent(at, gateway)));
  const other = routes.find(
    each => each.type !== Kind.HTTP_ROUTE || !parentsOf(each).every(at => isParent(at, gateway)),
  );
  return other ? `${other.kind} ${other.key} is no HTTPRoute, or has other parents, too` : routes;
}

function isParent(at: ReturnType<typeof parentsOf>[number], { name: title, namespace }: Resource): boolean {
  return at.kind === 'Gateway' && at.name === title && at.namespace === namespace;
}

/** Whether a route sends all requests to HTTPS, as edges with a certificate do. */
function isRedirectToHttps({ type, spec }: Resource): boolean {
  const rules = spec.get('rules').items;
  const isRedirect = (rule: Field) => {
    const [filter, ...others] = rule.get('filters').items;
    return (
      others.length === 0
      && !rule.get('backendRefs').exists
      && filter?.get('requestRedirect', 'scheme').text === 'https'
      && filter.get('requestRedirect').entries.every(([field]) => ['scheme', 'statusCode'].includes(field))
    );
  };
  return type === Kind.HTTP_ROUTE && rules.length > 0 && rules.every(isRedirect);
}

/** The hosts of a route; those of the listeners where it is for all. */
function hostsOf({ type, spec }: Resource, listeners: readonly Listener[]): readonly string[] {
  const own = spec.get(type === Kind.VIRTUAL_SERVICE ? 'hosts' : 'hostnames').texts;
  return own.length === 0 || own.includes('*') ? [...new Set(listeners.flatMap(each => each.hosts))] : own;
}
