import { X509Certificate } from 'node:crypto';
import type { Resource } from '../../../manifests';

/** In the order in which Istio looks for them. */
const PAIRS = [['cert', 'key'], ['tls.crt', 'tls.key']] as const;

/** What keeps a Secret from being a certificate for a gateway; undefined if nothing does. */
export function certificateProblem(secret: Resource): string | undefined {
  const data = (name: string) => secret.root.get('stringData', name).text || Buffer.from(secret.root.get('data', name).text, 'base64').toString();
  const pair = PAIRS.map(([certificate, key]) => ({ certificate: data(certificate), key: data(key) })).find(each => each.certificate !== '' && each.key !== '');
  if (!pair) {
    return 'has no tls.crt and tls.key';
  }
  try {
    new X509Certificate(pair.certificate);
    return undefined;
  } catch {
    return 'holds something that is no certificate';
  }
}
