import { abortedBy, applyRule } from '../clusters/apply-rule';
import { acceptedBy, authorizerSteps } from '../clusters/inbound';
import {
  checkRequest,
  type ClientTerms,
  clientTerms,
  requireConnectionsOpen,
  withCors,
  withLateHeaders,
  withTerms,
} from '../envoy-gateway';
import { sendConnection } from '../clusters/tcp';
import { authenticate, type Authenticated, isPreflight } from '../policies/authentication';
import { authorize } from '../policies/authorization';
import { checkAuthorizers } from '../policies/custom';
import type { Connection } from '../endpoints/connection';
import type { Context } from '../clusters/context';
import { withClientAddress, withForwarded } from './client-address';
import { refusedConnection } from './client-connection';
import { requireKnownController } from './controller';
import { rejectedFor } from './rejected-ports';
import { rejectedPort } from './server-hosts';
import { headersOfProviders } from './token-headers';
import { needsClientCertificate } from './client-certificate';
import { attachmentOf, type GatewayListener, policyTargetOf, requireKnownTls } from './listener';
import { authorityOf, type Message, serverNameOf, withoutForgedCertificate } from '../messages/message';
import { normalized, UNREADABLE_PATH } from '../clusters/normalization';
import type { Field } from '../../manifests';
import { ended, type SimulationResult } from '../clusters/simulation-result';
import { hiddenStatus } from './hidden-status';
import { type Route, routeFor } from '../routes/rule';
import { inMesh, refused, requireKnown } from './verdicts';
import { type VirtualHost, virtualHostOf } from '../virtual-hosts/virtual-hosts';
import { requireListenerRead, requireNoIngress, requireNoUnreadKind } from '../unread';

/** Options of a request from outside. */
export interface Outside {
  /** The Gateway, as `namespace/name`, if the host is ambiguous. */
  readonly gateway?: string;
  /** Whether the client has a certificate that the gateway accepts. */
  readonly hasCertificate: boolean;
  /** The connection by which a proxy of the mesh sends the request; undefined for a client outside. */
  readonly connection?: Connection;
}

/** What happens to a request at a listener, and behind it. */
export function through(
  listener: GatewayListener,
  message: Message,
  outside: Outside,
  context: Context,
): SimulationResult {
  const simulation = accepted(listener, message, outside, context);
  const place = listener.carriesRequests ? attachmentOf(listener) : undefined;
  return place ? withLateHeaders(simulation, place, context.cluster) : simulation;
}

/** The servers that a client with a certificate of the mesh can connect to. */
const ACCEPTING: readonly string[] = ['mesh', 'passthrough'];

