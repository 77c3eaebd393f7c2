import { GrpcRoute, HttpRoute, type TopologyChart } from '../kubernetes';
import { type Operation, Protocol, type Service, ValidationError } from '../topology';
import { type Client, clientsOf, identitiesOf, type InboundSettings, nameFor, networksOf, protocolAt } from './clients';
import { EVERYTHING, grpcMatch, httpMatch, isPreferred } from './operations';
import {
  HttpLocalRateLimitPolicy,
  LinkerdAuthorizationPolicy,
  MeshTlsAuthentication,
  NetworkAuthentication,
  POLICY_GROUP,
  Server,
  type TargetRef,
} from './resources';

/** @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
const MATCHES_IN_A_ROUTE = 64;

/** A Server for each container port, and for its clients the policies and routes that allow them. */
export function renderInbound(chart: TopologyChart, settings: InboundSettings): void {
  for (const namespace of chart.topology.ownNamespaces) {
    renderAdminServer(chart, namespace, settings);
  }
  for (const service of chart.topology.services.filter(each => each.inMesh && !each.isForeign)) {
    for (const [index, target] of targetsOf(service).entries()) {
      const name = index === 0 ? service.name : `${service.name}-${target}`;
      renderServer(chart, service, target, name, clientsOf(chart, service, target, settings));
    }
  }
}

function targetsOf({ ports }: Service): number[] {
  return [...new Set(ports.map(({ target }) => target))];
}

/** Metrics of the proxies, which the default of the namespaces would deny. NetworkPolicies limit the clients. */
function renderAdminServer(chart: TopologyChart, namespace: string, { adminPort }: InboundSettings): void {
  const scope = chart.scopeOfNamespace(namespace);
  const metadata = { name: 'linkerd-admin', namespace };
  new Server(scope, 'admin-server', {
    metadata,
    spec: { podSelector: {}, port: adminPort, proxyProtocol: 'HTTP/1', accessPolicy: 'all-unauthenticated' },
  });
}

const PROTOCOLS: Readonly<Record<Protocol, string>> = {
  [Protocol.HTTP]: 'HTTP/1',
  [Protocol.HTTP2]: 'HTTP/2',
  [Protocol.GRPC]: 'gRPC',
  [Protocol.TCP]: 'opaque',
  [Protocol.TLS]: 'opaque',
};

function renderServer(
  chart: TopologyChart,
  service: Service,
  target: number,
  name: string,
  clients: readonly Client[],
): void {
  const { namespace, selector } = service;
  const scope = chart.scopeOf(service);
  const protocol = protocolAt(service, target);
  new Server(scope, `server:${target}`, {
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: selector },
      port: target,
      proxyProtocol: PROTOCOLS[protocol],
      accessPolicy: 'deny',
    },
  });
  const server = { group: POLICY_GROUP, kind: 'Server', name };
  if (clients.every(each => each.operations === undefined)) {
    renderPolicies(chart, service, name, server, clients);
  } else {
    renderRoutes(chart, service, name, protocol, clients);
  }
  const [limit] = service.rateLimits;
  if (limit && protocol !== Protocol.TCP && protocol !== Protocol.TLS) {
    new HttpLocalRateLimitPolicy(scope, `rate-limit:${target}`, {
      metadata: { name, namespace },
      spec: { targetRef: server, total: { requestsPerSecond: limit.limit.rate } },
    });
  }
}

/** One policy for the clients with an identity, one for those by address: a client needs all that a policy requires. */
function renderPolicies(
  chart: TopologyChart,
  service: Service,
  name: string,
  targetRef: TargetRef,
  clients: readonly Client[],
): void {
  const { namespace } = service;
  const scope = chart.scopeOf(service);
  const identityRefs = identitiesOf(clients).map(each => ({ kind: 'ServiceAccount', ...each }));
  const networks = networksOf(clients);
  const render = (kind: string, ownName: string) =>
    new LinkerdAuthorizationPolicy(scope, `policy:${ownName}`, {
      metadata: { name: ownName, namespace },
      spec: { targetRef, requiredAuthenticationRefs: [{ group: POLICY_GROUP, kind, name: ownName }] },
    });
  if (identityRefs.length > 0) {
    new MeshTlsAuthentication(scope, `identities:${name}`, { metadata: { name, namespace }, spec: { identityRefs } });
    render('MeshTLSAuthentication', name);
  }
  if (networks.length > 0) {
    const ownName = `${name}.networks`;
    new NetworkAuthentication(scope, `networks:${name}`, {
      metadata: { name: ownName, namespace },
      spec: { networks },
    });
    render('NetworkAuthentication', ownName);
  }
}

