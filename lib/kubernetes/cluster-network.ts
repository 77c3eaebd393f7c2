import type { k8s } from 'cdk8s-plus-27';
import { isIP } from 'node:net';
import { cidrOf, type ExternalService, METADATA_CIDRS, requireCidr, ValidationError } from '../topology';
import type { ClusterDns } from './cluster-dns';

/** What NetworkPolicies depend on in a cluster. */
export interface ClusterNetwork {
  /** Its DNS servers. */
  readonly dns: ClusterDns;
  /** The ranges of its pods, Services and nodes, as far as they are declared. */
  readonly cidrs: readonly string[];
}

/**
 * The addresses of an external service. A NetworkPolicy has no host names: without declared addresses the mesh's proxy
 * restricts the hosts, and this the port. Addresses of the cluster are excluded, and those at which clouds serve
 * credentials of instances and pods.
 */
export function addressesOf({ addresses }: ExternalService, { cidrs }: ClusterNetwork): k8s.NetworkPolicyPeer[] {
  return addresses ? addresses.map(each => ({ ipBlock: { cidr: cidrOf(each) } })) : anyOutside(cidrs);
}

/** All addresses but those of the cluster, as far as they are declared, and those at which clouds serve credentials. */
export function anyOutside(cidrs: readonly string[]): k8s.NetworkPolicyPeer[] {
  return (
    [
      [4, '0.0.0.0/0'],
      [6, '::/0'],
    ] as const
  ).map(([version, cidr]) => ({
    ipBlock: {
      cidr,
      except: [...(METADATA_CIDRS[version] ?? []), ...cidrs.filter(each => isIP(each.split('/')[0] ?? '') === version)],
    },
  }));
}

/** Rejects what is not a CIDR, and what contains every address, so that no external service could be called. */
export function requireClusterCidrs(path: string, cidrs: readonly string[] = []): void {
  cidrs.forEach(cidr => {
    if (requireCidr(path, cidr).prefix === 0) {
      throw new ValidationError({
        code: 'InvalidCidr',
        path,
        summary: `"${cidr}" is every address, so no external service could be called.`,
        fix: 'Give the ranges of pods, Services and nodes.',
      });
    }
  });
}
