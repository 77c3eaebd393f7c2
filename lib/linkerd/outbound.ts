import type { IGRPCRoute, IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  backends,
  durationOf,
  GrpcRoute,
  headerCondition,
  headerFilters,
  HttpRoute,
  type Labels,
  rejectTooManyRules,
  renderVersionServices,
  type SpecOf,
  TcpRoute,
  type TopologyChart,
} from '../kubernetes';
import {
  type CallPolicy,
  type HeaderMatch,
  type Port,
  Protocol,
  RETRY_ON,
  RetryOn,
  type Service,
  ValidationError,
  type Weight,
} from '../topology';

type HttpRule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type GrpcRule = NonNullable<SpecOf<IGRPCRoute>['rules']>[number];

/**
 * What the proxies of all callers apply to requests for a Service: annotations of it, or where it is routed by version
 * or headers are changed, a route for each port with the Service as its parent.
 * @see https://linkerd.io/2/reference/retries/
 * @see https://linkerd.io/2/reference/timeouts/
 */
export function renderOutbound(chart: TopologyChart): void {
  for (const service of chart.topology.services.filter(each => !each.isForeign)) {
    if (service.routesByVersion) {
      renderVersionServices(chart, service);
    }
    const policy = policyFor(service);
    const onService: Record<string, string> = { ...failureAccrual(service) };
    for (const port of service.ports) {
      const isRouted = renderRoute(chart, service, port, policy);
      if (!isRouted && port.carriesRequests) {
        Object.assign(onService, requestAnnotations(policy, port));
      }
    }
    annotate(chart, service, onService);
  }
}

/** The policy of the calls, which is one for all of them. */
function policyFor({ incomingCalls }: Service): CallPolicy {
  return incomingCalls.find(({ caller, port }) => caller.inMesh && port.carriesRequests)?.policy ?? {};
}

function annotate(chart: TopologyChart, service: Service, annotations: Labels): void {
  if (Object.keys(annotations).length === 0) {
    return;
  }
  if (service.hasService) {
    throw new ValidationError({
      code: 'Contradiction',
      path: service.path,
      summary: `Other manifests declare its Service, which would need ${Object.keys(annotations).join(', ')}.`,
      fix: 'Declare the service with its Service in the topology, or set them there and leave them out here.',
    });
  }
  const { metadata } = chart.object('Service', service.name, service.namespace);
  Object.entries(annotations).forEach(([name, value]) => {
    metadata.addAnnotation(name, value);
  });
}

/** Timeouts and retries, as proxies read them from Services and routes. */
export function requestAnnotations({ timeout, retries }: CallPolicy, { protocol }: Port): Labels {
  const isGrpc = protocol === Protocol.GRPC;
  const on = retries?.on ?? RETRY_ON;
  const http = on.flatMap(each => HTTP_CONDITIONS[each] ?? []);
  const grpc = on.filter(each => GRPC_CONDITIONS.includes(each));
  return {
    ...(timeout ? { 'timeout.linkerd.io/request': durationOf(timeout) } : {}),
    ...(retries && retries.attempts > 0
      ? {
          'retry.linkerd.io/limit': String(retries.attempts),
          ...(retries.perTryTimeout ? { 'retry.linkerd.io/timeout': durationOf(retries.perTryTimeout) } : {}),
          ...(http.length > 0 && !isGrpc ? { 'retry.linkerd.io/http': http.join(',') } : {}),
          ...(grpc.length > 0 && isGrpc ? { 'retry.linkerd.io/grpc': grpc.join(',') } : {}),
        }
      : {}),
  };
}

const HTTP_CONDITIONS: Readonly<Partial<Record<RetryOn, string>>> = {
  [RetryOn.GATEWAY_ERROR]: 'gateway-error',
  [RetryOn.SERVER_ERROR]: '5xx',
  [RetryOn.CONFLICT]: '409',
};

const GRPC_CONDITIONS: readonly RetryOn[] = [
  RetryOn.CANCELLED,
  RetryOn.DEADLINE_EXCEEDED,
  RetryOn.RESOURCE_EXHAUSTED,
  RetryOn.UNAVAILABLE,
];

