import { covers as coversHost, fullHost, isElsewhere, Kind, missingHost } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
import { targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnknownRuleHost',
  severity: Severity.WARNING,
  covers: ['IST0174', 'KIA0202'],
  summary: 'A DestinationRule has a host that no Service or ServiceEntry declares',
  explanation:
    'The rule has no effect. A wildcard is accepted if it covers at least one host. The annotation '
    + '`cardinal.cdk8s.io/elsewhere` of the rule lists hosts that other manifests declare.',
  *find(cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const host = rule.spec.get('host');
      const full = fullHost(host.text, rule.namespace, cluster.clusterDomain);
      const isWildcard = full.startsWith('*');
      const isKnown = isWildcard
        ? cluster.hosts.all.some(each => coversHost(full, each.name))
        : targetOf(host.text, rule, cluster) !== undefined || Gateways.of(cluster).hasHost(host.text, rule.namespace);
      if (!isKnown && !isElsewhere(rule, full)) {
        yield absent(
          missingHost(host.text, rule.namespace, cluster),
          problem(
            host,
            `No Service or ServiceEntry declares the host "${host.text}", so the rule has no effect.`,
            'Correct the host, write it with its namespace and domain, or declare a ServiceEntry.',
            isWildcard ? ['IST0174'] : undefined,
          ),
        );
      }
    }
  },
};
