import { type Cluster, type Field, Kind, type Resource } from '../../../manifests';
import { problem, type Problem } from '../../manifests/check';
import { isPartialWildcard } from '../../manifests/schema/names';
import { PROTOCOLS } from '../../manifests/schema/protocols';

const REQUESTS = new Set(['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-WEB', 'UDP']);

/** Warnings of Istio about ServiceEntries and WorkloadEntries. */
export function* warnedEntries(cluster: Cluster): Iterable<Problem> {
  for (const entry of cluster.all(Kind.SERVICE_ENTRY)) {
    const { spec } = entry;
    const resolution = spec.get('resolution').text || 'NONE';
    yield* addresses(entry, resolution);
    for (const host of resolution === 'DYNAMIC_DNS'
      ? []
      : spec.get('hosts').items.filter(each => isPartialWildcard(each.text))) {
      yield problem(host, 'A wildcard replaces whole labels only.', 'Write `*.` and the rest of the name.');
    }
    if (resolution === 'NONE' && spec.get('workloadSelector').exists) {
      yield problem(
        spec.get('workloadSelector'),
        'With resolution NONE the workloads are never resolved.',
        'Set resolution: STATIC.',
      );
    }
    yield* resolution === 'STATIC' ? spec.get('endpoints').items.flatMap(unaddressed) : [];
  }
  yield* cluster.all(Kind.WORKLOAD_ENTRY).flatMap(each => unaddressed(each.spec));
}

function* addresses({ spec, labels }: Resource, resolution: string): Iterable<Problem> {
  const ports = spec.get('ports').items;
  const isAllocated =
    resolution !== 'NONE' && labels['networking.istio.io/enable-autoallocate-ip']?.toLowerCase() !== 'false';
  const bare =
    spec.get('addresses').items.length === 0 && !isAllocated
      ? ports.find(each => ['', 'TCP'].includes(each.get('protocol').text))
      : undefined;
  if (bare) {
    yield problem(
      bare,
      'A TCP port needs addresses, since the entry is not assigned any automatically.',
      'Set `addresses`.',
    );
  }
  const shared =
    ['DNS', 'DNS_ROUND_ROBIN'].includes(resolution)
    && spec.get('addresses').items.length > 0
    && spec.get('hosts').items.length > 1
      ? ports.find(each => carriesConnections(each.get('protocol').text.toUpperCase()))
      : undefined;
  if (shared) {
    yield problem(
      shared,
      'The hosts share an address, so TCP connections cannot be attributed to one of them.',
      'Use one ServiceEntry for each host.',
    );
  }
}

function carriesConnections(protocol: string): boolean {
  return PROTOCOLS.has(protocol) && !REQUESTS.has(protocol);
}

/** An endpoint in another network is reached through the gateway of that network. */
function unaddressed(endpoint: Field): Problem[] {
  const network = endpoint.get('network');
  return endpoint.get('address').text === '' && network.text !== ''
    ? [
        problem(
          network,
          `The endpoint has no address in the network ${network.text}.`,
          'Add `address`, unless the gateway of the network finds it.',
        ),
      ]
    : [];
}
