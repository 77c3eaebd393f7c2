import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type Cluster, isContentKnown, isMade, Kind, type Resource } from '../../manifests';
import { dataOf } from '../endpoints/certificate-authorities';

/** What reads a Secret: Istio also accepts the names `cert` and `key`, Envoy Gateway only Secrets of type TLS. */
export type SecretReader = 'istio' | 'envoy-gateway';

/**
 * Why a Secret is no certificate and key for a gateway; undefined if it is one, or if it is not among the manifests.
 * Its validity period is not compared.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/credentials/kube/secrets.go
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/tls.go
 */
export function secretProblem(
  name: string,
  namespace: string,
  reader: SecretReader,
  cluster: Cluster,
): string | undefined {
  const secret = cluster.find(Kind.SECRET, name, namespace);
  const isKnown = secret && isContentKnown(secret) && !isMade({ type: Kind.SECRET, name, namespace }, cluster);
  return isKnown ? problemOf(secret, reader) : undefined;
}

function problemOf(secret: Resource, reader: SecretReader): string | undefined {
  const type = secret.root.get('type').text;
  if (reader === 'envoy-gateway' && type !== TLS) {
    return type === SDS ? undefined : `is not of type ${TLS}`;
  }
  const data = dataOf(secret);
  const [pair] = PAIRS[reader].filter(([certificate, key]) => data[certificate] && data[key]);
  return pair ? problemOfPair(data[pair[0]] ?? '', data[pair[1]] ?? '') : 'has no tls.crt and tls.key';
}

const TLS = 'kubernetes.io/tls';
const SDS = 'gateway.envoyproxy.io/sds';

/** In their order of precedence. */
const PAIRS: Readonly<Record<SecretReader, readonly (readonly [string, string])[]>> = {
  istio: [
    ['cert', 'key'],
    ['tls.crt', 'tls.key'],
  ],
  'envoy-gateway': [['tls.crt', 'tls.key']],
};

function problemOfPair(pem: string, key: string): string | undefined {
  const certificate = unlessInvalid(() => new X509Certificate(pem));
  const privateKey = unlessInvalid(() => createPrivateKey(key));
  if (!certificate || !privateKey) {
    return `contains an invalid ${certificate ? 'key' : 'certificate'}`;
  }
  return certificate.checkPrivateKey(privateKey) ? undefined : 'contains a key of another certificate';
}

function unlessInvalid<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
