import { isAutomatic, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { blankets } from '../../manifests/security/blanket-tls';
import { clientTlsOf, placeOf } from '../../manifests/security/tls-agreement';

export const rule: Check = {
  id: 'MutualTlsToPlainText',
  severity: Severity.ERROR,
  covers: ['KIA0205', 'KIA0206', 'KIA0505', 'KIA0506'],
  summary: 'A DestinationRule sets mutual TLS for pods that do not accept it',
  explanation:
    'A DestinationRule with ISTIO_MUTUAL for the mesh or a namespace needs pods that accept it. By '
    + 'default they do (PERMISSIVE): without any PeerAuthentication there is no problem, unless mutual TLS '
    + 'by '
    + 'default is disabled for the mesh; a PeerAuthentication with DISABLE is reported, also that of a '
    + 'namespace under a rule for the mesh.',
  *find(cluster) {
    for (const blanket of blankets(cluster)) {
      const tls = blanket.rule.spec.get('trafficPolicy', 'tls', 'mode');
      const missing = blanket.namespace === undefined ? 'KIA0205' : 'KIA0206';
      if (['ISTIO_MUTUAL', 'MUTUAL'].includes(blanket.mode) && blanket.asked === 'DISABLE') {
        yield problem(
          tls,
          `${placeOf(blanket)} plain text only, so these connections are closed.`,
          'Set the PeerAuthentication to PERMISSIVE or STRICT, or declare a DestinationRule for its hosts '
            + 'with DISABLE.',
          blanket.asking.length > 0 ? ['KIA0505'] : blanket.namespace === undefined ? ['KIA0506'] : [missing],
        );
      } else if (blanket.mode === 'ISTIO_MUTUAL' && blanket.asked === undefined && !isAutomatic(cluster)) {
        yield problem(
          tls,
          'No PeerAuthentication enables mutual TLS in '
            + `${blanket.namespace === undefined ? 'any namespace' : `namespace ${blanket.namespace}`}, so these `
            + 'connections may fail.',
          'Declare a PeerAuthentication with PERMISSIVE or STRICT.',
          [missing],
        );
      }
    }
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      for (const { at } of clientTlsOf(rule, cluster).filter(
        ({ mode, accepted }) => mode === 'ISTIO_MUTUAL' && accepted.includes('DISABLE'),
      )) {
        yield problem(
          at,
          `The pods of ${rule.spec.get('host').text} accept plain text only, so these connections are closed.`,
          'Remove the tls settings, or set the PeerAuthentication to PERMISSIVE.',
          [],
        );
      }
    }
  },
};
