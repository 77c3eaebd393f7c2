import type { Cluster } from '../../manifests';
import type { Authorizers } from '../policies/custom';
import type { Caller } from '../endpoints/caller';

/** The shared state of the simulation. */
export interface Context {
  readonly cluster: Cluster;
  /** The external authorizers, as the proxy of a caller reaches them. */
  readonly authorizersFor: (asker: Caller) => Authorizers;
}
