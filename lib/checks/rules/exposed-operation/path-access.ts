import {
  authorize,
  authorizeBy,
  type AuthorizationInput,
  type GatewayListener,
  gatewayListeners,
  type Message,
  policiesFor,
  policyTargetOf,
} from '../../../dataplane';
import { type Cluster, Kind, Membership, membershipOf, memo } from '../../../manifests';
import type { Entry } from '../../manifests/calls/node';

/** The identities of the Pods of gateways; Pods that no manifest has count as others than policies name. */
export function identitiesOf({ gateways }: Entry, cluster: Cluster): (string | undefined)[] {
  const listeners = listenersOf(gateways, cluster);
  return listeners.length === 0 ? [STRANGER] : [...new Set(listeners.map(identityOf))];
}

/** Whether policies of every gateway, or of the service behind it, deny all requests for a path. */
export function isDenied(path: string, entry: Entry, cluster: Cluster): boolean {
  const listeners = listenersOf(entry.gateways, cluster);
  return listeners.length === 0
    ? isDeniedBehind(path, entry, STRANGER, cluster)
    : listeners.every(
        each => isDeniedAt(path, each, cluster) || isDeniedBehind(path, entry, identityOf(each), cluster),
      );
}

const STRANGER = 'unknown/ns/unknown/sa/unknown';

const listenersOf = memo((gateways: Entry['gateways'], cluster: Cluster): readonly GatewayListener[] =>
  gatewayListeners(cluster).filter(each => gateways.includes(each.at.resource)),
);

function identityOf({ caller, others = [] }: GatewayListener): string | undefined {
  return others.length > 0 ? STRANGER : caller.proxy.identity;
}

function isDeniedAt(path: string, listener: GatewayListener, cluster: Cluster): boolean {
  return (
    listener.caller.proxy.identity !== undefined
    && authorize(policyTargetOf(listener), anyRequestFor(path, undefined), cluster).isAllowed === false
  );
}

function isDeniedBehind(
  path: string,
  { rule, service }: Entry,
  identity: string | undefined,
  cluster: Cluster,
): boolean {
  const input = anyRequestFor(isRewritten(rule) ? undefined : path, identity);
  return cluster
    .selectedBy(service)
    .every(
      each =>
        membershipOf(each, cluster) === Membership.SIDECAR
        && authorizeBy(policiesFor(each, Kind.AUTHORIZATION_POLICY, cluster), input, cluster).isAllowed === false,
    );
}

/** Whether a rule changes the path of requests. */
function isRewritten(rule: Entry['rule']): boolean {
  return (
    ['uri', 'uriRegexRewrite'].some(name => rule.get('rewrite', name).exists)
    || rule.get('filters').items.some(each => each.get('urlRewrite', 'path').exists)
  );
}

/** Every request for a path, or for any. */
export function anyRequestFor(path: string | undefined, identity: string | undefined): AuthorizationInput {
  const message: Message = { scheme: 'http', host: '', port: 0, method: '', path: path ?? '', query: '', headers: {} };
  const connection = { namespace: '', labels: {}, identity, port: { number: 0, names: [], protocol: 'TCP' } };
  const unknown = ['token', 'host', 'method', 'headers', 'port', 'server name'] as const;
  return {
    connection,
    message,
    isTcp: false,
    unknown: new Set(path === undefined ? [...unknown, 'path' as const] : unknown),
  };
}
