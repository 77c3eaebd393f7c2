import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { Construct } from 'constructs';
import { edgesBeside, type SpecOf, transcoders } from '../kubernetes';
import { claimsOfMatches, type Edge, type SharedGateway, ValidationError } from '../topology';
import { rateLimits } from './edge-rate-limits';
import { perClientRateLimits } from './per-client-rate-limits';
import { RequestAuthentication } from './resources';
import { jwtRules, tokensOf } from './tokens';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
type Source = NonNullable<NonNullable<Rule['from']>[number]['source']>;

/** The verification of the tokens of all edges of a gateway: istiod applies every policy to the whole gateway. */
export function renderSharedAuthentication(scope: Construct, { name, namespace, edges }: SharedGateway): void {
  const tokens = edges.flatMap(tokensOf);
  if (tokens.length > 0) {
    new RequestAuthentication(scope, 'request-authentication', {
      metadata: { name, namespace },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }],
        jwtRules: jwtRules(tokens, claimsOfMatches(edges.flatMap(({ rules }) => rules))),
      },
    });
  }
}

/**
 * The rules of an ALLOW policy, on a shared gateway narrowed to the hosts of the edge, to its addresses of clients and
 * to tokens that it accepts: the policies of all edges add up. A DENY policy would have to match hosts in every form
 * that the router matches; what an ALLOW policy does not match is denied.
 */
export function onItsHosts(edge: Edge, rules: Rule[]): Rule[] {
  return edge.gateway
    ? rules
        .flatMap(rule => withOwnTokens(edge, rule))
        .map(rule => withAddresses(edge, rule))
        .map(rule => withHosts(edge, rule))
    : rules;
}

/** A rule for the hosts of the edge only, if it shares its gateway. */
export function withHosts(edge: Edge, rule: Rule): Rule {
  const hosts = edge.gateway && hostsOf(edge);
  return hosts
    ? { ...rule, to: (rule.to ?? [{}]).map(({ operation }) => ({ operation: { ...operation, ...hosts } })) }
    : rule;
}

/**
 * Envoy's router ignores what comes after the last colon of a host, and a policy compares all of it with patterns of one
 * `*`. `host:*` also matches `host:x.domain:80`, which the router sends to a wildcard for that domain, and `*.domain`
 * also `host:x.domain`, which it sends to that host. So beside a wildcard of another edge only the ports of the listeners
 * are matched, and a wildcard excludes the hosts of other edges with any port.
 */
function hostsOf(edge: Edge): { readonly hosts: string[]; readonly notHosts?: string[] } {
  const others = edgesBeside(edge)
    .filter(other => other !== edge)
    .flatMap(other => other.hosts);
  const anyPort = !others.some(isWildcard);
  return {
    hosts: edge.hosts.flatMap(host => (anyPort && !isWildcard(host) ? withAnyPort(host) : withPorts(host))),
    notHosts: edge.hosts.some(isWildcard) ? others.flatMap(withAnyPort) : undefined,
  };
}

function withAnyPort(host: string): string[] {
  return [host, `${host}:*`];
}

function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

function withPorts(host: string): string[] {
  return [host, `${host}:80`, `${host}:443`];
}

/**
 * The addresses of clients, and of trusted proxies. `ipBlocks` is the address of the connection, `remoteIpBlocks` that
 * of the client.
 */
function withAddresses({ allowedCidrs, deniedCidrs, trustedProxies }: Edge, rule: Rule): Rule {
  const addresses: Source = {
    ...(trustedProxies ? { ipBlocks: [...trustedProxies.cidrs] } : {}),
    ...(allowedCidrs ? { remoteIpBlocks: [...allowedCidrs] } : {}),
    ...(deniedCidrs ? { notRemoteIpBlocks: [...deniedCidrs] } : {}),
  };
  return Object.keys(addresses).length > 0
    ? { ...rule, from: (rule.from ?? [{}]).map(({ source }) => ({ source: { ...source, ...addresses } })) }
    : rule;
}

/**
 * A rule without a token, for requests without one and for those with a token that the edge accepts: the gateway accepts
 * those of all edges, and on a gateway of its own the edge would reject them. The condition is the issuer, since a token
 * without `sub` has no principal.
 */
function withOwnTokens(edge: Edge, rule: Rule): Rule[] {
  if (rule.from || edgesBeside(edge).every(each => tokensOf(each).length === 0)) {
    return [rule];
  }
  const when = rule.when ?? [];
  return [
    { ...rule, when: [...when, { key: ISSUER, notValues: ['*'] }] },
    ...jwtRules(tokensOf(edge)).map(({ issuer, audiences }) => ({
      ...rule,
      when: [
        ...when,
        { key: ISSUER, values: [issuer] },
        ...(audiences ? [{ key: 'request.auth.audiences', values: audiences }] : []),
      ],
    })),
  ];
}

const ISSUER = 'request.auth.claims[iss]';

/** Throws for what a shared gateway of Istio would apply to its other edges as well. */
export function rejectUnshareable(edge: Edge): void {
  const { gateway, path } = edge;
  if (!gateway) {
    return;
  }
  const feature = rateLimits(edge)
    ? '`rateLimit`'
    : perClientRateLimits(edge)
      ? '`perClientRateLimit`'
      : transcoders(edge).length > 0
        ? '`grpcMethod`'
        : undefined;
  if (feature !== undefined) {
    throw new ValidationError({
      code: 'NotOnSharedGateway',
      path,
      summary: `At Istio's gateway ${feature} is a filter for all hosts, so it would apply to every edge of ${gateway.path}.`,
      fix: `Declare the edge with a gateway of its own, or remove ${feature}.`,
    });
  }
  const others = edgesBeside(edge).filter(each => each !== edge);
  const wildcards = others.find(({ hosts }) => hosts.some(isWildcard));
  if (edge.hosts.some(isWildcard) && wildcards) {
    throw new ValidationError({
      code: 'GatewayConflict',
      path,
      summary:
        `Both ${path} and ${wildcards.path} have a wildcard among their hosts, and no policy of Istio could distinguish `
        + 'all forms of hosts that its gateway routes to one and the other.',
      fix: 'Declare the wildcards on one edge, or a gateway of its own for one of the two.',
    });
  }
  const other = others.find(each => each.authorizers.length > 0);
  if (edge.authorizers.length > 0 && other) {
    throw new ValidationError({
      code: 'GatewayConflict',
      path,
      summary: `Both ${path} and ${other.path} have an external authorizer, and Istio's gateway supports one.`,
      fix: 'Declare a gateway of its own for one of them.',
    });
  }
}
