import type { Tracing } from '../../kubernetes';

/** What every way of installing Istio must agree on with the topologies. */
export interface MeshSettings {
  /**
   * The revision, so that a second control plane can run beside the first.
   * @default - the default revision
   */
  readonly revision?: string;
  /**
   * The trust domain in the identities of workloads.
   * @default cluster.local
   */
  readonly trustDomain?: string;
  /**
   * The tracing backend that topologies send spans to.
   * @default - none
   */
  readonly tracing?: Tracing;
}
