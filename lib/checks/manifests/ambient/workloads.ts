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
  summary: 'A workload is enrolled in the mesh both with a sidecar and in ambient mode',
  explanation: 'The sidecar takes precedence: the pod is excluded from ambient mode and bypasses the waypoints of its callees. `istio-injection` or a revision on the namespace, a label of the '
    + 'pods, or a proxy container in the pod template requests a sidecar; `istio.io/dataplane-mode: ambient` requests ambient mode.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each))) {
      const namespace = cluster.namespaceLabels(workload.namespace);
      const asksAmbient = (workload.labels[MODE] ?? namespace[MODE]) === 'ambient' || workload.annotations['ambient.istio.io/redirection'] === 'enabled';
      const asksSidecar = hasProxy(workload) || (workload.labels['sidecar.istio.io/inject'] ?? String(isInjectedNamespace(namespace))) === 'true';
      if (asksAmbient && asksSidecar) {
        yield problem(workload.resource.metadata.get('name'), `${workload.name} gets a sidecar although it is labelled for ambient mode.`, `Remove the sidecar, or label the pods ${MODE}: none.`);
      }
    }
  },
};

export const waypointOutsideAmbient: Check = {
  id: 'WaypointOutsideAmbient',
  severity: Severity.WARNING,
  covers: ['KIA1312'],
  summary: 'A workload has a waypoint but is not in ambient mode',
  explanation: 'Its traffic is not routed through the waypoint.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each) && each.labels[MODE] !== 'none')) {
      if (waypointNamed(workload.labels, cluster.namespaceLabels(workload.namespace)) !== undefined && membershipOf(workload, cluster) !== Membership.AMBIENT) {
        yield problem(workload.resource.metadata.get('name'), `${workload.name} has a waypoint label but is not in ambient mode.`, `Label its namespace ${MODE}: ambient.`);
      }
    }
  },
};

export const unknownWaypoint: Check = {
  id: 'UnknownWaypoint',
  severity: Severity.ERROR,
  covers: ['KIA1313'],
  summary: 'A workload or Service refers to a waypoint that does not exist, or to a Gateway that is not a waypoint',
  explanation: 'L7 policies are then not enforced: traffic is allowed as if they did not exist. A waypoint is a Gateway of class istio-waypoint with an HBONE listener on port 15008.',
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
    yield problem(at, gateway ? `The Gateway "${name}" that ${user.name} refers to is not a waypoint.` : `The waypoint "${name}" of ${user.name} does not exist.`,
      'Declare a Gateway of class istio-waypoint with this name, or correct istio.io/use-waypoint.', codes);
  }
}

export const requestRulesWithoutWaypoint: Check = {
  id: 'RequestRulesWithoutWaypoint',
  severity: Severity.WARNING,
  covers: ['KIA1317'],
  summary: 'An ambient workload has L7 AuthorizationPolicies but no waypoint',
  explanation: 'ztunnel cannot evaluate HTTP attributes, so it denies the requests that such a rule would allow.',
  *find(cluster) {
    const policies = new Map<string, Resource[]>();
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY).filter(requestRuleOf)) {
      addTo(policies, policy.namespace, policy);
    }
    for (const workload of cluster.workloads.all.filter(each => policies.has(each.namespace) && isAmbientWorkload(each, cluster) && !waypointOf(each, cluster))) {
      const policy = policies.get(workload.namespace)?.find(each => isFor(each, workload, cluster));
      if (policy) {
        yield problem(workload.resource.metadata.get('name'), `${policy.key} has L7 rules, but requests to ${workload.name} pass no waypoint.`, 'Declare a waypoint, and label the namespace or the pods istio.io/use-waypoint.');
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

