import { declare, elsewhere, hostElsewhere, type SpecOf, type TopologyChart } from '../kubernetes';
import { type Call, type Callee, ExternalService, ForeignService, Protocol, Service, type Version } from '../topology';
import { outlierDetectionOf } from './circuit-breaker';
import { mountClientCertificates, renderExternal } from './external';
import { routesThrough } from './egress-gateway';
import { DestinationRule, VirtualService } from './resources';
import { trafficPolicyOf } from './traffic-policy';
import { rulesOf } from './progressive-rollout';
import { podRoutes, tcpRoutes } from './routes';
import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};

/**
 * For each callee one VirtualService and, where it has versions or limits, one DestinationRule; for an external host
 * also a ServiceEntry. The rules of a foreign callee are rendered in the namespaces of its callers and exported only
 * there: they must not affect clients outside the topology.
 */
export function renderTraffic(chart: TopologyChart): void {
  const callees: Callee[] = [...chart.topology.services, ...chart.topology.externals];
  for (const callee of callees) {
    if (callee instanceof ExternalService) {
      renderExternal(chart, callee, callersOf(callee));
      mountClientCertificates(chart, callee);
    }
    for (const side of sidesOf(chart, callee)) {
      renderDestinationRule(chart, callee, side);
      renderVirtualService(chart, callee, side);
      if (callee instanceof Service && callee.headlessHost !== undefined) {
        renderRulesOfPods(chart, callee, callee.headlessHost, side);
      }
    }
  }
}

/** The namespace of a callee's traffic rules, and the calls that they apply to. */
interface Side {
  readonly suffix: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly exportTo?: string[];
  readonly calls: readonly Call[];
}

function sidesOf({ topology }: TopologyChart, callee: Callee): Side[] {
  const calls = callee.incomingCalls;
  if (!(callee instanceof Service && callee.isForeign)) {
    return [{ suffix: '', metadata: metadataOf(callee), exportTo: exportOf(callee), calls }];
  }
  const edges = topology.edges.filter(edge => edge.routes.some(route => route.service === callee));
  const namespaces = new Set([...calls.map(({ caller }) => caller.namespace), ...edges.map(edge => edge.namespace)]);
  return (
    [...namespaces]
      .filter(namespace => topology.owns(namespace))
      // Those of an owner who routes by version are exported to its callers, and others for the same host would
      // conflict.
      .filter(() => !(callee instanceof ForeignService && callee.isRoutedByOwner))
      .map(namespace => ({
        suffix: `-${namespace}`,
        metadata: { name: `${callee.name}.${callee.namespace}`, namespace },
        exportTo: ['.'],
        calls: calls.filter(({ caller }) => caller.namespace === namespace),
      }))
  );
}

function renderVirtualService(chart: TopologyChart, callee: Callee, { suffix, metadata, exportTo, calls }: Side): void {
  const http = rulesOf(callee, calls);
  const tcp = callee.ports.filter(port => port.protocol === Protocol.TCP).flatMap(port => tcpRoutes(callee, port));
  const egress =
    callee instanceof ExternalService && callee.egressGateway && calls.length > 0
      ? routesThrough(callee.egressGateway, callee, http)
      : undefined;
  if (http.length + tcp.length === 0 && !egress) {
    return;
  }
  const exported = virtualServiceExport(callee, exportTo);
  declare(chart.scopeOf(callee), `virtual-service${suffix}`, VirtualService, {
    metadata: { ...metadata, ...elsewhere(hostElsewhere(callee), foreignNamespaces(chart, exported.exportTo)) },
    spec: {
      hosts: [callee.host],
      ...exported,
      ...(egress ?? { ...(http.length > 0 ? { http } : {}), ...(tcp.length > 0 ? { tcp } : {}) }),
    },
  });
}

