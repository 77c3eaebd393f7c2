import type { Labels } from '../../../manifests';

/** The name under which VirtualServices are for sidecars. */
export const MESH = 'mesh';

/** The proxy whose view of the mesh counts: the sidecar of a Pod, or a gateway. */
export interface Proxy {
  readonly namespace: string;
  readonly labels: Labels;
  /** As certificates have it, without `spiffe://`; undefined if it is outside the mesh. */
  readonly identity?: string;
  /** What VirtualServices name to be applied by it: `mesh`, or Gateways as `namespace/name`. */
  readonly gateways: readonly string[];
  /** Whether it is a gateway: those see all that is exported to their namespace, and obey no Sidecar. */
  readonly isGateway: boolean;
}
