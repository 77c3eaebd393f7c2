import { carriesRequests, type Field, type Host, Kind, portNumber, portsOf, protocolOf } from '../../../manifests';
import { applyRule } from './apply-rule';
import type { Caller } from './caller';
import type { Context } from '../context';
import { DestinationRules } from './destination-rule';
import { endpointsOf } from './endpoints';
import { chosenEndpoints, isHeadless, requireAnother } from './headless';
import { authorityOf, type Message } from '../message';
import { normalized } from './normalization';
import { ended, type Passage } from '../passage';
import type { Proxy } from './proxy';
import { routeFor } from '../routes/rule';
import { type Listener, Scope } from './scope';
import { tcpPassage } from './tcp';
import { beginsTls, needsServerName, sentAs, unreadable } from './tls-layers';
import { toEndpoints } from './to-cluster';
import { Unsimulated } from '../unsimulated';
import { requireNoServiceAddress, resolve } from './resolve';
import { sidecarVirtualHosts, type VirtualHost, virtualHostOf } from '../routes/virtual-hosts';

/** A request, or a connection alone, that a Pod makes: through its sidecar, or straight to what the name means. */
export function send(message: Message, caller: Caller, context: Context, isConnection = false): Passage {
  const target = resolve(message.host, caller.namespace, context.cluster);
  if (!target && isInside(message.host, context.cluster.clusterDomain)) {
    return ended({ status: 0, reason: `namespace ${caller.namespace} knows no ${message.host}` });
  }
  if (target && isHeadless(target)) {
    requireAnother(target, caller);
  }
  if (!caller.proxy) {
    return straight(message, target, caller, context, isConnection);
  }
  return throughSidecar({ ...message, dialed: target?.name.toLowerCase() }, target, caller, caller.proxy, context, isConnection);
}

/** Whether only the cluster could know a name. */
function isInside(host: string, clusterDomain: string): boolean {
  return !host.includes('.') || host.endsWith('.svc') || host.endsWith(`.svc.${clusterDomain}`);
}

/** Without a proxy, a name leads to what is behind it, in plain text. */
function straight(message: Message, target: Host | undefined, caller: Caller, context: Context, isConnection: boolean): Passage {
  const { port } = message;
  // A ServiceEntry is known to proxies alone.
  if (target?.resource.type !== Kind.SERVICE) {
    requireNoServiceAddress(message.host, context.cluster);
    return ended({ outside: message.host, port, message });
  }
  const field = portsOf(target).find(each => portNumber(each) === port);
  const problem = field && unreadable(sentAs(message), target, field, undefined);
  if (problem !== undefined) {
    return ended({ status: 0, by: target.resource.root, reason: problem });
  }
  const endpoints = field ? (isHeadless(target) ? chosenEndpoints(target, field, context.cluster) : endpointsOf(target, field, {}, context.cluster)) : [];
  if (endpoints.length === 0) {
    return ended({ status: 0, by: target.resource.root, reason: field ? `nothing runs behind ${target.name}` : `${target.name} has no port ${port}` });
  }
  return { branches: toEndpoints(endpoints, { isPassedThrough: true }, 0, isConnection ? undefined : message, caller, context), copies: [], response: [], steps: ['it goes there without a proxy'] };
}

function throughSidecar(message: Message, target: Host | undefined, caller: Caller, proxy: Proxy, context: Context, isConnection: boolean): Passage {
  const scope = Scope.of(proxy, context.cluster);
  const listener = scope.listenerFor(message.port);
  const known = target && listener?.hosts.get(target.name.toLowerCase());
  const port = known && portsOf(known).find(each => portNumber(each) === message.port);
  const protocol = port && protocolOf(port);
  const problem = known && port && unseenBy(scope, message, known, port, proxy, context);
  if (problem !== undefined) {
    return ended({ status: 0, by: known?.resource.root, reason: problem });
  }
  if (known && port && (isConnection || isTcp(port, message))) {
    return tcpPassage(message, known, port, listener, caller, proxy, context);
  }
  if (!listener || message.scheme !== 'http' || !(port ?? hasSharedListener(listener, message.port))) {
    return unknown(message, target, scope, caller, context, 0, isConnection);
  }
  const request = normalized(message, context.cluster);
  const virtualHosts = sidecarVirtualHosts(listener, proxy, message.port, context.cluster);
  const virtualHost = known && protocol === undefined && known.resource.type === Kind.SERVICE
    ? ownVirtualHost(virtualHosts, known)
    : virtualHostOf(virtualHosts, authorityOf(request).replace(/:\d+$/, ''));
  if (!virtualHost) {
    return unknown(request, target, scope, caller, context, 502, isConnection);
  }
  const route = routeFor(virtualHost.routes, request);
  return route ? applyRule(route, request, caller, proxy, context) : ended({ status: 404, reason: `no rule for ${message.host} takes ${message.method} ${message.path}` });
}

/** Whether the proxy sees only bytes: it looks into them where the port does not say what they are. */
function isTcp(port: Field, message: Message): boolean {
  return carriesRequests(port) === undefined ? message.scheme === 'https' : carriesRequests(port) === false;
}

/**
 * Why a sidecar makes no use of what it knows of a port: of TLS where it reads requests, of plain text where it goes by the name in TLS. It passes that on to the address as it is, where the
 * server reads it as little.
 */
function unseenBy(scope: Scope, message: Message, host: Host, port: Field, proxy: Proxy, { cluster }: Context): string | undefined {
  const sent = sentAs(message);
  if (sent === 'http' && needsServerName(host, port)) {
    return `port ${message.port} of ${host.name} speaks TLS, by whose server name the proxy knows it, and the request is in plain text`;
  }
  const mode = DestinationRules.for(proxy, host, cluster).tlsMode(message.port, undefined)?.text;
  if (sent !== 'https' || !carriesRequests(port)) {
    return undefined;
  }
  if (scope.allowsAny && beginsTls(mode)) {
    throw new Unsimulated(`The client speaks TLS on port ${message.port} of ${host.name}, which carries requests, and a DestinationRule begins TLS to it.`, 'Ask in plain text, or declare the protocol of the port HTTPS.');
  }
  return unreadable(sent, host, port, undefined);
}

/** Where a port does not say what it carries, requests for its address are for its Service, whatever host they name. */
function ownVirtualHost(virtualHosts: readonly VirtualHost[], { name }: Host): VirtualHost | undefined {
  return virtualHosts.find(each => each.domains.includes(name.toLowerCase()));
}

/** Whether the proxy looks at requests to any address on a port, since its Sidecar says so, or some host that it knows carries requests there. */
function hasSharedListener({ hosts, isHttp }: Listener, port: number): boolean {
  return isHttp || [...hosts.values()].some(host => portsOf(host).some(field => portNumber(field) === port && sharesListener(host, field)));
}

function sharesListener({ resource }: Host, port: Field): boolean {
  return carriesRequests(port) ?? (resource.type === Kind.SERVICE_ENTRY && resource.spec.get('addresses').items.length === 0);
}

/** What the proxy does not know is passed on as it is, or refused: with an answer where it reads requests, else by closing the connection. */
function unknown(message: Message, target: Host | undefined, scope: Scope, caller: Caller, context: Context, status: number, isConnection: boolean): Passage {
  if (!scope.allowsAny) {
    return ended({ status, by: scope.sidecar?.root, reason: `the proxy knows no ${message.host}:${message.port}, and passes on nothing that it does not know` });
  }
  const passage = straight(message, target, caller, context, isConnection);
  return { ...passage, steps: [`the proxy knows no ${message.host}:${message.port}, and passes it on as it is`, ...passage.steps.slice(1)] };
}
