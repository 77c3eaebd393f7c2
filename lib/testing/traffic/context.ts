import type { Cluster } from '../../manifests';
import type { Authorizers } from './policies/authorization';

/** What all parts of the simulation share. */
export interface Context {
  readonly cluster: Cluster;
  readonly authorizers: Authorizers;
}
