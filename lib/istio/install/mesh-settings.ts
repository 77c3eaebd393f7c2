import type { Tracing } from '../../kubernetes';

/** The settings that an installation of Istio and the topologies must share. */
export interface MeshSettings {
  /**
   * The revision, so that a second control plane can run in parallel.
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
