import { edgeDecidedBy, isRouted } from '../kubernetes';
import { type Call, ExternalService, type LatencyObjective, Protocol, Service, type Topology } from '../topology';
import { refuse } from './refuse';
import { BUCKETS, requestSeries } from './request-metrics';

/** Throws for objectives of a service, or of its calls, that no series of Linkerd's proxies measure. */
export function requireMeasurable(service: Service, topology: Topology): void {
  const { slo } = service.objects;
  const hasCallers = requestSeries(service).length > 0;
  if (slo && (hasCallers || !isRouted(topology, service))) {
    requireCallers(service, hasCallers);
    requireNotAsked(service, topology);
    requireBucket(service, slo.latency);
    requireClusterIp(service, service);
  }
  for (const call of service.outgoingCalls.filter(each => each.slo)) {
    requireMeasurableCall(service, call);
  }
}

interface Declared {
  readonly path: string;
}

function requireMeasurableCall(caller: Service, { callee, port, slo }: Call): void {
  const declared = { path: `${caller.path} → ${callee.name}` };
  const isGrpc = port.protocol === Protocol.GRPC;
  requireBucket(declared, slo?.latency);
  if (callee instanceof ExternalService) {
    if (caller.objects.outboundTraffic?.isAny) {
      refuse(
        declared,
        `${caller.name} may connect to any host, so that no route counts its requests to this one.`,
        'Remove `outboundTraffic` of the caller, or `slo` of the call.',
      );
    }
    if (isGrpc) {
      refuse(
        declared,
        "Failures of gRPC have the HTTP status 200, by which Linkerd's proxies count requests to hosts outside.",
        'Remove `slo` of the call, or use Mesh.istio().',
      );
    }
  } else if (callee instanceof Service) {
    requireClusterIp(declared, callee);
    if (isGrpc && callee.isForeign) {
      refuse(
        declared,
        "Failures of gRPC have the HTTP status 200, by which Linkerd's proxies count requests to a Service without a "
          + 'GRPCRoute, and it is not for this topology to render one.',
        'Declare `slo` of the service in the topology of its owner, or use Mesh.istio().',
      );
    }
  }
}

function requireBucket(declared: Declared, latency: LatencyObjective | undefined): void {
  const milliseconds = latency?.within.toMilliseconds();
  if (milliseconds !== undefined && !BUCKETS.includes(milliseconds)) {
    refuse(
      declared,
      `\`slo.latency.within\` is ${milliseconds} ms, and the histograms of Linkerd's proxies have no bucket that ends `
        + 'there.',
      `Give one of ${BUCKETS.join(', ')} ms.`,
    );
  }
}

function requireClusterIp(declared: Declared, { name, objects }: Service): void {
  if (objects.headless) {
    refuse(
      declared,
      `${name} is headless: callers connect to its pods, and Linkerd's proxies count requests to cluster IPs of `
        + 'Services.',
      'Remove `headless` or `slo`, or use Mesh.istio().',
    );
  }
}

function requireCallers(service: Service, hasCallers: boolean): void {
  if (!hasCallers) {
    refuse(
      service,
      'No caller in the mesh and no edge leads to it, so that no proxy counts its requests.',
      'Declare a call of it, or remove `slo`.',
    );
  }
}

function requireNotAsked(service: Service, topology: Topology): void {
  const edge = edgeDecidedBy(topology, service);
  if (edge) {
    refuse(
      service,
      `The gateway of ${edge.path} authorizes each request with it, and connects to its pods: Linkerd's proxies count `
        + 'requests to cluster IPs of Services.',
      'Remove `slo`, or use Mesh.istio().',
    );
  }
}
