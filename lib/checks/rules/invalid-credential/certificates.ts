import { X509Certificate } from 'node:crypto';
import type { Resource } from '../../../manifests';

/** In Istio's order of precedence. */
const PAIRS = [
  ['cert', 'key'],
  ['tls.crt', 'tls.key'],
] as const;

/** Why a Secret is not a valid certificate for a gateway; undefined if it is one. */
export function certificateProblem(secret: Resource): string | undefined {
  const data = (name: string) =>
    secret.root.get('stringData', name).text || Buffer.from(secret.root.get('data', name).text, 'base64').toString();
  const pair = PAIRS.map(([certificate, key]) => ({ certificate: data(certificate), key: data(key) })).find(
    each => each.certificate !== '' && each.key !== '',
  );
  if (!pair) {
    return 'has no tls.crt and tls.key';
  }
  try {
    new X509Certificate(pair.certificate);
    return undefined;
  } catch {
    return 'contains an invalid certificate';
  }
}