function accepted(
  listener: GatewayListener,
  message: Message,
  { hasCertificate, connection: inside }: Outside,
  context: Context,
): SimulationResult {
  const { caller } = listener;
  const steps = [`accepted by ${caller.title} (${String(listener.at)})`];
  requireKnownTls(listener);
  if (listener.gateway) {
    requireKnownController(listener.gateway, context.cluster);
  }
  requireListenerRead(listener.at, listener.gateway, message.host, context.cluster);
  requireNoUnreadKind([{ ...policyTargetOf(listener), role: 'gateway' }], context.cluster);
  const refusal =
    inside || message.address === undefined ? undefined : refusedConnection(listener, message.address, context.cluster);
  if (refusal) {
    return ended({ status: 0, ...refusal }, steps);
  }
  const keys = rejectedFor(listener, context.cluster);
  if (keys) {
    const reason = `${caller.title} rejects the configuration of the port, since a token provider has no usable key`;
    return ended({ status: 0, by: keys, reason }, steps);
  }
  if (listener.conflict) {
    return ended({ status: 0, by: listener.conflict, reason: rejectedPort(listener.conflict, caller.title) }, steps);
  }
  const place = attachmentOf(listener);
  const client = place && clientTerms(place, context.cluster);
  if (!hasCertificate && needsClientCertificate(listener, context.cluster)) {
    return ended({ status: 0, by: listener.at, reason: `${caller.title} requires a client certificate` }, steps);
  }
  if (listener.tls === 'mesh' && inside?.identity === undefined) {
    const status = inside && listener.carriesRequests ? 503 : 0;
    return ended({ status, by: listener.at, reason: `${caller.title} requires mutual TLS of the mesh` }, steps);
  }
  if (inside?.isAtServers && inside.identity !== undefined && !ACCEPTING.includes(listener.tls)) {
    const reason = `${caller.title} has no certificate of the mesh, and the client requires mutual TLS`;
    return ended({ status: listener.carriesRequests ? 503 : 0, by: listener.at, reason }, steps);
  }
  if (listener.tls === 'unusable') {
    const reason = `${caller.title} has no valid certificate that it is allowed to use`;
    return ended({ status: 0, by: listener.at, reason }, steps);
  }
  if (!listener.carriesRequests) {
    return passedOn(listener, message, inside, steps, context);
  }
  const [target, peer] = [policyTargetOf(listener), connectionTo(listener, message, inside)];
  const received = client
    ? readAs(client, message, hasCertificate)
    : normalized(receivedInMesh(listener, message, context), context.cluster);
  if (!received || 'status' in received) {
    return ended({ status: 400, reason: UNREADABLE_PATH, ...received, by: listener.at }, steps);
  }
  const request = withForwarded(received, peer.address);
  const virtualHost = virtualHostOf(listener.virtualHosts(), request.host);
  const connection = { ...peer, clientAddress: request.address };
  const asking = inMesh(listener, () =>
    checkAuthorizers(
      target,
      { connection, message: request, isTcp: false, isUnrouted: !isRouted(virtualHost, request) },
      context.authorizersFor(caller),
      context.cluster,
    ),
  );
  steps.push(...authorizerSteps(asking?.asks ?? []));
  if (asking?.isAllowed === false) {
    return refused(asking, asking.status, caller, steps);
  }
  const {
    message: read,
    refusal: rejected,
    by: verifier,
  }: Authenticated = inMesh(listener, () => authenticate(target, request, context.cluster)) ?? {
    message: request,
  };
  steps.push(...(verifier ? [acceptedBy(verifier)] : []));
  if (rejected) {
    requireKnown(asking, caller, rejected.status);
    return ended(
      {
        status: rejected.status,
        by: rejected.by,
        reason: `denied by ${rejected.by.resource.kind} ${rejected.by.resource.key}: ${rejected.reason}`,
      },
      steps,
    );
  }
  // Routes are selected before headers are removed, and again only after a token is validated.
  const route = virtualHost && routeFor(virtualHost.routes, read.verified ? read : request);
  const verdict = inMesh(listener, () =>
    authorize(target, { connection, message: read, isTcp: false }, context.cluster),
  );
  if (verdict?.isAllowed === false) {
    const status = route ? verdict.status : hiddenStatus(target, context.cluster);
    requireKnown(asking, caller, status);
    return refused(verdict, status, caller, steps);
  }
  requireKnown(asking, caller);
  requireKnown(verdict, caller);
  steps.push(...(verdict?.by ? [`allowed by ${placeOf(verdict.by)}`] : []));
  if (virtualHost?.needsTls && message.scheme === 'http') {
    return ended(
      {
        status: 301,
        location: `https://${authorityOf(read)}${read.path}${read.query === '' ? '' : `?${read.query}`}`,
        by: listener.at,
        reason: `redirected to https by ${caller.title}`,
      },
      steps,
    );
  }
  if (!route) {
    requireNoIngress(request.host, context.cluster);
    return ended(
      {
        status: 404,
        by: listener.at,
        reason: virtualHost
          ? `no route for ${read.host} matches ${read.method} ${read.path}`
          : `${caller.title} has no virtual host for ${read.host}`,
      },
      steps,
    );
  }
  const attached = place && { ...place, rule: route.rule.at };
  const applied = attached ? withTerms(withCors(route, attached, context.cluster), attached, context.cluster) : route;
  const checked: ReturnType<typeof checkRequest> =
    attached && !isAnsweredPreflight(applied, read)
      ? checkRequest(read, attached, caller, context, headersOfProviders(listener, read, context.cluster))
      : { message: read };
  const { refusal: denial } = checked;
  const simulation: SimulationResult = denial
    ? refused({ isAllowed: false, ...denial }, denial.status, caller, [])
    : applyRule(applied, checked.message, caller, caller.proxy, context);
  return {
    ...(denial ? withFault(simulation, applied) : simulation),
    steps: [...steps, ...(checked.steps ?? []), ...(denial ? [] : simulation.steps)],
  };
}

