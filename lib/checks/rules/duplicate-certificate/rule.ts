import { addTo, type Field, hasLabels, Kind, type Labels, labelTexts } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { fewOf, listed } from '../../manifests/names';

export const rule: Check = {
  id: 'DuplicateCertificate',
  severity: Severity.WARNING,
  covers: ['IST0138'],
  summary: 'Two Gateways on the same pods use the same certificate',
  explanation:
    'Browsers reuse an HTTP/2 connection for every host that the certificate covers; the gateway looks '
    + "up the host among those of the first connection's Gateway, and answers 404.",
  *find(cluster) {
    const byCertificate = new Map<string, Use[]>();
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      for (const tls of gateway.spec.get('servers').items.map(each => each.get('tls'))) {
        const certificate = certificateOf(tls);
        if (certificate !== '') {
          addTo(byCertificate, certificate, { gateway: gateway.key, selector, tls });
        }
      }
    }
    for (const uses of byCertificate.values()) {
      const byLabel = new Map<string, Use[]>();
      uses.forEach(use => labelTexts(use.selector).forEach(label => addTo(byLabel, label, use)));
      for (const use of uses) {
        const [label] = labelTexts(use.selector);
        const others = fewOf(rivalsOf(use, label === undefined ? uses : (byLabel.get(label) ?? [])));
        if (others.length > 0) {
          yield problem(
            use.tls,
            `${listed(others)} also ${others.length > 1 ? 'use' : 'uses'} this certificate, so browsers that `
              + 'reuse connections may get 404.',
            'Merge the servers into one Gateway, or use a separate certificate for each.',
          );
        }
      }
    }
  },
};

interface Use {
  readonly gateway: string;
  readonly selector: Labels;
  readonly tls: Field;
}

function* rivalsOf({ gateway, selector }: Use, candidates: readonly Use[]): Iterable<string> {
  for (const other of candidates) {
    if (other.gateway !== gateway && hasLabels(other.selector, selector)) {
      yield other.gateway;
    }
  }
}

function certificateOf(tls: Field): string {
  const name = tls.get('credentialName').text;
  const [certificate, key] = ['serverCertificate', 'privateKey'].map(each => tls.get(each).text);
  return name !== '' ? name : certificate && key ? `${certificate} ${key}` : '';
}
