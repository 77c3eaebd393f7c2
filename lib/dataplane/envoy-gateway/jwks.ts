import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type Cluster, type Field, isMap, Kind } from '../../manifests';

/**
 * Why Envoy does not accept the keys that a provider of tokens has in the manifests: they are no set of keys, or none of
 * them is usable. Undefined for keys at a URL, and for those of a ConfigMap that is not among the manifests.
 * @see https://github.com/google/jwt_verify_lib/blob/master/src/jwks.cc
 */
export function problemOfLocalKeys(provider: Field, cluster: Cluster): string | undefined {
  const local = provider.get('localJWKS');
  const isInline = (local.get('type').text || 'Inline') === 'Inline';
  const text = isInline ? local.get('inline').value : dataOf(local, cluster);
  return typeof text === 'string' ? problemOf(text) : undefined;
}

function dataOf(local: Field, cluster: Cluster): unknown {
  const data = cluster
    .find(Kind.CONFIG_MAP, local.get('valueRef', 'name').text, local.resource.namespace)
    ?.root.get('data').strings;
  return data?.jwks ?? Object.values(data ?? {})[0];
}

function problemOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const keys = isMap(value) ? value.keys : undefined;
    return !Array.isArray(keys)
      ? 'its keys are no JSON Web Key Set'
      : keys.some(isUsable)
        ? undefined
        : 'none of its keys is usable';
  } catch {
    return 'its keys are not JSON';
  }
}

function isUsable(key: unknown): boolean {
  if (!isMap(key)) {
    return false;
  }
  const { kty, alg = '' } = key;
  const isFor = (...prefixes: string[]) => alg === '' || prefixes.some(each => String(alg).startsWith(each));
  switch (kty) {
    case 'oct':
      return isFor('HS') && typeof key.k === 'string' && /^[\w-]+$/.test(key.k);
    case 'RSA':
      return isFor('RS', 'PS') && isPublicKey(key);
    case 'EC':
      return isFor('ES') && ['P-256', 'P-384', 'P-521'].includes(String(key.crv)) && isPublicKey(key);
    case 'OKP':
      return isFor('EdDSA') && key.crv === 'Ed25519' && isPublicKey(key);
    default:
      return false;
  }
}

function isPublicKey(key: JsonWebKey): boolean {
  try {
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
