import { mountFiles, toYaml, type TopologyChart } from '../kubernetes';
import {
  Capability,
  type ClientKey,
  type Edge,
  FailureMode,
  type Operation,
  type PerClientRateLimit,
  type Service,
  ValidationError,
} from '../topology';
import { matchesOf } from './operation-match';

/** The configuration directory of the rate limit service, as in its Deployment. */
const CONFIG_DIRECTORY = '/data/ratelimit/config';

interface Limited {
  readonly limit: PerClientRateLimit;
  /** The operation that is limited; undefined is the whole edge. */
  readonly operation?: Operation;
}

/**
 * The per-client rate limits, as Envoy's global rate limit: all pods of the gateway call one service, which counts in
 * Redis.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter
 */
export function perClientRateLimits(edge: Edge): object | undefined {
  const limited = limitedBy(edge);
  const [first] = limited;
  if (!first) {
    return undefined;
  }
  const limiter = limiterOf(edge);
  return {
    name: 'envoy.filters.http.ratelimit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit',
      domain: edge.id,
      failure_mode_deny: first.limit.failureMode === FailureMode.FAIL_CLOSED,
      timeout: '0.25s',
      rate_limit_service: {
        transport_api_version: 'V3',
        grpc_service: {
          envoy_grpc: {
            cluster_name: `outbound|${limiter.firstPort().number}||${limiter.host}`,
            authority: limiter.host,
          },
        },
      },
      rate_limits: limited.flatMap(({ limit, operation }) =>
        subjectsOf(edge, operation).map(subject => ({ actions: [subject, ...clientActions(limit.client)] })),
      ),
    },
  };
}

/** The requests that share a counter: those of the edge, or of one route. */
function subjectsOf(edge: Edge, operation: Operation | undefined): object[] {
  return operation
    ? matchesOf(
        operation,
        edge.rules.map(rule => rule.operation),
      ).map(match => ({ header_value_match: match }))
    : [{ generic_key: { descriptor_value: edge.name } }];
}

/** The configuration of the rate limit services of all edges, in the ConfigMaps of their pods. */
export function renderLimits(chart: TopologyChart): void {
  const edges = chart.topology.edges.filter(edge => limitedBy(edge).length > 0);
  for (const limiter of new Set(edges.map(limiterOf))) {
    const files = edges
      .filter(edge => edge.rateLimiter === limiter)
      .map(edge => [`${edge.name}.yaml`, toYaml(configOf(edge))] as const);
    mountFiles(chart, limiter, CONFIG_DIRECTORY, Object.fromEntries(files));
  }
}

/** @see https://github.com/envoyproxy/ratelimit#configuration */
function configOf(edge: Edge): object {
  return {
    domain: edge.id,
    descriptors: limitedBy(edge).map(({ limit, operation }) => ({
      ...(operation ? { key: 'header_match', value: operation.toString() } : { key: 'generic_key', value: edge.name }),
      descriptors: [
        nested(keysOf(limit.client), { rate_limit: { unit: limit.per, requests_per_unit: limit.requests } }),
      ],
    })),
  };
}

function nested([key, ...rest]: string[], leaf: object): object {
  return rest.length === 0 ? { key, ...leaf } : { key, descriptors: [nested(rest, leaf)] };
}

/** A claim is counted with its issuer: two issuers may use the same value for different users. */
function keysOf({ kind }: ClientKey): string[] {
  return kind === 'claim' ? ['issuer', 'client'] : ['client'];
}

function clientActions({ kind, name }: ClientKey): object[] {
  return kind === 'claim'
    ? [verifiedClaim('issuer', 'iss'), verifiedClaim('client', name)]
    : [{ request_headers: { header_name: name, descriptor_key: 'client' } }];
}

/** From the metadata of token verification, not from a header that clients can forge. */
function verifiedClaim(key: string, claim: string): object {
  return {
    metadata: {
      descriptor_key: key,
      metadata_key: { key: 'envoy.filters.http.jwt_authn', path: [{ key: 'payload' }, { key: claim }] },
    },
  };
}

function limitedBy(edge: Edge): Limited[] {
  if (edge.isLeftToFront(Capability.PER_CLIENT_RATE_LIMITS)) {
    return [];
  }
  return [
    ...(edge.perClientRateLimit ? [{ limit: edge.perClientRateLimit }] : []),
    ...edge.routes.flatMap(({ perClientRateLimit, operation }) =>
      perClientRateLimit ? [{ limit: perClientRateLimit, operation }] : [],
    ),
  ];
}

function limiterOf(edge: Edge): Service {
  if (!edge.rateLimiter) {
    throw new ValidationError({
      code: 'NoRateLimiter',
      path: edge.path,
      summary:
        "The edge has per-client rate limits, but no rate limit service in which the gateway's pods "
        + 'share their counters.',
      fix: 'Declare `topology.addRateLimiter(…)` with a Redis, and set it as `rateLimiter` of the edge.',
    });
  }
  return edge.rateLimiter;
}
