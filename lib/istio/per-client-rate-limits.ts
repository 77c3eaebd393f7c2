import {
  Capability,
  type ClientKey,
  type Edge,
  type Operation,
  type PerClientRateLimit,
  type Service,
  ValidationError,
} from '../topology';
import type { CountedRequests } from './global-rate-limit';
import { matchesOf } from './operation-match';

interface Limited {
  readonly limit: PerClientRateLimit;
  /** The operation that is limited; undefined is the whole edge. */
  readonly operation?: Operation;
}

/** The requests of clients that the gateway of an edge counts; undefined for none. */
export function perClientRateLimits(edge: Edge): CountedRequests | undefined {
  const limited = limitedBy(edge);
  const [first] = limited;
  return (
    first && {
      domain: edge.id,
      file: edge.name,
      limiter: limiterOf(edge),
      failureMode: first.limit.failureMode,
      rateLimits: limited.flatMap(({ limit, operation }) =>
        subjectsOf(edge, operation).map(subject => [subject, ...clientActions(limit.client)]),
      ),
      descriptors: limited.map(({ limit, operation }) => descriptorOf(edge, limit, operation)),
    }
  );
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

function descriptorOf(edge: Edge, { client, requests, per }: PerClientRateLimit, operation?: Operation): object {
  return {
    ...(operation ? { key: 'header_match', value: operation.toString() } : { key: 'generic_key', value: edge.name }),
    descriptors: [nested(keysOf(client), { rate_limit: { unit: per, requests_per_unit: requests } })],
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
