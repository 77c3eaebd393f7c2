import { type Cluster, type Field, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { isForMesh } from '../routing/destinations';
import { isAmbient, isEnrolled } from './enrolment';
import { requestPolicyOf } from './layers';

export const hostRuleWithoutWaypoint: Check = {
  id: 'HostRuleWithoutWaypoint',
  severity: Severity.WARNING,
  covers: ['KIA0210', 'KIA0211', 'KIA1109', 'KIA1113'],
  summary: 'A VirtualService or DestinationRule with HTTP settings applies to an ambient Service without a waypoint',
  explanation: 'ztunnel forwards connections at layer 4, so the rules are ignored. A VirtualService for gateways only is applied at those.',
  *find(cluster) {
    for (const { resource, hosts } of requestRules(cluster)) {
      const services = ambientServices(resource, hosts, cluster);
      for (const { at, service } of services.filter(each => !isEnrolled(each.service.labels, cluster.namespaceLabels(each.service.namespace)))) {
        yield problem(at, `The Service ${service.key} uses no waypoint, so these rules are ignored.`, 'Label the Service or its namespace with istio.io/use-waypoint, and declare the waypoint.', [isRule(resource) ? 'KIA0211' : 'KIA1113']);
      }
      const [first] = hosts;
      if (first && services.length === 0 && isAmbient(resource.namespace, cluster) && !isEnrolled({}, cluster.namespaceLabels(resource.namespace))) {
        yield problem(first, `Namespace ${resource.namespace} is in ambient mode and uses no waypoint, so these rules are ignored.`, 'Label the namespace with istio.io/use-waypoint, and declare the waypoint.', [isRule(resource) ? 'KIA0210' : 'KIA1109']);
      }
    }
  },
};

export const hostRuleElsewhere: Check = {
  id: 'HostRuleElsewhere',
  severity: Severity.WARNING,
  covers: ['KIA0212', 'KIA1114'],
  summary: 'A VirtualService or DestinationRule with HTTP settings is not in the namespace of its ambient Service',
  explanation: 'A waypoint applies rules from the namespace of the Service only; rules in callers\' namespaces, which sidecars would apply, are ignored.',
  *find(cluster) {
    for (const { resource, hosts } of requestRules(cluster)) {
      for (const { at, service } of ambientServices(resource, hosts, cluster).filter(each => each.service.namespace !== resource.namespace)) {
        yield problem(at, `The Service is in namespace ${service.namespace}, whose waypoint ignores rules of ${resource.namespace}.`, `Move it to namespace ${service.namespace}.`, [isRule(resource) ? 'KIA0212' : 'KIA1114']);
      }
    }
  },
};

function isRule({ type }: Resource): boolean {
  return type === Kind.DESTINATION_RULE;
}

function requestRules(cluster: Cluster): { resource: Resource; hosts: readonly Field[] }[] {
  return [
    ...cluster.all(Kind.VIRTUAL_SERVICE).filter(each => isForMesh(each) && ['http', 'tls'].some(protocol => each.spec.get(protocol).items.length > 0))
      .map(resource => ({ resource, hosts: resource.spec.get('hosts').items })),
    ...cluster.all(Kind.DESTINATION_RULE).filter(requestPolicyOf).map(resource => ({ resource, hosts: [resource.spec.get('host')] })),
  ];
}

function ambientServices(rule: Resource, hosts: readonly Field[], cluster: Cluster): { at: Field; service: Resource }[] {
  return hosts.flatMap(at => cluster.hosts.named(at.text, rule.namespace).map(each => each.resource)
    .filter(service => service.type === Kind.SERVICE && isAmbient(service.namespace, cluster)).map(service => ({ at, service })));
}
