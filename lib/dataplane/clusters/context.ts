import type { Cluster, NamespaceLabels } from '../../manifests';
import type { Authorizers } from '../policies/custom';
import type { Caller } from '../endpoints/caller';

/** The shared state of the simulation. */
export interface Context {
  readonly cluster: Cluster;
  /** The names of the external authorizers that deny every request. */
  readonly denyingAuthorizers: readonly string[];
  /** The external authorizers, as the proxy of a caller reaches them. */
  readonly authorizersFor: (asker: Caller) => Authorizers;
  /** The same with the labels of namespaces that manifests do not declare. */
  readonly assuming: (labels: NamespaceLabels) => Context;
}
