import {
  authorize,
  authorizeBy,
  type AuthorizationInput,
  DestinationRules,
  type GatewayListener,
  gatewayListeners,
  type Message,
  policiesFor,
  policyTargetOf,
  unlessUnsimulated,
} from '../../../dataplane';
import {
  type Cluster,
  Kind,
  Membership,
  membershipOf,
  memo,
  portNumber,
  portsOf,
  type Workload,
} from '../../../manifests';
import { isPlaintextPort } from '../../manifests/calls/grants';
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
    ? isDeniedBehind(path, entry, undefined, cluster)
    : listeners.every(each => isDeniedAt(path, each, cluster) || isDeniedBehind(path, entry, each, cluster));
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

function isDeniedBehind(path: string, entry: Entry, listener: GatewayListener | undefined, cluster: Cluster): boolean {
  const identity = listener ? identityOf(listener) : STRANGER;
  return cluster.selectedBy(entry.service).every(each => {
    if (membershipOf(each, cluster) !== Membership.SIDECAR) {
      return false;
    }
    const proven = isPlainText(entry, each, listener, cluster) ? undefined : identity;
    const input = anyRequestFor(isRewritten(entry.rule) ? undefined : path, proven);
    return authorizeBy(policiesFor(each, Kind.AUTHORIZATION_POLICY, cluster), input, cluster).isAllowed === false;
  });
}

/** Whether the connections of a gateway to a workload have no mutual TLS, which alone proves its identity. */
function isPlainText(
  { rule, service, port }: Entry,
  workload: Workload,
  listener: GatewayListener | undefined,
  cluster: Cluster,
): boolean {
  const host = cluster.hosts.find(service.name, service.namespace);
  const ports = host ? portsOf(host).filter(each => port === undefined || portNumber(each) === port) : [];
  const subsets = rule.get('route').items.map(each => each.get('destination', 'subset').text || undefined);
  const rules = host && listener && unlessUnsimulated(() => DestinationRules.for(listener.caller, host, cluster));
  const isDisabled = (number: number) =>
    [undefined, ...subsets].every(each => rules?.tlsMode(number, each)?.text === 'DISABLE');
  return (
    ports.length > 0
    && ports.every(each => isPlaintextPort(each, workload, cluster) || isDisabled(portNumber(each) ?? 0))
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
