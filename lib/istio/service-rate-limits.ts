import type { TopologyChart } from '../kubernetes';
import type { CallerKey, GlobalRateLimit, Operation, Service } from '../topology';
import { type CountedRequests, globalRateLimit, renderLimits } from './global-rate-limit';
import { beforeTheRouter, renderFilters } from './http-filter';
import { localRateLimit } from './local-rate-limit';
import { matchesOf } from './operation-match';

/**
 * The rate limits of services: a request that a policy denies does not count, and one beyond the limit of a pod is not
 * counted for all pods.
 */
export function renderServiceRateLimits(chart: TopologyChart): void {
  for (const service of chart.topology.services) {
    const counted = globallyCounted(service);
    const filters = [localLimits(service), counted && globalRateLimit(counted)].filter(each => each !== undefined);
    if (filters.length > 0) {
      renderFilters(
        chart.scopeOf(service),
        { name: `${service.name}-rate-limits`, namespace: service.namespace, labels: service.selector },
        filters.map(filter => beforeTheRouter('SIDECAR_INBOUND', filter)),
      );
    }
  }
  renderLimits(
    chart,
    chart.topology.services.flatMap(service => globallyCounted(service) ?? []),
  );
}

function localLimits({ rateLimits }: Service): object | undefined {
  const limited = rateLimits.flatMap(({ operation, limit }) => (operation ? [{ operation, rateLimit: limit }] : []));
  return localRateLimit({
    statPrefix: 'service_rate_limit',
    all: rateLimits.find(({ operation }) => operation === undefined)?.limit,
    limited,
    operations: limited.map(({ operation }) => operation),
  });
}

/** The requests that the limiter counts for all pods of the service; undefined for none. */
function globallyCounted({ name, namespace, globalRateLimits }: Service): CountedRequests | undefined {
  // All limits of a service have one limiter and one failure mode.
  const [first] = globalRateLimits;
  if (!first) {
    return undefined;
  }
  const id = `${name}.${namespace}`;
  const operations = globalRateLimits.flatMap(({ operation }) => operation ?? []);
  return {
    domain: id,
    file: id,
    limiter: first.rateLimiter as Service,
    failureMode: first.failureMode,
    rateLimits: globalRateLimits.flatMap(({ operation, perCaller }) =>
      subjectsOf(name, operation, operations).map(subject => [
        subject,
        ...(perCaller ? [callerAction(perCaller)] : []),
      ]),
    ),
    descriptors: descriptorsOf(name, globalRateLimits),
  };
}

/** The requests that share a counter, unless it is one per caller. */
function subjectsOf(name: string, operation: Operation | undefined, operations: readonly Operation[]): object[] {
  return operation
    ? matchesOf(operation, operations).map(match => ({ header_value_match: match }))
    : [{ generic_key: { descriptor_value: name } }];
}

/**
 * The caller of a request, as an entry of its descriptor. An expression has a value for requests without an identity or
 * header too, which would otherwise not be counted.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/rate_limit_descriptors/expr/v3/expr.proto
 */
function callerAction({ name, headerName }: CallerKey): object {
  const header = `request.headers[${JSON.stringify(headerName)}]`;
  return {
    extension: {
      name: 'envoy.rate_limit_descriptors.expr',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor',
        descriptor_key: name,
        text:
          headerName === undefined
            ? 'connection.mtls ? connection.uri_san_peer_certificate : "-"'
            : `${JSON.stringify(headerName)} in request.headers && ${header} != "" ? ${header} : "-"`,
      },
    },
  };
}

/** A descriptor in the configuration of the rate limiter. */
interface Descriptor {
  readonly key: string;
  readonly value?: string;
  readonly rate_limit?: object;
  readonly descriptors?: readonly Descriptor[];
}

/** The limits of the same requests are in one descriptor, with those per caller below it. */
function descriptorsOf(name: string, limits: readonly GlobalRateLimit[]): Descriptor[] {
  const descriptors = new Map<string, Descriptor>();
  for (const { operation, perCaller, requests, per } of limits) {
    const value = operation ? operation.toString() : name;
    const descriptor = descriptors.get(value) ?? { key: operation ? 'header_match' : 'generic_key', value };
    const limit = { rate_limit: { unit: per, requests_per_unit: requests } };
    descriptors.set(
      value,
      perCaller
        ? { ...descriptor, descriptors: [...(descriptor.descriptors ?? []), { key: perCaller.name, ...limit }] }
        : { ...descriptor, ...limit },
    );
  }
  return [...descriptors.values()];
}
