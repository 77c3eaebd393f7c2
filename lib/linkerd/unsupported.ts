import {
  callPolicyKey,
  type CircuitBreakerProps,
  RETRY_ON,
  RetryOn,
  Protocol,
  type Service,
  type Topology,
  ValidationError,
} from '../topology';
import { requireMeasurable } from './measurable';
import { refuse } from './refuse';

/** Throws for what Linkerd has in part only, with the call or service that declares it. */
export function requireSupported(topology: Topology): void {
  topology.services.forEach(service => {
    PARTS.forEach(require => {
      require(service, topology);
    });
  });
}

/** What {@link requireSupported} throws for, of all services. */
export function unsupportedIn(topology: Topology): ValidationError[] {
  return topology.services.flatMap(service =>
    PARTS.flatMap(require =>
      errorOf(() => {
        require(service, topology);
      }),
    ),
  );
}

function errorOf(require: () => void): ValidationError[] {
  try {
    require();
    return [];
  } catch (error) {
    if (error instanceof ValidationError) {
      return [error];
    }
    throw error;
  }
}

const PARTS: readonly ((service: Service, topology: Topology) => void)[] = [
  requireCircuitBreaker,
  requireRateLimits,
  requireDeniedNothing,
  requireRetries,
  requireHeaderRoutes,
  requirePoliciesOfCallersAlone,
  requireSeparateNetworks,
  requireMeasurable,
];

const SUPPORTED_LIMITS: readonly (keyof CircuitBreakerProps)[] = ['consecutive5xxErrors', 'baseEjectionTime'];

function requireCircuitBreaker(service: Service): void {
  const limits = service.circuitBreaker?.limits ?? {};
  const others = Object.entries(limits).flatMap(([name, value]) =>
    value !== undefined && !SUPPORTED_LIMITS.includes(name as keyof CircuitBreakerProps) ? [name] : [],
  );
  if (others.length > 0) {
    refuse(
      service,
      `Its circuit breaker declares ${others.join(', ')}, and Linkerd ejects endpoints by consecutive failures only.`,
      'Leave these out, or use Mesh.istio().',
    );
  }
  if (service.circuitBreaker && !service.ports.some(each => each.carriesRequests)) {
    refuse(
      service,
      'Its circuit breaker counts failed connections, and Linkerd counts failed requests only.',
      'Remove it, or use Mesh.istio().',
    );
  }
}

function requireRateLimits(service: Service): void {
  const { rateLimits } = service;
  const ofOperation = rateLimits.find(each => each.operation !== undefined);
  if (ofOperation || rateLimits.length > 1) {
    refuse(
      service,
      `It limits the rate of ${ofOperation?.operation?.toString() ?? 'requests twice'}, and an HTTPLocalRateLimitPolicy of `
        + 'Linkerd counts all requests of a port.',
      'Limit all requests, or use Mesh.istio().',
    );
  }
  const burst = rateLimits.find(({ limit }) => limit.burst !== limit.rate);
  if (burst) {
    refuse(
      service,
      `Its rate limit allows ${burst.limit.burst} requests at once, and with Linkerd the burst is the rate.`,
      `Declare RateLimit.perSecond(${burst.limit.rate}, ${burst.limit.rate}), or use Mesh.istio().`,
    );
  }
}

function requireDeniedNothing(service: Service): void {
  if (service.objects.deniedOperations) {
    refuse(
      service,
      `It denies ${service.objects.deniedOperations.map(String).join(', ')} to all callers, and policies of Linkerd only allow.`,
      'Give each call `allowedOperations` without them, or use Mesh.istio().',
    );
  }
}

/** What the proxy retries besides the declared statuses: requests that no endpoint has received. */
const BY_ITSELF: readonly RetryOn[] = [RetryOn.REFUSED_STREAM, RetryOn.CONNECT_FAILURE];
const OF_HTTP: readonly RetryOn[] = [RetryOn.GATEWAY_ERROR, RetryOn.SERVER_ERROR, RetryOn.CONFLICT];

