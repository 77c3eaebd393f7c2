import type { Labels } from '../kubernetes';
import type { Port } from '../topology';

/** The annotation of Services, Pods and EgressNetworks with their opaque ports. */
export const OPAQUE_PORTS = 'config.linkerd.io/opaque-ports';

/**
 * The ports that are opaque without this annotation, by the default of Linkerd's charts.
 * @see https://github.com/linkerd/linkerd2/blob/version-2.20/charts/linkerd-control-plane/values.yaml
 */
export const DEFAULT_OPAQUE_PORTS: readonly number[] = [25, 587, 3306, 4444, 5432, 6379, 9300, 11211];

/**
 * The annotation with the ports on which a proxy waits for no bytes of the client, since the server may be the first to
 * send; none if that is the default.
 * @param numberOf the number of a port in the annotation
 */
export function opaquePorts(ports: readonly Port[], numberOf: (port: Port) => number): Labels {
  const opaque = ports.filter(each => !each.carriesRequests);
  const isDefault =
    opaque.length === 0
    && !ports.some(each => [each.number, each.target].some(at => DEFAULT_OPAQUE_PORTS.includes(at)));
  return isDefault ? {} : { [OPAQUE_PORTS]: opaque.map(numberOf).join(',') };
}
