import { type Field, type Host, isAutomatic, Kind, portsOf, portNumber } from '../../manifests';
import { arrive, arriveAtMachine } from './inbound';
import type { Caller } from '../endpoints/caller';
import { connect, type Security } from '../endpoints/connect';
import type { Context } from './context';
import { DestinationRules } from './destination-rule';
import { isBehindElsewhere, rejectElsewhere } from '../endpoints/elsewhere';
import { type Endpoint, endpointsOf } from '../endpoints/endpoints';
import { chosenEndpoints, headlessTlsMode, isHeadless, requireChoice } from '../endpoints/headless';
import type { Message } from '../messages/message';
import type { Copy, SimulatedOutcome } from './simulation-result';
import type { Proxy } from '../endpoints/proxy';
import type { Mirror } from '../routes/rule';
import { Scope } from '../virtual-hosts/scope';
import { beginsTls, sentAs, unreadable } from './tls-layers';
import { Unsimulated } from '../messages/unsimulated';

/** The destination of a route. */
export interface Target {
  readonly backend: { readonly host?: string; readonly port?: number; readonly subset?: string; readonly at: Field };
  /** The status if the host, port or subset does not exist. */
  readonly status: number;
  readonly attempts: number;
}

/** Sends a request to a cluster of a proxy, by the settings for its host. */
export function toCluster(
  { backend, status, attempts }: Target,
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
  isConnection = false,
): SimulatedOutcome[] {
  const found = lookUp(backend, message.port, proxy, context, message.dialed);
  const { resource } = backend.at;
  if ('problem' in found || found.endpoints.length === 0) {
    const { host = '' } = backend;
    rejectElsewhere(host, isBehindElsewhere(host, context.cluster));
  }
  if ('problem' in found) {
    return [
      {
        share: 1,
        status,
        by: backend.at,
        reason: `${resource.kind} ${resource.key} routes to ${found.problem} (${String(backend.at)})`,
      },
    ];
  }
  if (found.endpoints.length === 0) {
    requireNoAlias(found.host);
    return [
      {
        share: 1,
        status: isConnection ? 0 : 503,
        by: found.host.resource.root,
        reason: `${found.title} has no endpoints`,
      },
    ];
  }
  const problem = unreadable(isConnection ? sentAs(message) : 'http', found.host, found.port, found.security.tlsMode);
  if (problem !== undefined) {
    return [{ share: 1, status: isConnection ? 0 : 503, by: found.host.resource.root, reason: problem }];
  }
  return toEndpoints(
    found.endpoints,
    found.security,
    found.isChosen ? 0 : attempts,
    isConnection ? undefined : message,
    caller,
    context,
  );
}

/** A Service that is only another name may lead anywhere, outside the cluster too. */
function requireNoAlias({ resource }: Host): void {
  if (resource.type === Kind.SERVICE && resource.spec.get('type').text === 'ExternalName') {
    throw new Unsimulated(
      `The Service ${resource.key}, to which the request goes, is a name for `
        + `${resource.spec.get('externalName').text}.`,
      'Send it to that host.',
    );
  }
}

/**
 * Sends a request to one of several endpoints, weighted by their number of Pods. If connections to some of them fail,
 * retries reach the others.
 */
export function toEndpoints(
  endpoints: readonly Endpoint[],
  security: Security,
  attempts: number,
  message: Message | undefined,
  caller: Caller,
  context: Context,
): SimulatedOutcome[] {
  const outcomes = endpoints.map(endpoint => ({
    weight: endpoint.weight,
    outcome: toEndpoint(endpoint, security, message, caller, context),
  }));
  const working = outcomes.filter(({ outcome }) => !outcome.isRetried);
  const reached = attempts > 0 && working.length > 0 ? working : outcomes;
  const sum = reached.reduce((all, { weight }) => all + weight, 0);
  return reached.map(({ weight, outcome }) => ({ ...outcome, share: weight / sum }));
}

/** The destinations of mirrored requests. */
export function copiesTo(mirror: Mirror, port: number, proxy: Proxy, context: Context): Copy[] {
  const found = lookUp(mirror, port, proxy, context);
  if ('problem' in found) {
    return [];
  }
  const sum = found.endpoints.reduce((all, { weight }) => all + weight, 0);
  return found.endpoints.map(({ workload, outside, weight }) => ({
    workload,
    outside,
    share: (mirror.share * weight) / sum,
  }));
}

/** If the client has chosen the Pod, retries go to the same one. */
type Lookup =
  | { readonly problem: string }
  | {
      readonly host: Host;
      readonly port: Field;
      readonly title: string;
      readonly endpoints: readonly Endpoint[];
      readonly security: Security;
      readonly isChosen?: boolean;
    };

