import type { Labels } from '../../manifests';

/** The gateway name that means all sidecars. */
export const MESH = 'mesh';

/** The proxy that applies the configuration: the sidecar of a Pod, or a gateway. */
export interface Proxy {
  readonly namespace: string;
  readonly labels: Labels;
  /** As in certificates, without `spiffe://`; undefined outside the mesh. */
  readonly identity?: string;
  /** The gateway names of VirtualServices that it applies: `mesh`, or Gateways as `namespace/name`. */
  readonly gateways: readonly string[];
  /** Whether it is a gateway: gateways have everything that is exported to their namespace, and ignore Sidecars. */
  readonly isGateway: boolean;
  /** Whether its settings may disable HBONE for what it sends. */
  readonly mayDisableHbone?: boolean;
  /** Whether it is ztunnel, which carries connections and reads no requests. */
  readonly isZtunnel?: boolean;
  /** Whether it is a waypoint. */
  readonly isWaypoint?: boolean;
}
