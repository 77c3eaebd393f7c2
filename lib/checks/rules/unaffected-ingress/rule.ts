import { type Cluster, type Field, hasLabels, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { chosenRules, namedHost } from '../../manifests/routing/destination-rules';
import { targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnaffectedIngress',
  severity: Severity.WARNING,
  covers: ['IST0140'],
  summary: 'A gateway route has no subset, while the mesh rules for its host choose among subsets',
  explanation:
    'A gateway applies only the VirtualServices that are bound to it: the split among subsets between '
    + 'workloads does not apply to requests from outside. A subset with all Pods of its host is none.',
  *find(cluster) {
    const split = new Map<string, string>();
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      const hosts = virtualService.spec.get('hosts').texts;
      for (const destination of routedTo(virtualService.spec).filter(
        each => hosts.includes(each.get('host').text) && !hasAll(each, virtualService, cluster),
      )) {
        split.set(destination.get('host').text, virtualService.key);
      }
    }
    for (const virtualService of cluster
      .all(Kind.VIRTUAL_SERVICE)
      .filter(each => each.spec.get('gateways').items.length > 0)) {
      for (const destination of routedTo(virtualService.spec).filter(each => each.get('subset').text === '')) {
        const host = destination.get('host');
        const other = split.get(host.text);
        if (other) {
          yield problem(
            host,
            `Requests on this route go to all endpoints of ${host.text}, since the subsets in ${other} do `
              + 'not apply at the gateway.',
            'Choose the subsets here too.',
          );
        }
      }
    }
  },
};

/** Whether a destination has all Pods of its host: it names no subset, or one that selects each of them. */
function hasAll(destination: Field, virtualService: Resource, cluster: Cluster): boolean {
  const [host = '', subset = ''] = ['host', 'subset'].map(each => destination.get(each).text);
  const service = targetOf(host, virtualService, cluster)?.resource;
  const pods = service ? cluster.selectedBy(service) : [];
  const [found] = chosenRules([virtualService.namespace], namedHost(host, virtualService, cluster), cluster).flatMap(
    each => each.subset(subset) ?? [],
  );
  return (
    subset === ''
    || (found !== undefined && pods.length > 0 && pods.every(each => hasLabels(each.labels, found.labels)))
  );
}

/** The destinations of requests, without mirrors. */
function routedTo(spec: Field): Field[] {
  return spec
    .get('http')
    .items.flatMap(each => each.get('route').items)
    .map(each => each.get('destination'));
}
