import { type Call, ExternalService, ForeignService, Service, type Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Calls with settings that cannot be rendered without affecting other teams' traffic: operations of a callee whose
 * policies its owner manages, and traffic rules for callers in a namespace that the topology does not own, where they
 * would apply to every pod.
 */
export function foreignCalls(topology: Topology): SynthesisFinding[] {
  return topology.services.flatMap(caller =>
    caller.outgoingCalls.flatMap(call => [...unguardedOperations(call, topology), ...rulesForOthers(call, topology)]),
  );
}

function unguardedOperations(
  { caller, callee, allowedOperations: only }: Call,
  { edges }: Topology,
): SynthesisFinding[] {
  // An aggregator's own configuration limits it to these requests, and the owner by its contract.
  if (
    !only
    || !(callee instanceof Service && callee.isForeign)
    || callee instanceof ForeignService
    || edges.some(({ aggregator }) => aggregator === caller)
  ) {
    return [];
  }
  return [
    {
      id: 'UnguardedOperations',
      severity: Severity.ERROR,
      path: `${caller.path} → ${callee.name}`,
      message:
        `${callee.name} exists in namespace ${callee.namespace}, which the topology does not own: its owner `
        + `manages its policies, so \`allowedOperations\` `
        + 'would allow everything.',
      fix: `Remove \`allowedOperations\`, or own the namespace: \`topology.addNamespace('${callee.namespace}')\`.`,
    },
  ];
}

function hasPolicy({ circuitBreaker, loadBalancing }: Service): boolean {
  return circuitBreaker !== undefined || loadBalancing !== undefined;
}

function rulesForOthers({ caller, callee, policy: terms }: Call, topology: Topology): SynthesisFinding[] {
  const isForeign = callee instanceof Service && callee.isForeign;
  const hasRules = isForeign && (callee.routesByVersion || hasPolicy(callee) || isSet(terms));
  if (topology.owns(caller.namespace) || !(hasRules || callee instanceof ExternalService)) {
    return [];
  }
  return [
    {
      id: 'RulesForOthers',
      severity: Severity.ERROR,
      path: `${caller.path} → ${callee.name}`,
      message:
        `The traffic rules of this call would apply to every pod in namespace ${caller.namespace}, which the `
        + 'topology does not own.',
      fix:
        `Own the namespace: \`topology.addNamespace('${caller.namespace}')\`, move ${caller.name} to a `
        + 'namespace that is owned'
        + `${isForeign ? ", or remove the call's settings" : ''}.`,
    },
  ];
}

function isSet({ timeout, retries, faults }: Call['policy']): boolean {
  return timeout !== undefined || (retries?.attempts ?? 0) > 0 || faults !== undefined;
}
