import { type Field, memo, type Resource } from '../../manifests';
import type { Attachment } from '../envoy-gateway';
import type { Message } from '../messages/message';
import type { PolicyTarget } from '../endpoints/policy-target';
import type { ConnectionRule } from '../clusters/tcp';
import type { ProxiedCaller } from '../endpoints/caller';
import type { VirtualHost } from '../virtual-hosts/virtual-hosts';
import { Unsimulated } from '../messages/unsimulated';

/**
 * The TLS mode of a gateway listener; `unusable` is TLS without a certificate that it is allowed to use, `mesh` requires
 * mutual TLS of the mesh, and of `unsimulated` nothing is known.
 */
export type ListenerTls = 'none' | 'simple' | 'mutual' | 'mesh' | 'passthrough' | 'unusable' | 'unsimulated';

/** An entry point for requests from outside: a server of an Istio Gateway, or a listener of a Gateway API Gateway. */
export interface GatewayListener {
  readonly at: Field;
  /** The Pods that serve it, as the callers of the backends. */
  readonly caller: ProxiedCaller;
  /** Set for a Gateway API Gateway, which policies may target. */
  readonly gateway?: Resource;
  /** The port for clients outside. */
  readonly port: number;
  /** The port on which its Pods listen. */
  readonly podPort: number;
  readonly tls: ListenerTls;
  /** Whether it handles HTTP, rather than TCP. */
  readonly carriesRequests: boolean;
  /** A server that has a server name of another one on its port, so that Envoy rejects the configuration of the port. */
  readonly conflict?: Field;
  /** Its hosts, which may be wildcards. */
  readonly hosts: readonly string[];
  /** Its virtual hosts; listeners without TLS on one port share one list. */
  readonly virtualHosts: () => readonly VirtualHost[];
  /** The same for each alternative assumption about its Pods, if no manifest contains them. */
  readonly others?: readonly { readonly listener: GatewayListener; readonly because?: Resource }[];
  /** The TCP routes. */
  readonly connection: (message: Message) => ConnectionRule | undefined;
}

/** The error for assumptions about the Pods of a gateway that lead to different results. */
export function unknownPods(
  { caller }: GatewayListener,
  decisive: NonNullable<GatewayListener['others']>,
): Unsimulated {
  const objects = [...new Set(decisive.flatMap(({ because }) => (because ? `${because.kind} ${because.key}` : [])))];
  const aspects = objects.length > 0 ? 'namespace, labels or ServiceAccount' : 'ports';
  return new Unsimulated(
    `The Pods of ${caller.title} are not in the manifests, and the result depends on their ${aspects}`
      + `${objects.length > 0 ? `: ${objects.join(', ')}` : ''}.`,
    'Add the Deployment of the gateway to the manifests, or set `gatewayPods`.',
  );
}

/** Throws {@link Unsimulated} for a TLS mode that is not simulated. */
export function requireKnownTls({ at, tls }: Pick<GatewayListener, 'at' | 'tls'>): void {
  if (tls === 'unsimulated') {
    throw new Unsimulated(
      `The Gateway ${at.resource.key} has TLS mode ${at.get('tls', 'mode').text} (${String(at)}).`,
      'Use SIMPLE, MUTUAL, OPTIONAL_MUTUAL, ISTIO_MUTUAL or PASSTHROUGH, which are simulated.',
    );
  }
}

/** The target of policies for its Pods or its Gateway. */
export const policyTargetOf = memo(({ caller, gateway }: GatewayListener): PolicyTarget => ({
  namespace: caller.proxy.namespace,
  labels: caller.labels,
  gateway,
}));

/** Its attachment point for policies of Envoy Gateway, if it is one of its listeners. */
export function attachmentOf({ at, caller, gateway }: GatewayListener): Attachment | undefined {
  return gateway && caller.proxy.identity === undefined ? { gateway, listener: at } : undefined;
}

/** A value that is computed when it is first needed. */
export function once<T extends object>(compute: () => T): () => T {
  let known: T | undefined;
  return () => (known ??= compute());
}