/** The default of the model, and the longest time that Envoy ejects an endpoint for. */
const [EJECTION, LONGEST_EJECTION] = [30_000, 300_000];

/**
 * The ejection of endpoints that fail. The time doubles with each ejection, up to the longest.
 * @see https://linkerd.io/2/reference/circuit-breaking/
 */
function failureAccrual({ circuitBreaker }: Service): Labels {
  const { consecutive5xxErrors, baseEjectionTime } = circuitBreaker?.limits ?? {};
  if (consecutive5xxErrors === undefined) {
    return {};
  }
  const least = baseEjectionTime?.toMilliseconds() ?? EJECTION;
  const prefix = 'balancer.linkerd.io/failure-accrual';
  return {
    [prefix]: 'consecutive',
    [`${prefix}-consecutive-max-failures`]: String(consecutive5xxErrors),
    [`${prefix}-consecutive-min-penalty`]: `${least}ms`,
    [`${prefix}-consecutive-max-penalty`]: `${Math.max(least, LONGEST_EJECTION)}ms`,
  };
}

/** Whether proxies count the requests to a port by their status of gRPC: they do so where a GRPCRoute is for them. */
export function isRoutedAsGrpc(service: Service, port: Port): boolean {
  return port.protocol === Protocol.GRPC && isRouted(service, port);
}

function isRouted(service: Service, { protocol }: Port): boolean {
  const { weights, headerRoutes, isForeign } = service;
  return (
    !isForeign
    && (weights.length + headerRoutes.length > 0
      || policyFor(service).headers !== undefined
      || (protocol === Protocol.GRPC && hasObjectives(service)))
  );
}

/** Whether a service has objectives, or calls of it have some. */
function hasObjectives({ objects, incomingCalls }: Service): boolean {
  return objects.slo !== undefined || incomingCalls.some(({ slo }) => slo);
}

/** Whether a port needs a route, which is rendered. */
function renderRoute(chart: TopologyChart, service: Service, port: Port, policy: CallPolicy): boolean {
  const { name: ofService, namespace, weights, headerRoutes } = service;
  const scope = chart.scopeOf(service);
  const isFirst = service.ports[0] === port;
  const name = isFirst ? ofService : `${ofService}-${port.number}`;
  const parentRefs = [{ group: '', kind: 'Service', name: ofService, port: port.number }];
  if (!port.carriesRequests) {
    if (weights.length > 1 && port.protocol === Protocol.TCP) {
      const rules = [{ backendRefs: backends(service, service, port) ?? [] }];
      new TcpRoute(scope, `outbound:${port.number}`, { metadata: { name, namespace }, spec: { parentRefs, rules } });
      return true;
    }
    return false;
  }
  if (!isRouted(service, port)) {
    return false;
  }
  const filters = headerFilters(policy.headers);
  const to = (share: readonly Weight[]) => backends(service, service, port, share);
  const rule = (share: readonly Weight[], match?: HeaderMatch) => ({
    ...(match ? { matches: [{ headers: [headerCondition(match, false)] }] } : {}),
    ...(filters.length > 0 ? { filters } : {}),
    backendRefs: to(share.length > 0 ? share : weights),
  });
  const rules = [
    ...headerRoutes.map(each => rule(each.weights.length > 0 ? each.weights : weights, each.match)),
    rule(weights),
  ];
  rejectTooManyRules(service.path, rules, 'a route');
  const metadata = { name, namespace, annotations: annotationsOrNone(requestAnnotations(policy, port)) };
  if (port.protocol === Protocol.GRPC) {
    new GrpcRoute(scope, `outbound:${port.number}`, { metadata, spec: { parentRefs, rules: rules as GrpcRule[] } });
  } else {
    new HttpRoute(scope, `outbound:${port.number}`, { metadata, spec: { parentRefs, rules: rules as HttpRule[] } });
  }
  return true;
}

function annotationsOrNone(annotations: Labels): { [name: string]: string } | undefined {
  return Object.keys(annotations).length > 0 ? { ...annotations } : undefined;
}
