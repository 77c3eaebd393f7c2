import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownGrantNamespace',
  severity: Severity.ERROR,
  covers: ['KIA1601'],
  summary: 'A ReferenceGrant refers to a namespace that does not exist',
  explanation:
    'It grants nothing. Checked if the manifests declare the namespace of the grant, and so presumably the others.',
  *find(cluster) {
    for (const grant of cluster
      .all(Kind.REFERENCE_GRANT)
      .filter(each => cluster.find(Kind.NAMESPACE, each.namespace))) {
      for (const namespace of grant.spec.get('from').items.map(each => each.get('namespace'))) {
        if (!cluster.hasNamespace(namespace.text)) {
          yield absent(
            { type: Kind.NAMESPACE, name: namespace.text, namespace: '' },
            problem(namespace, `The namespace "${namespace.text}" is not among these manifests.`, 'Correct the name.'),
          );
        }
      }
    }
  },
};
