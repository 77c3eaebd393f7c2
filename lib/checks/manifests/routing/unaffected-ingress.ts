import { type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unaffectedIngress: Check = {
  id: 'UnaffectedIngress',
  severity: Severity.WARNING,
  covers: ['IST0140'],
  summary: 'A route at a gateway goes to a host without a subset, while the rules inside choose among subsets',
  explanation: 'A gateway applies the VirtualServices that name it, and no others: the split among subsets that holds between workloads does not hold for what comes in.',
  *find(cluster) {
    const split = new Map<string, string>();
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      const hosts = virtualService.spec.get('hosts').texts;
      for (const destination of routedTo(virtualService.spec).filter(each => each.get('subset').text !== '' && hosts.includes(each.get('host').text))) {
        split.set(destination.get('host').text, virtualService.key);
      }
    }
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE).filter(each => each.spec.get('gateways').items.length > 0)) {
      for (const destination of routedTo(virtualService.spec).filter(each => each.get('subset').text === '')) {
        const host = destination.get('host');
        const other = split.get(host.text);
        if (other) {
          yield problem(host, `What comes in by this route is spread over all of ${host.text}, whatever ${other} says about its subsets.`, 'Choose the subsets here too.');
        }
      }
    }
  },
};

/** Where requests go, copies not counted. */
function routedTo(spec: Field): Field[] {
  return spec.get('http').items.flatMap(each => each.get('route').items).map(each => each.get('destination'));
}
