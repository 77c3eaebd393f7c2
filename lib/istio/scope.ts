import {
  declare,
  elsewhere,
  hostElsewhere,
  podsElsewhere,
  type TelemetryBackend,
  type TopologyChart,
} from '../kubernetes';
import { type Call, ExternalService, Service } from '../topology';
import { hostOfGateway } from './egress-gateway';
import { hostBeside } from './host-beside';
import { Sidecar } from './resources';
import type { Waypoints } from './waypoints';

const NOTHING = '~/*';

/**
 * A Sidecar for each workload: its proxy has only the hosts that the workload calls, and blocks requests to all others.
 */
export function renderScopes(chart: TopologyChart, backends: readonly TelemetryBackend[], waypoints?: Waypoints): void {
  const collectors = backends.map(each => `${each.namespace}/${each.host(chart.topology.clusterDomain)}`);
  const hasSidecar = (each: Service) => each.inMesh && !each.isForeign && (waypoints?.hasSidecar(each) ?? true);
  for (const service of chart.topology.services.filter(hasSidecar)) {
    const called = service.outgoingCalls.flatMap(call => [
      ...hostsOf(service, call),
      ...(waypoints ? hostsOfVersions(service, call) : []),
    ]);
    const hosts = [...new Set(called), ...collectors];
    declare(chart.scopeOf(service), 'sidecar', Sidecar, {
      metadata: {
        name: service.name,
        namespace: service.namespace,
        ...elsewhere(
          podsElsewhere(service),
          service.outgoingCalls.flatMap(({ callee }) => hostElsewhere(callee)),
        ),
      },
      spec: {
        workloadSelector: { labels: service.selector },
        egress: [{ hosts: hosts.length > 0 ? hosts : [NOTHING] }],
        outboundTrafficPolicy: { mode: service.objects.outboundTraffic?.isAny ? 'ALLOW_ANY' : 'REGISTRY_ONLY' },
      },
    });
  }
}

/**
 * For a callee with traffic rules in its callers' namespace, see `renderTraffic`, the hosts include that namespace as
 * well.
 */
function hostsOf(service: Service, { callee, port }: Call): string[] {
  const isRoutedHere =
    callee instanceof Service && callee.isForeign && port.carriesRequests && service.topology.owns(service.namespace);
  const ofPods = callee instanceof Service && callee.headlessHost !== undefined ? [callee.headlessHost] : [];
  // istiod adds the names of ExternalName Services to those of their host, as far as a Sidecar has both.
  const alias =
    callee instanceof ExternalService && callee.clusterHost !== callee.host ? callee.clusterHost : undefined;
  const ofGateway = callee instanceof ExternalService ? hostOfGateway(callee, service.namespace) : [];
  return [callee.host, ...ofPods, ...(alias === undefined ? [] : [alias])]
    .flatMap(host => [`${seenFrom(service, callee.namespace)}/${host}`, ...(isRoutedHere ? [`./${host}`] : [])])
    .concat(ofGateway);
}

/** The hosts that a route has in place of subsets. */
function hostsOfVersions(service: Service, { callee }: Call): string[] {
  return callee instanceof Service && callee.routesByVersion
    ? [...callee.versions.values()].map(
        ({ deploymentName }) => `${seenFrom(service, callee.namespace)}/${hostBeside(callee, deploymentName)}`,
      )
    : [];
}

function seenFrom(service: Service, namespace: string): string {
  return namespace === service.namespace ? '.' : namespace;
}
