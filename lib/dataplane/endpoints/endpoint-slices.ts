import type { Cluster, Field, PeerPort, Resource } from '../../manifests';

const KIND = 'EndpointSlice.discovery.k8s.io';

/** An address of an EndpointSlice. It has no labels, so no subset has it. */
export interface SliceEndpoint {
  readonly outside: string;
  readonly port: PeerPort;
  readonly weight: number;
}

/** The EndpointSlices of a Service without a selector, which controllers of Kubernetes do not change. */
export function slicesOf({ name, namespace, spec }: Resource, cluster: Cluster): readonly Resource[] {
  return spec.get('selector').exists
    ? []
    : cluster
        .all(KIND)
        .filter(each => each.namespace === namespace && each.labels['kubernetes.io/service-name'] === name);
}

/** The addresses behind a port of a Service without a selector. */
export function sliceEndpoints(service: Resource, port: Field, cluster: Cluster): SliceEndpoint[] {
  return slicesOf(service, cluster).flatMap(({ root }) => {
    const name = port.get('name').text;
    const number = root
      .get('ports')
      .items.find(each => each.get('name').text === name)
      ?.get('port').number;
    const addresses = root.get('endpoints').items.flatMap(each => each.get('addresses').texts);
    return number === undefined
      ? []
      : addresses.map(outside => ({ outside, port: { number, names: [name], protocol: 'TCP' as const }, weight: 1 }));
  });
}

/**
 * Whether an EndpointSlice has addresses and ports alone: conditions, hints and references to Pods decide further which
 * of them are used, and by whom.
 */
export function isPlainSlice({ root }: Resource): boolean {
  return (
    ['IPv4', 'IPv6'].includes(root.get('addressType').text)
    && root.get('endpoints').items.every(each => each.entries.every(([key]) => key === 'addresses'))
    && root.get('ports').items.every(each => ['', 'TCP'].includes(each.get('protocol').text))
  );
}
