import { authorizeBy, type Message, policiesFor } from '../../../dataplane';
import { type Cluster, Kind, Membership, membershipOf, modeFor, type Workload } from '../../../manifests';
import type { Entry } from '../../manifests/calls/node';
import type { OpenRoute } from './open-routes';

/**
 * A rule of an Ingress that forwards requests without credentials to a workload: no annotation of its controller
 * demands any, and the policies of the workload allow it from any Pod.
 */
export function openIngress({ route, rule, service }: Entry, cluster: Cluster): OpenRoute | undefined {
  const path = rule.get('path').text || '/';
  const workload = Object.keys(route.annotations).some(each => DEMANDING.test(each))
    ? undefined
    : cluster.selectedBy(service).find(each => isOpen(each, path, cluster));
  return workload && { rule, gateway: route, workload, example: `GET ${path}` };
}

/** The annotations by which controllers demand credentials. */
const DEMANDING = /\/auth-(url|secret|signin|tls-secret|type)$/;

/** The controller may be in the mesh or not, and send the request from any port to any of the workload. */
function isOpen(workload: Workload, path: string, cluster: Cluster): boolean {
  const policies = policiesFor(workload, Kind.AUTHORIZATION_POLICY, cluster);
  switch (membershipOf(workload, cluster)) {
    case Membership.NONE:
      return true;
    case Membership.AMBIENT:
      return policies.length === 0;
    case Membership.SIDECAR:
    case Membership.UNKNOWN:
      return modeFor(workload, cluster) !== 'STRICT' && isAllowed();
  }
  function isAllowed(): boolean {
    const message: Message = { scheme: 'http', host: '', port: 80, method: 'GET', path, query: '', headers: {} };
    const connection = { namespace: '', labels: {}, port: { number: 0, names: [], protocol: 'TCP' } };
    const unknown = new Set(['identity', 'port', 'server name', 'host', 'headers'] as const);
    const isAsked = policies.some(each => each.spec.get('action').text === 'CUSTOM');
    return (
      !isAsked && authorizeBy(policies, { connection, message, isTcp: false, unknown }, cluster).isAllowed === true
    );
  }
}
