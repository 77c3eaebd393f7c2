import { ServiceType, type Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Services with a node port or a load balancer that allow no addresses: all of its connections would be denied. */
export function exposedServices({ services }: Topology): SynthesisFinding[] {
  return services
    .filter(({ objects: { serviceType = ServiceType.CLUSTER_IP }, allowedPeers }) => {
      const isExposed = serviceType !== ServiceType.CLUSTER_IP;
      return isExposed && !allowedPeers.some(({ peer }) => peer.addresses !== undefined);
    })
    .map(({ path, name, objects: { serviceType } }) => ({
      id: 'ExposedToNone',
      severity: Severity.ERROR,
      path,
      message: `The Service of ${name} is of type ${serviceType ?? ''}, and no addresses outside are allowed to call it.`,
      fix: 'Allow them with `allowFrom(Peer.cidrs(…), { plaintext: true })`, or leave `serviceType` out.',
    }));
}
