import { type Cluster, type Field, isDryRun, Kind, type Resource, targetRefsOf, type Workload } from '../../manifests';
import type { Connection } from '../endpoints/connection';
import { policiesFor } from '../endpoints/policy-target';
import { Unsimulated } from '../messages/unsimulated';
import { authorizeBy, FORBIDDEN, type Verdict } from './authorization';

/**
 * The verdict of ztunnel on a connection to a Pod: the ALLOW and DENY policies that target nothing, by the attributes of
 * connections. A rule with others matches nothing in an ALLOW policy; in a DENY policy they are left out.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/serviceregistry/ambient/authorization.go
 */
export function authorizeAtZtunnel(workload: Workload, connection: Connection, cluster: Cluster): Verdict {
  const policies = policiesFor(workload, Kind.AUTHORIZATION_POLICY, cluster).filter(
    each => targetRefsOf(each).length === 0 && !isDryRun(each),
  );
  const unknown = policies.flatMap(unknownConditions)[0];
  return unknown
    ? {
        isAllowed: undefined,
        by: unknown,
        status: FORBIDDEN,
        reason: 'it depends on what is unknown',
        doubt: () =>
          new Unsimulated(
            `AuthorizationPolicy ${unknown.resource.key} has a condition that ztunnel may not support `
              + `(${String(unknown)}).`,
            'Use principals, namespaces, addresses and ports, or enforce it at a waypoint.',
          ),
      }
    : authorizeBy(policies, { connection, isTcp: true }, cluster);
}

/** Conditions that sidecars evaluate for connections, and ztunnel treats as those of requests or does not know. */
function unknownConditions(policy: Resource): Field[] {
  return policy.spec.get('rules').items.flatMap(rule => [
    ...rule
      .get('when')
      .items.map(each => each.get('key'))
      .filter(({ text }) => !KEYS.includes(text) && !text.startsWith('request.')),
    ...rule
      .get('from')
      .items.flatMap(each => SOURCES.map(name => each.get('source', name)))
      .filter(each => each.exists),
  ]);
}

const KEYS: readonly string[] = [
  'source.ip',
  'source.namespace',
  'source.principal',
  'destination.ip',
  'destination.port',
];
const SOURCES: readonly string[] = ['remoteIpBlocks', 'notRemoteIpBlocks', 'trustDomains', 'notTrustDomains'];
