import { type Field, hasLabels, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const duplicateCertificate: Check = {
  id: 'DuplicateCertificate',
  severity: Severity.WARNING,
  covers: ['IST0138'],
  summary: 'Two Gateways at the same pods use one certificate',
  explanation: 'A browser that has an HTTP/2 connection for one host uses it for every host of the certificate; the gateway then looks for the other host among those of the first connection, and answers 404.',
  *find(cluster) {
    const byCertificate = new Map<string, { readonly gateway: Resource; readonly tls: Field }[]>();
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      for (const tls of gateway.spec.get('servers').items.map(each => each.get('tls'))) {
        const certificate = certificateOf(tls);
        if (certificate !== '') {
          byCertificate.set(certificate, [...byCertificate.get(certificate) ?? [], { gateway, tls }]);
        }
      }
    }
    for (const uses of byCertificate.values()) {
      for (const { gateway, tls } of uses) {
        const others = uses.filter(other => other.gateway !== gateway && hasLabels(other.gateway.spec.get('selector').strings, gateway.spec.get('selector').strings));
        if (others.length > 0) {
          yield problem(tls, `${[...new Set(others.map(each => each.gateway.key))].join(' and ')} uses this certificate too, so browsers that re-use connections may get 404.`,
            'Put the servers into one Gateway, or give each a certificate of its own.');
        }
      }
    }
  },
};

function certificateOf(tls: Field): string {
  const name = tls.get('credentialName').text;
  const [certificate, key] = ['serverCertificate', 'privateKey'].map(each => tls.get(each).text);
  return name !== '' ? name : certificate && key ? `${certificate} ${key}` : '';
}
