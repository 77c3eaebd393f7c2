import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

const ROUTE = ['Accepted', 'Programmed', 'ResolvedRefs'];

const WAYPOINT = ['istio.io/WaypointBound'];

/** The conditions whose status "False" means a failure. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  [Kind.SERVICE]: WAYPOINT,
  [Kind.SERVICE_ENTRY]: WAYPOINT,
  [Kind.WORKLOAD_ENTRY]: WAYPOINT,
  [Kind.AUTHORIZATION_POLICY]: ['ZtunnelAccepted', 'WaypointAccepted'],
  [Kind.GATEWAY]: ROUTE,
  [Kind.HTTP_ROUTE]: ROUTE,
  [Kind.GRPC_ROUTE]: ROUTE,
};

export const rule: Check = {
  id: 'NegativeCondition',
  severity: Severity.WARNING,
  covers: ['IST0171'],
  summary: 'The status of an object shows that it was not accepted',
  explanation: 'Only objects from a cluster have a status: the control plane rejected this one, or a part of it.',
  *find(cluster) {
    for (const [type, names] of Object.entries(CONDITIONS)) {
      for (const resource of cluster.all(type)) {
        const status = resource.root.get('status');
        for (const condition of [status, ...status.get('parents').items].flatMap(
          each => each.get('conditions').items,
        )) {
          const [name, reason] = ['type', 'reason'].map(each => condition.get(each).text);
          const isPartial =
            type === Kind.AUTHORIZATION_POLICY && name === 'WaypointAccepted' && reason === 'PartiallyInvalid';
          if (isPartial || (names.includes(name ?? '') && condition.get('status').text === 'False')) {
            yield problem(
              condition,
              `The control plane reports that ${name} is ${condition.get('status').text}: ${[
                reason,
                condition.get('message').text,
              ]
                .filter(each => each)
                .join(', ')
                .replace(/\.$/, '')}.`,
              'Correct the reported field.',
            );
          }
        }
      }
    }
  },
};
