import { requireRangeOfCallers } from './cidr';
import { given } from './given';
import { requireDnsSubdomain, requireLabel, requireNamespaceName } from './names';
import { ValidationError } from './validation-error';

/** Labels of pods. */
export interface PodLabels {
  /** The value of each label. */
  readonly [label: string]: string;
}

/** Callers in the mesh that run as one ServiceAccount. */
export interface ServiceAccountPeerProps {
  /** The namespace of the ServiceAccount and of the pods. */
  readonly namespace: string;
  /** The name of the ServiceAccount. */
  readonly name: string;
  /**
   * The labels of the pods, for the NetworkPolicy.
   * @default - all pods of the namespace: the ServiceAccount is proved by mutual TLS. Without a mesh they are required
   */
  readonly podLabels?: PodLabels;
}

/** Pods of a namespace. */
export interface PodsPeerProps {
  /** The namespace of the pods. */
  readonly namespace: string;
  /** The labels of the pods. */
  readonly labels: PodLabels;
}

/**
 * A caller that is not part of the topology: a monitoring system, an ingress controller, the service of another team.
 * In the cluster: a source in the AuthorizationPolicy of the service, and a peer in its NetworkPolicy.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/#NetworkPolicyPeer
 */
export class Peer {
  /**
   * Pods of the mesh that run as a ServiceAccount. In the cluster: `principals` of an AuthorizationPolicy, which mutual
   * TLS proves, and a NetworkPolicy for the pods of the namespace, or those with `podLabels`.
   * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
   */
  static serviceAccount({ namespace, name, podLabels }: ServiceAccountPeerProps): Peer {
    const path = `${namespace}/${name}`;
    requireNamespaceName(path, namespace);
    // Policies name it as a part of an identity, where "*" would match other identities.
    requireDnsSubdomain(path, 'a ServiceAccount', name);
    requireLabels(path, podLabels);
    return new Peer(path, namespace, name, given(podLabels));
  }

  /**
   * Pods without a proxy, by their labels. They have no identity: a service of the mesh must declare the port that they
   * call as `plaintext`.
   */
  static pods({ namespace, labels }: PodsPeerProps): Peer {
    const path = `pods of ${namespace}`;
    requireNamespaceName(path, namespace);
    requireLabels(path, labels);
    return new Peer(path, namespace, undefined, given(labels));
  }

  /**
   * Callers outside the pod network, by their addresses: nodes, machines, the API server. They have no identity, like
   * {@link pods}. An address is that of the packets at the pod: behind a NodePort or a load balancer it can be a
   * node's.
   */
  static cidrs(...cidrs: string[]): Peer {
    const path = cidrs.join(', ');
    if (cidrs.length === 0) {
      throw new ValidationError({
        code: 'NoLabels',
        path: 'Peer.cidrs',
        summary: 'It names no range of addresses, so it would allow no caller.',
        fix: 'Give at least one CIDR, e.g. "10.0.8.0/24".',
      });
    }
    cidrs.forEach(cidr => {
      requireRangeOfCallers(path, cidr);
    });
    return new Peer(path, undefined, undefined, undefined, given(cidrs));
  }

  private constructor(
    /** The peer in messages. */
    readonly name: string,
    /** The namespace of its pods; undefined for addresses. */
    readonly namespace?: string,
    /** The ServiceAccount that mutual TLS proves; undefined for callers without a proxy. */
    readonly serviceAccount?: string,
    /** The labels of its pods; undefined for all pods of the namespace. */
    readonly podLabels?: PodLabels,
    /** Its addresses; undefined for pods. */
    readonly addresses?: readonly string[],
  ) {}

  /** Whether mutual TLS proves who it is. */
  get hasIdentity(): boolean {
    return this.serviceAccount !== undefined;
  }
}

function requireLabels(path: string, labels: PodLabels | undefined): void {
  if (labels && Object.keys(labels).length === 0) {
    throw new ValidationError({
      code: 'NoLabels',
      path,
      summary: 'Without labels it would select every pod of the namespace.',
      fix: 'Give the labels of its pods.',
    });
  }
  Object.entries(labels ?? {}).forEach(([label, value]) => {
    requireLabel(path, label, value);
  });
}
