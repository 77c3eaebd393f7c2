import type { Cluster, Field, Host, NamespaceLabels } from '../../manifests';
import type { Authorizers } from '../policies/custom';
import type { Caller } from '../endpoints/caller';
import type { Waypoint } from '../endpoints/waypoints';
import type { Message } from '../messages/message';
import type { SimulationResult } from './simulation-result';

/** The shared state of the simulation. */
export interface Context {
  readonly cluster: Cluster;
  /** The names of the external authorizers that deny every request. */
  readonly denyingAuthorizers: readonly string[];
  /** The external authorizers, as the proxy of a caller reaches them. */
  readonly authorizersFor: (asker: Caller) => Authorizers;
  /** What happens to a request or connection for a host at its waypoint. */
  readonly atWaypoint: (arriving: ArrivingAtWaypoint) => SimulationResult;
  /** The same with the labels of namespaces that manifests do not declare. */
  readonly assuming: (labels: NamespaceLabels) => Context;
}

/** A request or connection of a caller for a port of a host, which passes a waypoint. */
export interface ArrivingAtWaypoint {
  readonly waypoint: Waypoint;
  readonly host: Host;
  readonly port: Field;
  readonly message: Message;
  readonly isConnection: boolean;
  readonly caller: Caller;
}
