import { Kind, matchesPattern, namespacesNamedBy } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unknownNamespace: Check = {
  id: 'UnknownNamespace',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA0101'],
  summary: 'An AuthorizationPolicy names a namespace that does not exist',
  explanation: 'The source matches nobody: an ALLOW rule lets no one in, a DENY rule keeps no one out. A pattern has to match some namespace.',
  *find(cluster) {
    const namespaces = cluster.all(Kind.NAMESPACE).map(each => each.name.toLowerCase());
    const exact = new Set(namespaces);
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      for (const namespace of namespacesNamedBy(policy)) {
        const pattern = namespace.text.toLowerCase();
        if (pattern.includes('*') ? !namespaces.some(each => matchesPattern(pattern, each)) : !exact.has(pattern)) {
          yield problem(namespace, `There is no namespace "${namespace.text}", so this source matches nobody.`, 'Correct the name, or declare the namespace.');
        }
      }
    }
  },
};
