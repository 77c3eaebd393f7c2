import { Kind, fullHost, covers as coversHost } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { targetOf } from './destinations';

export const unknownRuleHost: Check = {
  id: 'UnknownRuleHost',
  severity: Severity.WARNING,
  covers: ['IST0174', 'KIA0202'],
  summary: 'A DestinationRule is for a host that no Service or ServiceEntry declares',
  explanation: 'It applies to nothing. A wildcard counts as known when some host is under it.',
  *find(cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const host = rule.spec.get('host');
      const full = fullHost(host.text, rule.namespace, cluster.clusterDomain);
      const isWildcard = full.startsWith('*');
      const isKnown = isWildcard ? cluster.hosts.all.some(each => coversHost(full, each.name)) : targetOf(host.text, rule, cluster) !== undefined;
      if (!isKnown) {
        yield problem(host, `Nobody declares the host "${host.text}", so the rule applies to nothing.`, 'Correct the host, write it with its namespace and domain, or declare a ServiceEntry.', isWildcard ? ['IST0174'] : undefined);
      }
    }
  },
};
