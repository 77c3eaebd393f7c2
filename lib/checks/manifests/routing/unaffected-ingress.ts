import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { destinationsOf } from './destinations';

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
      for (const { host } of virtualService.spec.get('http').items.length > 0 ? destinationsOf(virtualService).filter(each => !each.isMirror && each.subset !== '' && hosts.includes(each.host)) : []) {
        split.set(host, virtualService.key);
      }
    }
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE).filter(each => each.spec.get('gateways').items.length > 0)) {
      for (const route of virtualService.spec.get('http').items.flatMap(each => each.get('route').items)) {
        const host = route.get('destination', 'host');
        const other = split.get(host.text);
        if (other && route.get('destination', 'subset').text === '') {
          yield problem(host, `What comes in by this route is spread over all of ${host.text}, whatever ${other} says about its subsets.`, 'Choose the subsets here too.');
        }
      }
    }
  },
};
