import { type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnverifiedServer',
  severity: Severity.INFO,
  covers: ['IST0128', 'IST0129'],
  summary: 'A DestinationRule originates TLS without a certificate authority',
  explanation:
    'Istio trusts the authorities of the operating system of the proxy then, so that a server with a private '
    + 'authority is not reached. Releases before 1.21 verify no certificate unless VERIFY_CERTIFICATE_AT_CLIENT is set. '
    + 'A `credentialName` includes the authority, for workloads that the rule selects.',
  *find(cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const policy = rule.spec.get('trafficPolicy');
      const [whole, ports] = [[policy.get('tls')], policy.get('portLevelSettings').items.map(each => each.get('tls'))];
      for (const tls of [...whole, ...ports]) {
        if (['SIMPLE', 'MUTUAL'].includes(tls.get('mode').text) && !namesAuthority(tls, rule.spec)) {
          yield problem(
            tls.get('mode'),
            `TLS to ${rule.spec.get('host').text} has no caCertificates, so whether its certificate is `
              + 'verified depends on defaults.',
            'Set `caCertificates`, e.g. to /etc/ssl/certs/ca-certificates.crt.',
            [ports.includes(tls) ? 'IST0129' : 'IST0128'],
          );
        }
      }
    }
  },
};

function namesAuthority(tls: Field, spec: Field): boolean {
  return (
    tls.get('caCertificates').text !== ''
    || (tls.get('credentialName').text !== '' && spec.get('workloadSelector').exists)
  );
}
