import { isGatewayPod } from '../../../dataplane';
import { Kind, type Workload, hasIstio } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

const PROXY_USER = 1337;

const MAKERS: readonly string[] = [Kind.POD, Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET, Kind.ROLLOUT];

export const rule: Check = {
  id: 'ReservedUser',
  severity: Severity.WARNING,
  covers: ['IST0144'],
  summary: 'A container runs as user 1337',
  explanation:
    "That is the proxy's user, whose traffic is not redirected to the proxy, so the container's traffic "
    + 'bypasses the mesh in plain text.',
  *find(cluster) {
    if (!hasIstio(cluster)) {
      return;
    }
    for (const workload of cluster.workloads.all.filter(
      each => MAKERS.includes(each.resource.type) && !isControlPlane(each) && !isGatewayPod(each),
    )) {
      const users = [
        workload.pod,
        ...workload.pod
          .get('containers')
          .items.filter(each => !['istio-proxy', 'istio-operator'].includes(each.get('name').text)),
      ].map(each => each.get('securityContext', 'runAsUser'));
      for (const user of users.filter(each => each.number === PROXY_USER)) {
        yield problem(
          user,
          "User 1337 is the proxy's, so the traffic of this container bypasses the proxy.",
          'Run it as another user.',
        );
      }
    }
  },
};

function isControlPlane({ resource: { labels } }: Workload): boolean {
  return 'istio' in labels || labels.release === 'istio';
}