function renderDestinationRule(chart: TopologyChart, callee: Callee, { suffix, metadata, exportTo }: Side): void {
  const subsets =
    callee instanceof Service && callee.routesByVersion
      ? [...callee.versions.values()].map(version => subsetOf(callee, version))
      : undefined;
  const trafficPolicy = trafficPolicyOf(callee);
  // No request is for the host of a service with a progressive rollout itself: those of its two Services have the limits.
  const isRolledOut = callee instanceof Service && callee.progressiveRollout !== undefined;
  if (isRolledOut || (!subsets && !trafficPolicy)) {
    return;
  }
  declare(chart.scopeOf(callee), `destination-rule${suffix}`, DestinationRule, {
    metadata: { ...metadata, ...elsewhere(hostElsewhere(callee), foreignNamespaces(chart, exportTo)) },
    spec: { host: callee.host, ...(exportTo ? { exportTo } : {}), trafficPolicy, subsets },
  });
}

/**
 * The timeouts, retries and limits of calls to single pods. No pod is ejected: its clients do not choose another one.
 */
function renderRulesOfPods(
  chart: TopologyChart,
  callee: Service,
  host: string,
  { suffix, metadata: { name, namespace }, exportTo, calls }: Side,
): void {
  const scope = chart.scopeOf(callee);
  const metadata = { name: name.replace(callee.name, callee.headlessService ?? ''), namespace };
  const ports = callee.ports.filter(
    (port, index) => callee.ports.findIndex(({ target }) => target === port.target) === index,
  );
  const http = ports.filter(port => port.carriesRequests).flatMap(port => podRoutes(host, port, calls));
  if (http.length > 0) {
    const spec = { hosts: [host], ...(exportTo ? { exportTo } : {}), http };
    declare(scope, `virtual-service-of-pods${suffix}`, VirtualService, { metadata, spec });
  }
  const connectionPool = trafficPolicyOf(callee)?.connectionPool;
  if (connectionPool) {
    const spec = { host, ...(exportTo ? { exportTo } : {}), trafficPolicy: { connectionPool } };
    declare(scope, `destination-rule-of-pods${suffix}`, DestinationRule, { metadata, spec });
  }
}

/** A version as a separate Envoy cluster: its ejection limit depends on its own replicas only. */
function subsetOf(service: Service, version: Version): NonNullable<SpecOf<IDestinationRule>['subsets']>[number] {
  const { name, replicas } = version;
  const breaker = service.circuitBreaker;
  const hasOwnLimit =
    breaker?.ejects && breaker.maxEjectionPercent(replicas) !== breaker.maxEjectionPercent(service.replicas);
  const trafficPolicy = hasOwnLimit
    ? { trafficPolicy: { outlierDetection: outlierDetectionOf(service, replicas) } }
    : {};
  return { name, labels: { version: name }, ...trafficPolicy };
}

/** The rules of an external host are exported to its callers' namespaces only: others may declare it differently. */
function exportOf(callee: Callee): string[] | undefined {
  if (!(callee instanceof ExternalService)) {
    return undefined;
  }
  return callersOf(callee);
}

/** The namespaces that other manifests declare, as the annotation for them names them. */
function foreignNamespaces({ topology }: TopologyChart, exportTo: readonly string[] = []): string[] {
  return exportTo.filter(each => each !== '.' && !topology.owns(each)).map(each => `namespace/${each}`);
}

/** The namespace of a callee, and those of its callers and of its egress gateway. */
function callersOf(callee: Callee): string[] {
  const gateway = callee instanceof ExternalService ? callee.egressGateway : undefined;
  const callers = callee.incomingCalls.map(call => call.caller.namespace);
  const namespaces = new Set([...callers, ...(gateway ? [gateway.namespace] : [])]);
  return ['.', ...[...namespaces].filter(each => each !== callee.namespace)];
}

/**
 * Callers outside the topology have VirtualServices of their own, with their timeouts and retries, unless the callee is
 * routed by version: of two for one host a sidecar applies only one.
 */
function virtualServiceExport(callee: Callee, exportTo: string[] | undefined): { exportTo?: string[] } {
  const isForOwn = callee instanceof Service && callee.allowedPeers.length > 0 && !callee.isRoutedByOwner;
  const visible = exportTo ?? (isForOwn ? callersOf(callee) : undefined);
  return visible ? { exportTo: visible } : {};
}

function metadataOf({ name, namespace }: Callee): { name: string; namespace: string } {
  return { name, namespace };
}
