import { isIP } from 'node:net';
import { requireCidr } from './cidr';
import { cidrOf, requireAddress } from './external-props';
import { given } from './given';
import { ValidationError } from './validation-error';

/** Where machines are, for load balancing and for gateways between networks. */
export interface MachineProps {
  /**
   * The locality, as `region/zone/subzone`.
   * @default - unknown
   */
  readonly locality?: string;
  /**
   * The network of the mesh, if it is not that of the cluster: connections pass its gateway.
   * @default - that of the cluster
   * @see https://istio.io/latest/docs/reference/config/networking/workload-entry/#WorkloadEntry-network
   */
  readonly network?: string;
}

/**
 * Machines outside of Kubernetes that run a service, each with a proxy of the mesh and the ServiceAccount of the service
 * as its identity.
 * @see https://istio.io/latest/docs/setup/install/virtual-machine/
 */
export class Machines {
  /** Machines with these IP addresses. In the cluster: a WorkloadEntry for each. */
  static at(addresses: string[], props: MachineProps = {}): Machines {
    requireSome('Machines.at', addresses);
    const invalid = addresses.find(each => isIP(each) === 0);
    if (invalid !== undefined) {
      throw new ValidationError({
        code: 'InvalidCidr',
        path: 'Machines.at',
        summary: `"${invalid}" is not an IP address.`,
        fix: 'Give the address of each machine. For ranges use `Machines.registering`.',
      });
    }
    addresses.forEach(each => {
      requireAddress('Machines.at', each);
    });
    return new Machines(addresses.map(cidrOf), given(props), [...addresses]);
  }

  /**
   * Machines in these ranges that register themselves when their proxies connect. In the cluster: a WorkloadGroup, and
   * WorkloadEntries that istiod adds.
   * @see https://istio.io/latest/docs/reference/config/networking/workload-group/
   */
  static registering(cidrs: string[], props: MachineProps = {}): Machines {
    requireSome('Machines.registering', cidrs);
    cidrs.forEach(each => {
      requireCidr('Machines.registering', each);
      requireAddress('Machines.registering', each);
    });
    return new Machines([...cidrs], given(props));
  }

  private constructor(
    /** The ranges that NetworkPolicies allow. */
    readonly cidrs: readonly string[],
    /** Where they are. */
    readonly place: MachineProps,
    /** Their addresses; undefined for machines that register themselves. */
    readonly addresses?: readonly string[],
  ) {}
}

function requireSome(path: string, addresses: readonly string[]): void {
  const twice = addresses.find((each, index) => addresses.indexOf(each) !== index);
  if (addresses.length === 0 || twice !== undefined) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: twice === undefined ? 'There are no addresses.' : `${twice} is listed twice.`,
      fix: 'Give each address of the machines once.',
    });
  }
}
