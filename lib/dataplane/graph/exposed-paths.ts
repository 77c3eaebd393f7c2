import {
  carriesRequests,
  type Cluster,
  isExposed,
  Kind,
  portNumber,
  portsOf,
  Selecting,
  type Workload,
} from '../../manifests';
import type { Context } from '../clusters/context';
import type { Caller } from '../endpoints/caller';
import { endpointsOf } from '../endpoints/endpoints';
import { workloadsPastGateways } from '../unread';
import { shortName } from './path-text';
import { endsAt, type TrafficPath } from './path-ends';

const INTERNET: Caller = { title: 'internet', namespace: '', labels: {} };

/**
 * The Services by which clients outside reach Pods without a gateway. Which of them do depends on load balancers, nodes
 * and addresses, so that all that is not denied to every client is allowed for some.
 */
export function exposedPaths(context: Context): TrafficPath[] {
  const { cluster } = context;
  return cluster.hosts.all
    .filter(({ resource }) => isExposed(resource))
    .flatMap(host => {
      const past = workloadsPastGateways(host.resource, cluster);
      return past.length === 0
        ? []
        : portsOf(host).map(port => {
            const endpoints = endpointsOf(host, port, {}, cluster).filter(
              ({ workload }) => workload && past.includes(workload),
            );
            const ends = endsAt(
              endpoints,
              { isPassedThrough: true },
              1,
              carriesRequests(port) === false,
              INTERNET,
              context,
            );
            return {
              from: INTERNET.title,
              to: `${shortName(host, cluster)}:${portNumber(port) ?? 0}`,
              when: '',
              isForAll: true,
              terms: [],
              ends: ends.map((end, at) => ({
                ...end,
                isAllowed:
                  end.isAllowed === false && !dependsOnAddress(endpoints[at]?.workload, cluster) ? false : undefined,
              })),
            };
          });
    });
}

/** Whether a NetworkPolicy allows clients by their addresses, of which those outside are unknown. */
function dependsOnAddress(workload: Workload | undefined, cluster: Cluster): boolean {
  const policies = Selecting.of(cluster, Kind.NETWORK_POLICY, 'podSelector', 'matchLabels');
  return (
    workload !== undefined
    && [...policies.selecting(workload), ...policies.defaults(workload.namespace)].some(({ spec }) =>
      spec.get('ingress').items.some(rule => rule.get('from').items.some(peer => peer.get('ipBlock').exists)),
    )
  );
}
