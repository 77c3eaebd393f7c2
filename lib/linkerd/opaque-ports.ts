import type { Labels } from '../kubernetes';
import { DEFAULT_OPAQUE_PORTS, OPAQUE_PORTS } from '../manifests';
import type { Port } from '../topology';

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
