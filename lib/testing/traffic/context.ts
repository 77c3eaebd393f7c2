import type { Cluster } from '../../manifests';
import type { Authorizers } from './policies/custom';
import type { Caller } from './proxies/caller';

/** What all parts of the simulation share. */
export interface Context {
  readonly cluster: Cluster;
  /** The external authorizers, as the proxy of somebody reaches them. */
  readonly authorizersFor: (asker: Caller) => Authorizers;
}