/** For each set of clients that are allowed the same operations a route, and the policies that attach to it. */
function renderRoutes(
  chart: TopologyChart,
  service: Service,
  server: string,
  protocol: Protocol,
  clients: readonly Client[],
): void {
  const isGrpc = protocol === Protocol.GRPC;
  const { namespace } = service;
  const parentRefs = [{ group: POLICY_GROUP, kind: 'Server', name: server }];
  for (const { operations, clients: allowed } of groupsOf(service, clients, isGrpc)) {
    const base = nameFor(server, allowed);
    for (let from = 0; from < operations.length; from += MATCHES_IN_A_ROUTE) {
      const part = operations.slice(from, from + MATCHES_IN_A_ROUTE);
      const name = from === 0 ? base : `${base}-${from / MATCHES_IN_A_ROUTE + 1}`;
      const metadata = { name, namespace };
      const scope = chart.scopeOf(service);
      if (isGrpc) {
        const matches = part.map(each => grpcMatch(service.path, each));
        // A rule without matches is for all methods.
        const rules = [matches.some(each => !each.method) ? {} : { matches }];
        new GrpcRoute(scope, `route:${name}`, { metadata, spec: { parentRefs, rules } });
      } else {
        const rules = [{ matches: part.map(each => httpMatch(service.path, each)) }];
        new HttpRoute(scope, `route:${name}`, { metadata, spec: { parentRefs, rules } });
      }
      const targetRef = { group: 'gateway.networking.k8s.io', kind: isGrpc ? 'GRPCRoute' : 'HTTPRoute', name };
      renderPolicies(chart, service, name, targetRef, allowed);
    }
  }
}

interface Group {
  readonly operations: readonly Operation[];
  readonly clients: readonly Client[];
}

/**
 * The operations by the clients that are allowed them. A request is authorized by the one route that matches it, so that
 * the route of an operation allows each client with an operation that covers it.
 */
function groupsOf(service: Service, clients: readonly Client[], isGrpc: boolean): Group[] {
  const all = new Map(
    clients.flatMap(({ operations = [EVERYTHING] }) => operations).map(each => [each.requests, each] as const),
  );
  const groups = new Map<string, { operations: Operation[]; clients: readonly Client[] }>();
  for (const operation of [...all.values()].sort((a, b) => (a.toString() < b.toString() ? -1 : 1))) {
    const allowed = clients.filter(({ operations = [EVERYTHING] }) => operations.some(each => each.covers(operation)));
    const key = nameFor('', allowed);
    const group = groups.get(key) ?? { operations: [], clients: allowed };
    group.operations.push(operation);
    groups.set(key, group);
  }
  requireOrder(service, [...groups.values()], isGrpc);
  return [...groups.values()];
}

/** Throws for two routes that match the same requests, if it is not certain that the one for more clients has them. */
function requireOrder({ path }: Service, groups: readonly Group[], isGrpc: boolean): void {
  for (const group of groups) {
    for (const other of groups.filter(each => each !== group)) {
      for (const one of group.operations) {
        const rival = other.operations.find(
          each =>
            each.overlaps(one)
            && !(each.covers(one) && isPreferred(one, each, isGrpc))
            && !(one.covers(each) && isPreferred(each, one, isGrpc)),
        );
        if (rival) {
          throw new ValidationError({
            code: 'AmbiguousRoutes',
            path,
            summary:
              `"${one.toString()}" and "${rival.toString()}" match the same requests, different clients are allowed `
              + 'them, and of two such routes Linkerd uses the older one.',
            fix:
              `Allow ${titlesOf(group)} and ${titlesOf(other)} the same of both, or use paths that do not overlap, or `
              + 'Mesh.istio().',
          });
        }
      }
    }
  }
}

function titlesOf({ clients }: Group): string {
  return clients.map(({ title }) => title).join(', ');
}
