import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { blankets } from '../../manifests/security/blanket-tls';
import { clientTlsOf, placeOf } from '../../manifests/security/tls-agreement';

export const rule: Check = {
  id: 'PlainTextToStrict',
  severity: Severity.ERROR,
  covers: ['KIA0207', 'KIA0208'],
  summary: 'A DestinationRule sets plain text, or TLS outside the mesh, for pods that require mutual TLS',
  explanation:
    "The callee's proxy closes the connection, and the caller's proxy responds with 503. The "
    + 'DestinationRule may apply to the mesh, a namespace or one host; `SIMPLE` and `MUTUAL` are not mesh '
    + 'mutual TLS either.',
  *find(cluster) {
    for (const blanket of blankets(cluster).filter(each => each.mode === 'DISABLE' && each.asked === 'STRICT')) {
      yield problem(
        blanket.rule.spec.get('trafficPolicy', 'tls', 'mode'),
        `${placeOf(blanket)} mutual TLS only, so these connections are closed.`,
        'Remove the tls settings, or set the PeerAuthentication to PERMISSIVE.',
        [blanket.asking.length === 0 ? 'KIA0208' : 'KIA0207'],
      );
    }
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      for (const { at } of clientTlsOf(rule, cluster).filter(
        ({ mode, accepted }) => ['DISABLE', 'SIMPLE', 'MUTUAL'].includes(mode) && accepted.includes('STRICT'),
      )) {
        yield problem(
          at,
          `The pods of ${rule.spec.get('host').text} require mutual TLS, so these connections are closed.`,
          'Use ISTIO_MUTUAL, or remove the tls settings.',
          [],
        );
      }
    }
  },
};
