import type { Field, Resource } from '../../../manifests';
import type { Attachment } from '../envoy-gateway';
import type { Message } from '../message';
import type { Guarded } from '../policies/guarded';
import type { ConnectionRule } from '../proxies/tcp';
import type { ProxiedCaller } from '../proxies/caller';
import type { VirtualHost } from '../routes/virtual-hosts';
import { Unsimulated } from '../unsimulated';

/** How a listener of a gateway takes connections; `unusable` is TLS with certificates that it may not reference. */
export type DoorTls = 'none' | 'simple' | 'mutual' | 'passthrough' | 'unusable';

/** A place where requests from outside come in: a server of an Istio Gateway, or a listener of a Gateway of the Gateway API. */
export interface Door {
  readonly at: Field;
  /** The Pods that serve it, as those who send the request on. */
  readonly caller: ProxiedCaller;
  /** Given for one of the Gateway API, by which policies name it. */
  readonly gateway?: Resource;
  /** The port by which the outside reaches it. */
  readonly port: number;
  /** That on which its Pods listen. */
  readonly podPort: number;
  readonly tls: DoorTls;
  /** Whether it sees requests, rather than connections alone. */
  readonly carriesRequests: boolean;
  /** The hosts, which may be patterns, that it takes. */
  readonly hosts: readonly string[];
  /** What it has at these hosts; those of listeners without TLS on one port are one list. */
  readonly virtualHosts: () => readonly VirtualHost[];
  /** The same for each other assumption about its Pods that could make a difference, where no manifest has them. */
  readonly others?: readonly { readonly door: Door; readonly because?: Resource }[];
  /** Where connections go in which it sees no requests. */
  readonly connection: (message: Message) => ConnectionRule | undefined;
}

/** What is thrown where assumptions about the Pods of a gateway lead to different results. */
export function unknownPods({ caller }: Door, decisive: NonNullable<Door['others']>): Unsimulated {
  const objects = [...new Set(decisive.map(({ because }) => `${because?.kind ?? ''} ${because?.key ?? ''}`))].join(', ');
  return new Unsimulated(`The Pods of ${caller.title} are not among the manifests, and the result depends on their namespace, labels or ServiceAccount: ${objects}.`, 'Add the Deployment of the gateway to the manifests.');
}

/** What policies for its Pods, or for its Gateway, protect. */
export function guardedBy({ caller, gateway }: Door): Guarded {
  return { namespace: caller.proxy.namespace, labels: caller.labels, gateway };
}

/** Where it is for policies of Envoy Gateway, if it is one of its doors. */
export function attachmentOf({ at, caller, gateway }: Door): Attachment | undefined {
  return gateway && caller.proxy.identity === undefined ? { gateway, listener: at } : undefined;
}
