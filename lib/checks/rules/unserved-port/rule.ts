import { Kind, memo, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { isOfIstio } from '../../manifests/services/port-name-form';

export const rule: Check = {
  id: 'UnservedPort',
  severity: Severity.WARNING,
  covers: ['KIA0701'],
  summary: 'A Service has a targetPort that no container of its pods declares',
  explanation:
    'Connections are refused, unless the container listens on an undeclared port. A named targetPort '
    + 'must be declared; a number need not be, so it is a note, and only if the containers declare any ports. Where '
    + 'Kustomize changes the pods, it is a note, too.',
  *find(cluster) {
    for (const service of cluster
      .all(Kind.SERVICE)
      .filter(each => !isOfIstio(each) && each.namespace !== cluster.mesh.rootNamespace)) {
      const workloads = cluster.selectedBy(service);
      const declared = workloads.map(portsOf);
      const isChanged = workloads.some(each => each.resource.origin?.isChanged === true);
      const mayBeSilent = declared.some(each => each.size === 0);
      for (const port of declared.length > 0 ? service.spec.get('ports').items : []) {
        const target = port.get('targetPort').exists ? port.get('targetPort') : port.get('port');
        if (!(mayBeSilent && target.number !== undefined) && !declared.some(ports => ports.has(target.text))) {
          const found = problem(
            target,
            `No container of the pods declares port ${target.text}.`,
            'Correct targetPort, or declare the port in the container.',
          );
          yield target.number === undefined && !isChanged ? found : { ...found, severity: Severity.INFO };
        }
      }
    }
  },
};

/**
 * The ports that the containers of a workload declare, by number and by name: read once, since several Services may
 * select it.
 */
const portsOf = memo(
  (workload: Workload): ReadonlySet<string> =>
    new Set(
      workload.containers
        .flatMap(each => each.get('ports').items)
        .flatMap(each => [each.get('containerPort').text, each.get('name').text]),
    ),
);
