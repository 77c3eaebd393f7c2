import { Severity } from '../../finding';
import { isAmbient, isEnrolled } from '../../manifests/ambient/enrolment';
import { ambientServices, isRule, requestRules } from '../../manifests/ambient/host-rules';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'HostRuleWithoutWaypoint',
  severity: Severity.WARNING,
  covers: ['KIA0210', 'KIA0211', 'KIA1109', 'KIA1113'],
  summary: 'A VirtualService or DestinationRule with HTTP settings applies to an ambient Service without a waypoint',
  explanation:
    'ztunnel forwards connections at layer 4, so the rules are ignored. A VirtualService for gateways '
    + 'only is applied at those.',
  *find(cluster) {
    for (const { resource, hosts } of requestRules(cluster)) {
      const services = ambientServices(resource, hosts, cluster);
      for (const { at, service } of services.filter(each => !isEnrolled(each.service, cluster))) {
        yield problem(
          at,
          `The Service ${service.key} uses no waypoint, so these rules are ignored.`,
          'Label the Service or its namespace with istio.io/use-waypoint, and declare the waypoint; it has to be for '
            + 'Services (`istio.io/waypoint-for`).',
          [isRule(resource) ? 'KIA0211' : 'KIA1113'],
        );
      }
      const [first] = hosts;
      if (
        first
        && services.length === 0
        && isAmbient(resource.namespace, cluster)
        && !isEnrolled({ labels: {}, namespace: resource.namespace }, cluster)
      ) {
        yield problem(
          first,
          `Namespace ${resource.namespace} is in ambient mode and uses no waypoint, so these rules are ignored.`,
          'Label the namespace with istio.io/use-waypoint, and declare the waypoint; it has to be for Services '
            + '(`istio.io/waypoint-for`).',
          [isRule(resource) ? 'KIA0210' : 'KIA1109'],
        );
      }
    }
  },
};
