import type { k8s } from 'cdk8s-plus-27';
import { type PodLabels, requireCidr, ValidationError } from '../topology';
import { IntOrString } from './generated';

/** The DNS servers of a cluster, as seen by NetworkPolicies: the port is that of their pods. */
export interface DnsServersProps {
  /**
   * The namespace of their pods.
   * @default kube-system
   */
  readonly namespace?: string;
  /**
   * The labels of their pods.
   * @default - all pods of the namespace
   */
  readonly podLabels?: PodLabels;
  /**
   * The ports on which their pods listen, for UDP and TCP.
   * @default 53
   */
  readonly ports?: number[];
  /**
   * Addresses of DNS servers outside the pod network, as CIDRs, such as those of a cache on each node.
   * @default 169.254.20.10/32, the address of NodeLocal DNSCache
   */
  readonly cidrs?: string[];
}

/**
 * Where pods resolve names. In the cluster: a rule of each default-deny NetworkPolicy. A wrong one blocks all names.
 * @see https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
 */
export class ClusterDns {
  /** CoreDNS or kube-dns in kube-system on port 53, and NodeLocal DNSCache. */
  static kubeDns(): ClusterDns {
    return new ClusterDns({});
  }

  /** OpenShift: pods in openshift-dns that listen on 5353. */
  static openShift(): ClusterDns {
    return new ClusterDns({ namespace: 'openshift-dns', ports: [5353], cidrs: [] });
  }

  /** Gardener: CoreDNS in kube-system that listens on 8053, and its cache on each node. */
  static gardener(): ClusterDns {
    return new ClusterDns({ ports: [8053, 53] });
  }

  /** Others. */
  static servers(props: DnsServersProps): ClusterDns {
    return new ClusterDns(props);
  }

  /** The rule that allows name resolution. */
  readonly egress: k8s.NetworkPolicyEgressRule;

  private constructor({
    namespace = 'kube-system',
    podLabels,
    ports = [53],
    cidrs = ['169.254.20.10/32'],
  }: DnsServersProps) {
    cidrs.forEach(each => requireCidr('ClusterDns', each));
    if (ports.length === 0 || ports.some(each => !Number.isInteger(each) || each < 1 || each > 65535)) {
      throw new ValidationError({
        code: 'OutOfRange',
        path: 'ClusterDns',
        summary:
          `[${ports.join(', ')}] are not the ports of DNS servers: a rule without valid ports would allow all `
          + 'of them, or none.',
        fix: 'Give at least one port from 1 to 65535.',
      });
    }
    this.egress = {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          ...(podLabels ? { podSelector: { matchLabels: { ...podLabels } } } : {}),
        },
        ...cidrs.map(cidr => ({ ipBlock: { cidr } })),
      ],
      ports: ports.flatMap(number => {
        const port = new IntOrString(number);
        return [
          { protocol: 'UDP', port },
          { protocol: 'TCP', port },
        ];
      }),
    };
  }
}
