import { blanketRules, fullHost, isAutomatic, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'OverriddenTls',
  severity: Severity.WARNING,
  covers: ['KIA0204'],
  summary: 'A DestinationRule for a host overrides the mutual TLS of a rule for the namespace or the mesh',
  explanation:
    'Only the most specific rule applies to a host; its missing TLS settings are not inherited from the '
    + 'wildcard rule. This is harmless if proxies choose mutual TLS automatically, as they do unless the '
    + 'mesh disables it.',
  *find(cluster) {
    const wide = isAutomatic(cluster) ? [] : blanketRules(cluster).filter(each => each.mode === 'ISTIO_MUTUAL');
    for (const rule of wide.length > 0
      ? cluster.all(Kind.DESTINATION_RULE).filter(each => !wide.some(({ rule: other }) => other === each))
      : []) {
      const policy = rule.spec.get('trafficPolicy');
      const namespace = /^[^.]+\.([^.]+)\.svc\./.exec(
        fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain),
      )?.[1];
      const other = wide.find(each => each.namespace === undefined || each.namespace === namespace);
      if (other && ![policy, ...policy.get('portLevelSettings').items].some(each => each.get('tls').exists)) {
        yield problem(
          policy.exists ? policy : rule.spec,
          `The rule has no tls settings, and those of ${other.rule.key} do not apply to its host.`,
          'Repeat `tls: { mode: ISTIO_MUTUAL }`.',
        );
      }
    }
  },
};