function requireRetries({ incomingCalls }: Service): void {
  for (const { caller, callee, port, policy } of incomingCalls) {
    const { retries } = policy;
    if (!retries?.attempts) {
      continue;
    }
    const call = { path: `${caller.path} → ${callee.name}` };
    const isGrpc = port.protocol === Protocol.GRPC;
    const declared = retries.on ?? [];
    const reset = declared.find(each => each === RetryOn.RESET);
    const mismatched = declared.find(
      each => !BY_ITSELF.includes(each) && each !== RetryOn.RESET && OF_HTTP.includes(each) === isGrpc,
    );
    if (reset) {
      refuse(
        call,
        'It is retried on connections that are reset, which the proxy of Linkerd does not distinguish.',
        'Leave RetryOn.RESET out, or use Mesh.istio().',
      );
    }
    if (mismatched) {
      refuse(
        call,
        `It is retried on "${mismatched}", and Linkerd retries ${isGrpc ? 'gRPC requests by their gRPC status' : 'HTTP requests by their HTTP status'} only.`,
        `Leave it out, or use Mesh.istio().`,
      );
    }
    if ((retries.on ?? RETRY_ON).every(each => BY_ITSELF.includes(each))) {
      refuse(
        call,
        'It is retried on failed connections alone, and Linkerd needs a status to retry on.',
        'Add RetryOn.GATEWAY_ERROR, for gRPC RetryOn.UNAVAILABLE, or use Mesh.istio().',
      );
    }
  }
}

/** Of two header rules that match, Linkerd uses the first, as it is declared; their prefixes are expressions. */
function requireHeaderRoutes(service: Service): void {
  if (service.isForeign && service.headerRoutes.length > 0) {
    refuse(service, 'Its owner routes its requests by header.', 'Declare the rules in the topology of its owner.');
  }
}

/** The settings of a Service are those of all callers in the mesh. */
function requirePoliciesOfCallersAlone(service: Service): void {
  const { incomingCalls, allowedPeers, isForeign } = service;
  const calls = incomingCalls.filter(({ policy }) => callPolicyKey(policy) !== callPolicyKey({}));
  const [call] = calls;
  if (!call) {
    return;
  }
  const where = { path: `${call.caller.path} → ${service.name}` };
  if (isForeign) {
    refuse(
      where,
      'The timeout, retries or header changes of a call are settings of the Service, which another topology declares.',
      'Remove them, declare them in the topology of its owner, or use Mesh.istio().',
    );
  }
  const peer = allowedPeers.find(each => each.peer.hasIdentity);
  if (peer) {
    refuse(
      where,
      `Its timeout, retries or header changes are settings of the Service, and would apply to ${peer.peer.name}, too.`,
      'Remove them, declare a service of its own for one of both, or use Mesh.istio().',
    );
  }
  const outside = calls.find(({ caller }) => !caller.inMesh);
  if (outside) {
    refuse(
      { path: `${outside.caller.path} → ${service.name}` },
      'Its timeout, retries or header changes are applied by the proxy of the caller, which has none.',
      'Remove them, or add the caller to the mesh.',
    );
  }
}

/**
 * Linkerd has no condition for clients without an identity: what is allowed by address is allowed to callers in the
 * mesh as well, which arrive at one port of the proxy for all ports of the service.
 */
function requireSeparateNetworks(service: Service): void {
  const open = service.allowedPeers.filter(({ peer }) => !peer.hasIdentity && peer.addresses === undefined);
  for (const { peer, port, allowedOperations = [] } of open) {
    const other = [
      ...service.incomingCalls
        .filter(each => each.caller.inMesh)
        .map(each => ({ ...rights(each), name: each.caller.name })),
      ...service.allowedPeers
        .filter(each => each.peer.hasIdentity)
        .map(each => ({ ...rights(each), name: each.peer.name })),
    ].find(
      each =>
        each.target !== port.target
        || (each.operations
          && (allowedOperations.length === 0
            || !allowedOperations.every(one => each.operations?.some(its => its.covers(one))))),
    );
    if (other) {
      refuse(
        service,
        `${peer.name} has no identity and may connect to port ${port.number}: Linkerd would allow ${other.name} the same, `
          + 'which is not declared.',
        `Allow ${other.name} the same, give the peer by its addresses or in the mesh, or use Mesh.istio().`,
      );
    }
  }
}

function rights<O>({
  port,
  allowedOperations,
}: {
  readonly port: { readonly target: number };
  readonly allowedOperations?: O;
}): {
  target: number;
  operations?: O;
} {
  return { target: port.target, operations: allowedOperations };
}
