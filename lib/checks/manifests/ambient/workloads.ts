import { addTo, type Cluster, type Field, hasLabels, hasProxy, isInjectedNamespace, Kind, Membership, membershipOf, type Resource, targetRefsOf, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { isAmbientWorkload, isGateway, isWaypoint, waypointNamed, waypointOf } from './enrolment';
import { requestRuleOf } from './layers';

const MODE = 'istio.io/dataplane-mode';

export const sidecarAndAmbient: Check = {
  id: 'SidecarAndAmbient',
  severity: Severity.WARNING,
  covers: ['KIA1311', 'KIA1314', 'KIA1315', 'KIA1316'],
  summary: 'A workload is asked into the mesh in both ways: by a sidecar and in ambient mode',
  explanation: 'The sidecar counts: the pod is left out of ambient mode, and waypoints of its callees do not see its traffic as theirs. `istio-injection` or a revision on the namespace, a label of the '
    + 'pods, or the proxy written into them asks for a sidecar; `istio.io/dataplane-mode: ambient` for the other.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each))) {
      const namespace = cluster.namespaceLabels(workload.namespace);
      const asksAmbient = (workload.labels[MODE] ?? namespace[MODE]) === 'ambient' || workload.annotations['ambient.istio.io/redirection'] === 'enabled';
      const asksSidecar = hasProxy(workload) || (workload.labels['sidecar.istio.io/inject'] ?? String(isInjectedNamespace(namespace))) === 'true';
      if (asksAmbient && asksSidecar) {
        yield problem(workload.resource.metadata.get('name'), `${workload.name} gets a sidecar although it is marked for ambient mode.`, `Remove the sidecar, or label the pods ${MODE}: none.`);
      }
    }
  },
};

export const waypointOutsideAmbient: Check = {
  id: 'WaypointOutsideAmbient',
  severity: Severity.WARNING,
  covers: ['KIA1312'],
  summary: 'A workload names a waypoint and is not in ambient mode',
  explanation: 'Nobody leads its traffic through the waypoint.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each) && each.labels[MODE] !== 'none')) {
      if (waypointNamed(workload.labels, cluster.namespaceLabels(workload.namespace)) !== undefined && membershipOf(workload, cluster) !== Membership.AMBIENT) {
        yield problem(workload.resource.metadata.get('name'), `${workload.name} is to use a waypoint and is not in ambient mode.`, `Label its namespace ${MODE}: ambient.`);
      }
    }
  },
};

export const unknownWaypoint: Check = {
  id: 'UnknownWaypoint',
  severity: Severity.ERROR,
  covers: ['KIA1313'],
  summary: 'A workload or a Service uses a waypoint that does not exist, or is no waypoint',
  explanation: 'Policies about requests are then kept by nobody: traffic passes as if there were none. A waypoint is a Gateway of class istio-waypoint with an HBONE listener on port 15008.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each) && each.labels[MODE] !== 'none')) {
      yield* unknown(workload, waypointNamed(workload.labels, cluster.namespaceLabels(workload.namespace)), workload.resource.metadata.get('name'), cluster);
    }
    for (const service of cluster.all(Kind.SERVICE)) {
      yield* unknown(service, waypointNamed(service.labels, {}), service.metadata.get('labels', 'istio.io/use-waypoint'), cluster, []);
    }
  },
};

function* unknown(user: Workload | Resource, name: string | undefined, at: Field, cluster: Cluster, codes?: readonly string[]) {
  const gateway = waypointOf(user, cluster);
  if (name !== undefined && !(gateway && isWaypoint(gateway, cluster))) {
    yield problem(at, gateway ? `The Gateway "${name}" that ${user.name} uses is no waypoint.` : `There is no waypoint "${name}", which ${user.name} uses.`,
      'Declare a Gateway of class istio-waypoint with this name, or correct istio.io/use-waypoint.', codes);
  }
}

export const requestRulesWithoutWaypoint: Check = {
  id: 'RequestRulesWithoutWaypoint',
  severity: Severity.WARNING,
  covers: ['KIA1317'],
  summary: 'An ambient workload has AuthorizationPolicies about requests and no waypoint',
  explanation: 'ztunnel cannot tell requests apart, so it refuses what such a rule would allow.',
  *find(cluster) {
    const policies = new Map<string, Resource[]>();
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY).filter(requestRuleOf)) {
      addTo(policies, policy.namespace, policy);
    }
    for (const workload of cluster.workloads.all.filter(each => policies.has(each.namespace) && isAmbientWorkload(each, cluster) && !waypointOf(each, cluster))) {
      const policy = policies.get(workload.namespace)?.find(each => isFor(each, workload, cluster));
      if (policy) {
        yield problem(workload.resource.metadata.get('name'), `${policy.key} has rules about requests, and no waypoint sees those of ${workload.name}.`, 'Declare a waypoint, and label the namespace or the pods istio.io/use-waypoint.');
      }
    }
  },
};

function isFor(policy: Resource, workload: Workload, cluster: Cluster): boolean {
  const targets = targetRefsOf(policy);
  return targets.length > 0
    ? targets.some(each => each.get('kind').text === 'Service' && cluster.servicesOf(workload).some(service => service.name === each.get('name').text))
    : hasLabels(workload.labels, policy.spec.get('selector', 'matchLabels').strings);
}

