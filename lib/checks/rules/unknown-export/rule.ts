import { isAmbientNamespace, isElsewhere, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownExport',
  severity: Severity.WARNING,
  covers: ['KIA0005'],
  summary: 'An object is exported to a namespace that does not exist',
  explanation:
    'The object is not visible in the intended namespace. Checked if the manifests declare the namespace '
    + 'of the object, and so presumably the others; not in ambient mode, where exportTo is ignored. The '
    + 'annotation `cardinal.cdk8s.io/elsewhere: namespace/NAME` states that other manifests declare it.',
  *find(cluster) {
    const exported = [Kind.VIRTUAL_SERVICE, Kind.DESTINATION_RULE, Kind.SERVICE_ENTRY].flatMap(type =>
      cluster.all(type),
    );
    for (const resource of exported.filter(
      each =>
        cluster.find(Kind.NAMESPACE, each.namespace) && !isAmbientNamespace(cluster.namespaceLabels(each.namespace)),
    )) {
      for (const namespace of resource.spec
        .get('exportTo')
        .items.filter(each => !['', '.', '*', '~'].includes(each.text))) {
        if (!cluster.hasNamespace(namespace.text) && !isElsewhere(resource, `namespace/${namespace.text}`)) {
          yield absent(
            { type: Kind.NAMESPACE, name: namespace.text, namespace: '' },
            problem(namespace, `The namespace "${namespace.text}" is not among these manifests.`, 'Correct the name.'),
          );
        }
      }
    }
  },
};