/** The request as Envoy Gateway's listener reads it, or its response. */
function readAs(client: ClientTerms, message: Message, hasCertificate: boolean): ReturnType<ClientTerms['normalized']> {
  const received = client.received(message, hasCertificate);
  return 'status' in received ? received : client.normalized(received);
}

function receivedInMesh(listener: GatewayListener, message: Message, { cluster }: Context): Message {
  const arrived = withoutForgedCertificate(message);
  return inMesh(listener, () => withClientAddress(listener, arrived, cluster)) ?? arrived;
}

/** Envoy Gateway injects faults before its policies: those that it denies are aborted with the others. */
function withFault(simulation: SimulationResult, { rule }: Route): SimulationResult {
  const [aborted] = abortedBy(rule);
  return aborted
    ? {
        ...simulation,
        outcomes: [
          aborted,
          ...simulation.outcomes.map(each => ({ ...each, share: each.share * (1 - aborted.share) })),
        ].filter(each => each.share > 0),
      }
    : simulation;
}

/** The rule of a policy, in words. */
function placeOf(at: Field): string {
  return `${at.resource.kind} ${at.resource.key} (${String(at)})`;
}

/** CORS preflights get a response before authentication and authorization. */
function isAnsweredPreflight({ rule: { cors, reply } }: Route, message: Message): boolean {
  return (
    cors !== undefined
    && reply === undefined
    && isPreflight(message)
    && (cors.answersAll || cors.takesOrigin(message.headers.origin ?? ''))
  );
}

/** Only with mutual TLS of the mesh a gateway has the identity of a client. */
function connectionTo({ podPort, tls }: GatewayListener, message: Message, inside?: Connection): Connection {
  if (inside && tls === 'mesh') {
    return { ...inside, port: { ...inside.port, number: podPort } };
  }
  return {
    namespace: '',
    labels: {},
    address: message.address,
    port: { number: podPort, names: [], protocol: 'TCP' },
    serverName: message.scheme === 'https' ? serverNameOf(message) : undefined,
  };
}

/** A TCP connection through a gateway. */
function passedOn(
  listener: GatewayListener,
  message: Message,
  inside: Connection | undefined,
  steps: readonly string[],
  context: Context,
): SimulationResult {
  const { caller } = listener;
  const connection = connectionTo(listener, message, inside);
  const [target, asked] = [policyTargetOf(listener), { connection, isTcp: true }];
  const name = listener.tls === 'mesh' ? (connection.serverName ?? '') : serverNameOf(message);
  const rule = listener.connection({ ...message, host: name });
  if (!rule) {
    return ended({ status: 0, by: listener.at, reason: `${caller.title} has no route for ${name}` }, steps);
  }
  const place = attachmentOf(listener);
  if (place) {
    requireConnectionsOpen({ ...place, rule: rule.at }, context.cluster);
  }
  const verdicts = [
    inMesh(listener, () => checkAuthorizers(target, asked, context.authorizersFor(caller), context.cluster)),
    inMesh(listener, () => authorize(target, asked, context.cluster)),
  ];
  const denial = verdicts.find(each => each?.isAllowed === false);
  if (denial) {
    return refused(denial, 0, caller, steps);
  }
  verdicts.forEach(each => requireKnown(each, caller));
  const sent: Message = ['none', 'passthrough', 'mesh'].includes(listener.tls)
    ? message
    : { ...message, scheme: 'http' };
  const simulation = sendConnection(rule, sent, caller, caller.proxy, context);
  return {
    ...simulation,
    steps: [...steps, listener.tls === 'passthrough' ? 'TLS passthrough' : 'TCP proxy', ...simulation.steps],
  };
}

/** Whether a route matches a request, before its token is validated. */
function isRouted(virtualHost: VirtualHost | undefined, request: Message): boolean {
  return virtualHost?.needsTls === true || (virtualHost && routeFor(virtualHost.routes, request)) !== undefined;
}
