import { Gateways } from '../../../dataplane';
import { Kind, KUBERNETES_NAMESPACES, matchesPattern, namespacesNamedBy } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownNamespace',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA0101'],
  summary: 'An AuthorizationPolicy refers to a namespace that does not exist',
  explanation:
    'The source matches no caller: an ALLOW rule allows none, a DENY rule denies none. A pattern must '
    + 'match at least one namespace. A namespace exists if it is declared, if objects are in it, if Kubernetes '
    + 'creates it, or if Istio installs gateways in it.',
  *find(cluster) {
    const namespaces = [...cluster.namespaces, ...KUBERNETES_NAMESPACES];
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      for (const namespace of namespacesNamedBy(policy)) {
        const pattern = namespace.text;
        if (
          pattern.includes('*')
            ? !namespaces.some(each => matchesPattern(pattern, each))
            : !cluster.hasNamespace(pattern) && !Gateways.of(cluster).hasNamespace(pattern)
        ) {
          yield absent(
            { type: Kind.NAMESPACE, name: pattern, namespace: '' },
            problem(
              namespace,
              `The namespace "${pattern}" is not among these manifests, so this source matches no caller.`,
              'Correct the name, or declare the namespace.',
            ),
          );
        }
      }
    }
  },
};
