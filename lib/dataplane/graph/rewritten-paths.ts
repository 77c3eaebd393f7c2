import { addTo, type Field, isDryRun, Kind, matchesPattern, operationsOf, type Resource } from '../../manifests';
import type { Context } from '../clusters/context';
import { lookUp } from '../clusters/to-cluster';
import { isProxied } from '../endpoints/connect';
import { policiesFor } from '../endpoints/policy-target';
import { type GatewayListener, policyTargetOf } from '../listeners/listener';
import { unlessUnsimulated } from '../messages/unsimulated';
import { isPathTemplate, matchesPathsFrom, matchesTemplate } from '../policies/path-template';
import type { Paths } from '../routes/path-match';
import { type EvaluatedRule, evaluatedRules, isSimulated } from './failing-routes';
import { forwardedPaths, requestedPaths } from './requests-on-route';

/** A path of an AuthorizationPolicy that requests on a route have before its rewrite or after it, but not where it applies. */
export interface RewrittenPath {
  /** The path in the policy. */
  readonly at: Field;
  readonly rule: Field;
  /** What paths that the route receives, and those that it forwards, begin with. */
  readonly requested: string;
  readonly forwarded: string;
  /** Whether the policy is that of the gateway, which evaluates it before the rewrite. */
  readonly isAtGateway: boolean;
}

/** The paths of policies of gateways, and of workloads behind them, that only the other side of a rewrite has. */
export function rewrittenPaths(context: Context): RewrittenPath[] {
  const sides = new Map<Resource, Side[]>();
  for (const rule of evaluatedRules(context.cluster).filter(each => isSimulated(each.at, context.cluster))) {
    for (const listener of rule.listeners) {
      for (const [policy, side] of unlessUnsimulated(() => sidesOf(rule, listener, context)) ?? []) {
        addTo(sides, policy, side);
      }
    }
  }
  return [...sides].flatMap(([policy, own]) =>
    operationsOf(policy)
      .flatMap(each => ['paths', 'notPaths'].flatMap(name => each.get(name).items))
      .flatMap(at => {
        const isFor = (all: readonly Paths[]) => all.some(each => overlaps(at.text, each));
        const missed = own.some(each => isFor(each.compared)) ? undefined : own.find(each => isFor(each.others));
        const [requested, forwarded] = missed?.isAtGateway
          ? [missed.compared, missed.others]
          : [missed?.others, missed?.compared];
        return missed
          ? [
              {
                at,
                rule: missed.rule,
                requested: requested?.[0]?.start ?? '',
                forwarded: forwarded?.[0]?.start ?? '',
                isAtGateway: missed.isAtGateway,
              },
            ]
          : [];
      }),
  );
}

/** What a policy compares of the requests on a route: their paths on one side of its rewrite, not on the other. */
interface Side {
  readonly rule: Field;
  readonly compared: readonly Paths[];
  readonly others: readonly Paths[];
  readonly isAtGateway: boolean;
}

function sidesOf(
  { at, rule, backends }: EvaluatedRule,
  listener: GatewayListener,
  context: Context,
): [Resource, Side][] {
  const { cluster } = context;
  const { caller } = listener;
  if (!rule || rule.reply || caller.proxy.identity === undefined) {
    return [];
  }
  const proxy = { ...caller.proxy, gateways: [] };
  const workloads = backends.flatMap(backend => {
    const found = lookUp(backend, listener.port, proxy, context);
    return 'problem' in found
      ? []
      : found.endpoints.flatMap(({ workload, port }) =>
          workload && isProxied(workload, port.number, cluster) ? [workload] : [],
        );
  });
  const [requested, forwarded] = [requestedPaths(rule, listener), forwardedPaths(rule, listener, cluster)];
  const policiesAt = (target: Parameters<typeof policiesFor>[0]) =>
    policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster).filter(each => !isDryRun(each));
  return [
    // The Pods of a gateway that is not among the manifests may have other labels.
    ...((listener.others ?? []).length > 0 ? [] : policiesAt(policyTargetOf(listener))).map(
      policy =>
        [policy, { rule: at, compared: requested, others: forwarded, isAtGateway: true }] satisfies [Resource, Side],
    ),
    ...[...new Set(workloads.flatMap(policiesAt))].map(
      policy =>
        [policy, { rule: at, compared: forwarded, others: requested, isAtGateway: false }] satisfies [Resource, Side],
    ),
  ];
}

function overlaps(pattern: string, { start, isOne }: Paths): boolean {
  return isOne
    ? isPathTemplate(pattern)
      ? matchesTemplate(pattern, start)
      : matchesPattern(pattern, start)
    : matchesPathsFrom(start, pattern) !== false;
}
