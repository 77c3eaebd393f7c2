import { differingField, memo, portNumber, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';

export const rule: Check = {
  id: 'DifferingServiceEntries',
  severity: Severity.WARNING,
  covers: [],
  summary: 'ServiceEntries of a namespace declare one host with different settings',
  explanation:
    'Istio merges the ports and endpoints of such ServiceEntries only if resolution, location, addresses, exportTo, '
    + 'workloadSelector and labels are equal. Otherwise it applies the one that was created first, and the ports of '
    + 'the others do not exist. For ports that both declare see RepeatedServiceEntry.',
  *find({ hosts }) {
    for (const host of hosts.all) {
      const { name, resource, declaredBy = [] } = host;
      const field = differingField(host);
      if (field !== undefined && !haveCommonPort(declaredBy)) {
        yield problem(
          resource.spec.get('hosts').items.find(each => each.text === name) ?? resource.spec.get('hosts'),
          `${listed(declaredBy.map(each => each.key).sort())} declare ${name} with different ${field}, so only the `
            + 'ports and endpoints of the one that was created first apply.',
          `Declare ${name} in one ServiceEntry, or with the same ${field}.`,
        );
      }
    }
  },
};

const haveCommonPort = memo((declaredBy: readonly Resource[]): boolean => {
  const ports = declaredBy.flatMap(each => [...new Set(each.spec.get('ports').items.map(portNumber))]);
  return new Set(ports).size < ports.length;
});
