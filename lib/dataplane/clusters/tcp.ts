import { type Cluster, covers, type Field, fullHost, type Host, portNumber, type Resource } from '../../manifests';
import type { Caller } from '../endpoints/caller';
import type { Context } from './context';
import { requireOwnListener } from './listener-host';
import { hasSource } from '../routes/http-match';
import type { Message } from '../messages/message';
import { ended, type SimulationResult } from './simulation-result';
import type { Proxy } from '../endpoints/proxy';
import type { Listener } from '../virtual-hosts/scope';
import { speaksTls } from './tls-layers';
import { toCluster } from './to-cluster';
import { unreadMatch } from '../unread/rules';
import type { Unsimulated } from '../messages/unsimulated';

/** A destination of a TCP or TLS rule. */
export interface ConnectionRule {
  readonly at: Field;
  readonly backends: readonly {
    readonly at: Field;
    readonly weight: number;
    readonly host?: string;
    readonly port?: number;
    readonly subset?: string;
  }[];
}

/**
 * A connection through a sidecar, on a port without HTTP: by the rules of the first VirtualService for the host that
 * has any, those for TLS on a port for TLS and those for TCP on others, else to the host. Undefined if its listener has
 * no filter chain for the connection.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/tls.go
 */
export function simulateTcp(
  message: Message,
  host: Host,
  port: Field,
  listener: Listener | undefined,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): SimulationResult | undefined {
  const { cluster } = context;
  const candidates = rulesFor(message, host, port, listener, cluster);
  if (areForOtherNames(candidates, message, port, proxy)) {
    return undefined;
  }
  requireOwnListener(host, port, listener, cluster);
  const rule = candidates.find(each => takesConnection(each, message, proxy));
  const doubt = unreadMatch(upTo(rule, candidates));
  if (doubt) {
    return uncertain(
      doubt,
      rule ? connectionRule(rule, cluster) : hostRule(host, port),
      message,
      caller,
      proxy,
      context,
    );
  }
  if (rule) {
    return sendConnection(connectionRule(rule, cluster), message, caller, proxy, context);
  }
  const simulation = sendConnection(hostRule(host, port), message, caller, proxy, context);
  return { ...simulation, rule: undefined, steps: ['TCP proxy without a route'] };
}

/** Whether rules for TLS are for other server names only: the proxy then has no filter chain for this one. */
function areForOtherNames(rules: readonly Field[], message: Message, port: Field, proxy: Proxy): boolean {
  const applied = rules.filter(each => each.get('match').items.some(match => hasSource(match, proxy, message.port)));
  return speaksTls(port) && applied.length > 0 && !applied.some(each => takesConnection(each, message, proxy));
}

function rulesFor(
  { scheme }: Message,
  host: Host,
  port: Field,
  listener: Listener | undefined,
  { clusterDomain }: Cluster,
): readonly Field[] {
  const rules = (listener?.virtualServices ?? []).filter(each => isFor(each, host, clusterDomain));
  const isTls = speaksTls(port);
  return isTls && scheme !== 'https' ? [] : rules.flatMap(each => each.spec.get(isTls ? 'tls' : 'tcp').items);
}

/** A rule that sends connections for a port of a host to its endpoints. */
export function hostRule({ name, resource: { root: at } }: Host, port: Field): ConnectionRule {
  return { at, backends: [{ at, weight: 1, host: name.toLowerCase(), port: portNumber(port) }] };
}

/** Where a connection goes if a match with a field that is not simulated changes nothing. */
function uncertain(
  doubt: Unsimulated,
  rule: ConnectionRule,
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): SimulationResult {
  const simulation = sendConnection(rule, message, caller, proxy, context);
  return { ...simulation, outcomes: simulation.outcomes.map(each => ({ ...each, isUncertain: true, doubt })) };
}

/** The rules that were evaluated until one matched. */
export function upTo(chosen: Field | undefined, rules: readonly Field[]): readonly Field[] {
  return chosen ? rules.slice(0, rules.indexOf(chosen) + 1) : rules;
}

/** Routes a connection to the backends of a rule, by weight. */
export function sendConnection(
  { at, backends }: ConnectionRule,
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): SimulationResult {
  const sum = backends.reduce((all, each) => all + each.weight, 0);
  if (sum === 0) {
    return ended({
      status: 0,
      by: at,
      reason: `${at.resource.kind} ${at.resource.key} has no destination for it (${String(at)})`,
    });
  }
  const outcomes = backends
    .filter(each => each.weight > 0)
    .flatMap(backend =>
      toCluster({ backend, status: 0, attempts: 0 }, message, caller, proxy, context, true).map(each => ({
        ...each,
        share: (each.share * backend.weight) / sum,
      })),
    );
  return {
    outcomes,
    rule: at,
    copies: [],
    steps: [`routed by ${at.resource.kind} ${at.resource.key} (${String(at)})`],
  };
}

/** A rule of a VirtualService for TCP or TLS. A single destination receives everything, at any weight. */
export function connectionRule(at: Field, { clusterDomain }: Cluster): ConnectionRule {
  const routes = at.get('route').items;
  return {
    at,
    backends: routes.map(each => ({
      at: each,
      weight: routes.length === 1 ? 1 : (each.get('weight').number ?? 0),
      ...destination(each.get('destination'), clusterDomain),
    })),
  };
}

function isFor(virtualService: Resource, { name }: Host, clusterDomain: string): boolean {
  return virtualService.spec
    .get('hosts')
    .texts.some(each =>
      covers(fullHost(each, virtualService.namespace, clusterDomain).toLowerCase(), name.toLowerCase()),
    );
}

/** Whether a rule matches a connection: by its source, and for TLS by SNI. */
export function takesConnection(rule: Field, message: Message, proxy: Proxy): boolean {
  const matches = rule.get('match').items;
  return (
    matches.length === 0
    || matches.some(
      match =>
        hasSource(match, proxy, message.port)
        && (!match.get('sniHosts').exists || match.get('sniHosts').texts.some(each => covers(each, message.host))),
    )
  );
}

function destination(at: Field, clusterDomain: string): { host: string; port?: number; subset?: string } {
  return {
    host: fullHost(at.get('host').text, at.resource.namespace, clusterDomain).toLowerCase(),
    port: at.get('port', 'number').number,
    subset: at.get('subset').text || undefined,
  };
}
