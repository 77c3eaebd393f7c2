import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unknownExport: Check = {
  id: 'UnknownExport',
  severity: Severity.WARNING,
  covers: ['KIA0005'],
  summary: 'An object is exported to a namespace that does not exist',
  explanation: 'Nobody there reads it; the namespace that was meant does not either. Looked at where the manifests declare the object\'s own namespace, so that they may be taken to declare others.',
  *find(cluster) {
    for (const resource of [Kind.VIRTUAL_SERVICE, Kind.DESTINATION_RULE, Kind.SERVICE_ENTRY].flatMap(type => cluster.all(type)).filter(each => cluster.find(Kind.NAMESPACE, each.namespace))) {
      for (const namespace of resource.spec.get('exportTo').items.filter(each => !['', '.', '*', '~'].includes(each.text))) {
        if (!cluster.find(Kind.NAMESPACE, namespace.text)) {
          yield problem(namespace, `There is no namespace "${namespace.text}".`, 'Correct the name.');
        }
      }
    }
  },
};
