import { type Cluster, type Field, Kind, type Resource, sourcesOf, targetRefsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { isWaypoint } from '../../manifests/ambient/enrolment';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'AddressesAtWaypoint',
  severity: Severity.ERROR,
  covers: [],
  summary: 'An AuthorizationPolicy at a waypoint has conditions on the addresses of connections',
  explanation:
    'A waypoint accepts connections inside of tunnels, which have no address of the network. No range matches: '
    + '`ipBlocks` allow nothing in an ALLOW policy and deny nothing in a DENY policy, and `notIpBlocks` match every '
    + 'connection.',
  *find(cluster) {
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY).filter(each => isAtWaypoint(each, cluster))) {
      for (const at of addressesIn(policy)) {
        yield problem(
          at,
          'At a waypoint no range has the address of a connection, so this condition is the same for all callers.',
          'Use principals, namespaces or serviceAccounts, or a policy for the pods by a selector, which ztunnel enforces.',
        );
      }
    }
  },
};

function isAtWaypoint(policy: Resource, cluster: Cluster): boolean {
  return targetRefsOf(policy).some(target => {
    const [kind, name] = [target.get('kind').text, target.get('name').text];
    const gateway = kind === 'Gateway' ? cluster.find(Kind.GATEWAY, name, policy.namespace) : undefined;
    return (
      ['Service', 'ServiceEntry'].includes(kind)
      || (kind === 'GatewayClass' && name === 'istio-waypoint')
      || (gateway !== undefined && isWaypoint(gateway, cluster))
    );
  });
}

function addressesIn(policy: Resource): Field[] {
  return [
    ...sourcesOf(policy).flatMap(each => [each.get('ipBlocks'), each.get('notIpBlocks')]),
    ...policy.spec
      .get('rules')
      .items.flatMap(each => each.get('when').items)
      .filter(each => each.get('key').text === 'source.ip'),
  ].filter(each => each.exists);
}
