import { Severity } from '../../finding';
import { ambientServices, isRule, requestRules } from '../../manifests/ambient/host-rules';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'HostRuleElsewhere',
  severity: Severity.WARNING,
  covers: ['KIA0212', 'KIA1114'],
  summary: 'A VirtualService or DestinationRule with HTTP settings is not in the namespace of its ambient Service',
  explanation:
    "A waypoint applies rules from the namespace of the Service only; rules in callers' namespaces, "
    + 'which sidecars would apply, are ignored.',
  *find(cluster) {
    for (const { resource, hosts } of requestRules(cluster)) {
      for (const { at, service } of ambientServices(resource, hosts, cluster).filter(
        each => each.service.namespace !== resource.namespace,
      )) {
        yield problem(
          at,
          `The Service is in namespace ${service.namespace}, whose waypoint ignores rules of ${resource.namespace}.`,
          `Move it to namespace ${service.namespace}.`,
          [isRule(resource) ? 'KIA0212' : 'KIA1114'],
        );
      }
    }
  },
};
