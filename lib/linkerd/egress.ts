import { HttpRoute, type Labels, TcpRoute, TlsRoute, type TopologyChart } from '../kubernetes';
import { cidrOf, type Call, ExternalService, type Port, Protocol, type Service } from '../topology';
import { DEFAULT_OPAQUE_PORTS, OPAQUE_PORTS } from './opaque-ports';
import { httpMatch } from './operations';
import { requestAnnotations } from './outbound';
import { refuse } from './refuse';
import { EgressNetwork, POLICY_GROUP } from './resources';

const NETWORK = 'external';

/**
 * An EgressNetwork in each namespace whose pods call hosts outside the cluster, which denies all others, and a route
 * for each port of a host. Both are for all pods of the namespace.
 * @see https://linkerd.io/2/features/egress/
 */
export function renderEgress(chart: TopologyChart): void {
  const callers = chart.topology.services.filter(each => each.inMesh && !each.isForeign);
  for (const namespace of new Set(callers.map(each => each.namespace))) {
    const inNamespace = callers.filter(each => each.namespace === namespace && leavesCluster(each));
    const [first] = inNamespace;
    if (!first) {
      continue;
    }
    requireAlike(inNamespace);
    if (first.objects.outboundTraffic?.isAny) {
      continue;
    }
    const calls = externalCalls(first);
    const byName = calls.filter(({ external }) => !external.addresses);
    if (byName.length > 0) {
      new EgressNetwork(chart.scopeOfNamespace(namespace), 'egress-network', {
        metadata: { name: NETWORK, namespace, ...transparentPorts(byName) },
        spec: { trafficPolicy: 'Deny' },
      });
    }
    for (const external of new Set(calls.map(each => each.external))) {
      renderExternal(
        chart,
        namespace,
        external,
        calls.filter(each => each.external === external),
      );
    }
  }
}

interface ExternalCall {
  readonly call: Call;
  readonly external: ExternalService;
}

function externalCalls({ outgoingCalls }: Service): ExternalCall[] {
  return outgoingCalls.flatMap(call =>
    call.callee instanceof ExternalService ? [{ call, external: call.callee }] : [],
  );
}

function leavesCluster(service: Service): boolean {
  return externalCalls(service).length > 0 || service.objects.outboundTraffic?.isAny === true;
}

/** Throws for two callers in a namespace that call other hosts: a route is for all pods of its namespace. */
function requireAlike([first, ...others]: readonly Service[]): void {
  const other = first && others.find(each => reachOf(each) !== reachOf(first));
  if (first && other) {
    refuse(
      other,
      `It and ${first.name} call different hosts or operations outside the cluster, and an EgressNetwork of Linkerd `
        + `is for all pods of namespace ${other.namespace}, so that each would reach the hosts of the other.`,
      'Declare one of them in a namespace of its own, or the same calls for both, or use Mesh.istio().',
    );
  }
}

function reachOf(service: Service): string {
  const reached = externalCalls(service).map(({ call: { port, allowedOperations }, external: { path } }) => [
    path,
    port.number,
    allowedOperations?.map(each => each.requests).sort(),
  ]);
  return JSON.stringify([
    service.objects.outboundTraffic?.isAny ?? false,
    reached.map(each => JSON.stringify(each)).sort(),
  ]);
}

function renderExternal(
  chart: TopologyChart,
  namespace: string,
  external: ExternalService,
  calls: readonly ExternalCall[],
): void {
  const scope = chart.scopeOfNamespace(namespace);
  const { name, addresses } = external;
  requireRoutable(external);
  const network = networkOf(external);
  if (addresses) {
    new EgressNetwork(scope, `egress-network:${name}`, {
      metadata: { name, namespace, ...transparentPorts(calls) },
      spec: { trafficPolicy: 'Deny', networks: addresses.map(each => ({ cidr: cidrOf(each) })) },
    });
  }
  for (const port of new Set(calls.map(({ call }) => call.port))) {
    const [call] = calls.filter(each => each.call.port === port);
    const ref = { group: POLICY_GROUP, kind: 'EgressNetwork', name: network };
    const parentRefs = [{ ...ref, port: port.number }];
    const rules = [{ backendRefs: [{ ...ref, port: port.number }] }];
    const metadata = { name: `${name}-${port.number}`, namespace };
    const id = `egress:${name}:${port.number}`;
    if (port.carriesRequests) {
      const annotations = { ...requestAnnotations(call?.call.policy ?? {}, port) };
      const matches = call?.call.allowedOperations?.map(each => httpMatch(external.path, each));
      new HttpRoute(scope, id, {
        metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
        spec: {
          parentRefs,
          ...(hasHost(external) ? { hostnames: [external.host] } : {}),
          rules: rules.map(each => ({ ...(matches ? { matches } : {}), ...each })),
        },
      });
    } else if (isByName(external, port)) {
      new TlsRoute(scope, id, { metadata, spec: { parentRefs, hostnames: [external.host], rules } });
    } else {
      new TcpRoute(scope, id, { metadata, spec: { parentRefs, rules } });
    }
  }
}

/** The annotation of a network whose routes match requests or server names on ports that would be opaque by default. */
function transparentPorts(calls: readonly ExternalCall[]): { annotations?: Labels } {
  const isMatched = ({ call: { port }, external }: ExternalCall) => port.carriesRequests || isByName(external, port);
  if (!calls.some(each => isMatched(each) && DEFAULT_OPAQUE_PORTS.includes(each.call.port.number))) {
    return {};
  }
  const opaque = calls.filter(each => !isMatched(each)).map(({ call }) => call.port.number);
  return { annotations: { [OPAQUE_PORTS]: [...new Set(opaque)].join(',') } };
}

/** Without a declared host, the name of an external service is one that no DNS has. */
function hasHost({ host }: ExternalService): boolean {
  return !host.endsWith('.external');
}

function isByName(external: ExternalService, { protocol }: Port): boolean {
  return protocol === Protocol.TLS && hasHost(external);
}

/** The EgressNetwork that is the parent of the routes to an external service. */
export function networkOf({ name, addresses }: ExternalService): string {
  return addresses ? name : NETWORK;
}

function requireRoutable(external: ExternalService): void {
  const { tlsOrigination, addresses, ports } = external;
  if (tlsOrigination) {
    refuse(
      external,
      'The proxy of Linkerd originates no TLS to hosts outside the mesh.',
      'Originate TLS in the callers and declare Port.tls(443), or use Mesh.istio().',
    );
  }
  const mapped = ports.find(each => each.target !== each.number);
  if (mapped) {
    refuse(
      external,
      `Port ${mapped.number} leads to port ${mapped.target}, and Linkerd connects to the port that callers dial.`,
      'Leave `target` out, or use Mesh.istio().',
    );
  }
  const tcp = ports.find(each => each.protocol === Protocol.TCP);
  if (tcp && !addresses) {
    refuse(
      external,
      `Nothing in plain TCP on port ${tcp.number} names its host, so that every host would be reachable on it.`,
      'Give `addresses`, or use Mesh.istio().',
    );
  }
}
