import type { Context } from '../clusters/context';
import { isOpen } from '../envoy-gateway';
import {
  attachmentOf,
  type GatewayListener,
  policyTargetOf,
  requireKnownTls,
  unknownPods,
} from '../listeners/listener';
import { needsClientCertificate } from '../listeners/client-certificate';
import { gatewayListeners } from '../listeners/ingress';
import { and, type Ternary, unlessUnsimulated } from '../messages/unsimulated';
import type { Route } from '../routes/rule';
import { areRoutesUnread, isListenerUnread, unreadKindFor } from '../unread';
import { allowedBy, allows, answered, inDoubt, type TrafficPath } from './path-ends';
import { routed } from './route-path';

export function ingressPaths(context: Context): TrafficPath[] {
  return gatewayListeners(context.cluster).flatMap(listener =>
    (listener.others ?? []).reduce(
      (trafficPaths, other) =>
        agreed(trafficPaths, waysAt(other.listener, context), () => unknownPods(listener, [other])),
      waysAt(listener, context),
    ),
  );
}

function waysAt(listener: GatewayListener, context: Context): TrafficPath[] {
  requireKnownTls(listener);
  if (listener.tls === 'mesh') {
    // Clients outside have no certificate of the mesh.
    return [];
  }
  return listener.virtualHosts().flatMap(({ domains, routes, needsTls }) => {
    const isPlain = listener.tls === 'none';
    const known: readonly Omit<TrafficPath, 'from' | 'to'>[] =
      isPlain && needsTls ? [SENT_TO_HTTPS] : routes.map(route => throughListener(listener, route, context));
    const trafficPaths =
      areRoutesUnread(routes, context.cluster) || isListenerUnread(listener, context.cluster) || listener.conflict
        ? known.map(each => inDoubt(each))
        : known;
    return trafficPaths.flatMap(trafficPath =>
      domains.map(domain => ({
        ...trafficPath,
        from: 'internet',
        to: `${isPlain ? 'http' : 'https'}://${domain}:${listener.port}`,
      })),
    );
  });
}

/** Paths on which two assumptions agree, except for whether requests are allowed, which is then unknown. */
function agreed(
  trafficPaths: readonly TrafficPath[],
  others: readonly TrafficPath[],
  disagreement: () => Error,
): TrafficPath[] {
  const known = (all: readonly TrafficPath[]) =>
    JSON.stringify(all, (name, value: unknown) => (['isAllowed', 'policies'].includes(name) ? undefined : value));
  if (known(trafficPaths) !== known(others)) {
    throw disagreement();
  }
  return trafficPaths.map((trafficPath, index) => ({
    ...trafficPath,
    ends: trafficPath.ends.map((end, at) => ({
      ...end,
      isAllowed: end.isAllowed === others[index]?.ends[at]?.isAllowed ? end.isAllowed : undefined,
    })),
  }));
}

const SENT_TO_HTTPS = { when: '', isForAll: true, ends: [answered('301', 1, true)], terms: [] };

function throughListener(listener: GatewayListener, route: Route, context: Context): TrafficPath {
  const trafficPath = routed(listener.caller, listener.caller.proxy, '', route, { number: listener.port }, context);
  return {
    ...trafficPath,
    ends: trafficPath.ends.map(end =>
      allowedBy(end, isAllowedThrough(listener, route, context), policyTargetOf(listener), context),
    ),
  };
}

/** Whether a gateway allows requests: of clients without a certificate too, and by its policies. */
function isAllowedThrough(listener: GatewayListener, route: Route, context: Context): Ternary {
  const isOpenToAll = unlessUnsimulated(() => !needsClientCertificate(listener, context.cluster)) === true;
  return and([isOpenToAll ? true : undefined, isAllowedByPolicies(listener, route, context)]);
}

function isAllowedByPolicies(listener: GatewayListener, { rule }: Route, context: Context): Ternary {
  if (unreadKindFor([{ ...policyTargetOf(listener), role: 'gateway' }], context.cluster)) {
    return undefined;
  }
  const destination = attachmentOf(listener);
  const connection = { namespace: '', labels: {}, port: { number: listener.podPort, names: [], protocol: 'TCP' } };
  return destination
    ? isOpen({ ...destination, rule: rule.at }, listener.caller, context)
    : allows(policyTargetOf(listener), { connection, isTcp: false }, listener.caller, context);
}
