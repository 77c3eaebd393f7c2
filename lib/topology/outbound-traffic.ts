import { requireReason } from './names';

/** The destinations outside the cluster that pods may connect to. */
export class OutboundTraffic {
  /** Only the external services that are called. In the cluster: `REGISTRY_ONLY`, and NetworkPolicies for these only. */
  static declaredOnly(): OutboundTraffic {
    return new OutboundTraffic();
  }

  /**
   * Any address outside the cluster, on any port. In the cluster: `ALLOW_ANY` of the Sidecar, or of the mesh
   * configuration, and a NetworkPolicy rule for all addresses but those at which clouds serve credentials, and those of
   * `clusterCidrs`. Egress gateways can be bypassed, and traffic to undeclared hosts has no policies and no metrics by
   * host. The warning OpenEgress names the service and the reason.
   * @param reason why the hosts cannot be declared
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/#envoy-passthrough-to-external-services
   */
  static any(reason: string): OutboundTraffic {
    requireReason('OutboundTraffic.any', 'Any destination outside is allowed', reason, 'the hosts are those of users');
    return new OutboundTraffic(reason);
  }

  private constructor(
    /** The reason why any destination is allowed; undefined if only declared ones are. */
    readonly reason?: string,
  ) {}

  /** Whether any destination outside the cluster is allowed. */
  get isAny(): boolean {
    return this.reason !== undefined;
  }
}