/** Resolves a route's destination at a proxy. */
export function lookUp(
  { host, port, subset }: { host?: string; port?: number; subset?: string },
  asked: number,
  proxy: Proxy,
  { cluster }: Context,
  dialed?: string,
): Lookup {
  if (host === undefined) {
    return { problem: 'a backend that it is not allowed to reference' };
  }
  const number = port ?? impliedPort(host, asked, proxy, cluster);
  const found = Scope.of(proxy, cluster).destination(host, number);
  if (!found) {
    return { problem: `${host}:${number}, for which the proxy has no cluster` };
  }
  const rules = DestinationRules.for(proxy, found.host, cluster);
  const labels = subset === undefined ? {} : rules.subset(subset)?.labels;
  if (!labels) {
    return { problem: `subset ${subset} of ${host}, which no DestinationRule declares` };
  }
  const title = `${host}:${number}${subset === undefined ? '' : `, subset ${subset}`}`;
  const tlsMode = rules.tlsMode(number, subset)?.text;
  const serverName = rules.tls(number, subset)?.get('sni').text || `outbound_.${number}_.${subset ?? ''}_.${host}`;
  if (!isHeadless(found.host) || proxy.isGateway) {
    return {
      ...found,
      title,
      endpoints: endpointsOf(found.host, found.port, labels, cluster),
      security: { tlsMode, serverName, isExternal: isExternal(found.host) },
    };
  }
  if (dialed !== undefined) {
    requireChoice(found.host, dialed);
  }
  return {
    ...found,
    title,
    isChosen: true,
    endpoints: chosenEndpoints(found.host, found.port, cluster),
    security: {
      serverName,
      tlsMode: tlsMode ?? (isAutomatic(cluster) ? headlessTlsMode(found.host, cluster) : undefined),
    },
  };
}

/** A ServiceEntry is outside the mesh by default. */
function isExternal({ resource }: Host): boolean {
  return resource.type === Kind.SERVICE_ENTRY && resource.spec.get('location').text !== 'MESH_INTERNAL';
}

/** Without a port, a gateway uses the only port of a host; a sidecar uses the port of the request. */
function impliedPort(host: string, asked: number, proxy: Proxy, cluster: Context['cluster']): number {
  const [named] = proxy.isGateway ? cluster.hosts.visible(host, proxy.namespace) : [];
  const [only, ...others] = named ? portsOf(named) : [];
  return only && others.length === 0 ? (portNumber(only) ?? asked) : asked;
}

function toEndpoint(
  endpoint: Endpoint,
  security: Security,
  message: Message | undefined,
  caller: Caller,
  context: Context,
): Omit<SimulatedOutcome, 'share'> {
  const { workload, outside, machine, port } = endpoint;
  const { connection, refusal } = connect(caller, endpoint, security, context.cluster);
  if (!connection) {
    return {
      status: caller.proxy && message ? 503 : 0,
      port: port.number,
      by: refusal?.by,
      reason: refusal?.reason,
      isRetried: true,
    };
  }
  if (machine) {
    const { refusal: denied, message: arrived, ...rest } = arriveAtMachine(machine, connection, message, context);
    return denied
      ? {
          ...rest,
          status: denied.status,
          port: port.number,
          by: denied.by,
          reason: sentence(denied, machine.entry.key),
        }
      : { ...rest, outside, port: port.number, message: arrived };
  }
  if (!workload) {
    if (message && port.number === 443 && !beginsTls(security.tlsMode)) {
      throw new Unsimulated(
        `${caller.title} sends requests in plain text to port 443 of ${outside}.`,
        'Declare the protocol of the port as HTTPS, or a DestinationRule that originates TLS.',
      );
    }
    return { outside, port: port.number, message };
  }
  const {
    refusal: refused,
    by,
    message: arrived,
    steps,
    isUncertain,
    doubt,
  } = arrive(workload, connection, message, context);
  return refused
    ? {
        status: refused.status,
        port: port.number,
        by: refused.by,
        reason: sentence(refused, workload.name),
        steps,
        isUncertain,
        doubt,
      }
    : {
        workload,
        port: port.number,
        connection: caller.proxy && connection,
        by,
        message: arrived,
        steps,
        isUncertain,
        doubt,
      };
}

function sentence({ by, reason }: { by?: Field; reason: string }, callee: string): string {
  return by
    ? `denied by ${by.resource.kind} ${by.resource.key} at ${callee}: ${reason}`
    : `denied by ${callee}: ${reason}`;
}
