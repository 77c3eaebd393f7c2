import { X509Certificate } from 'node:crypto';
import { type Cluster, type Field, isMade, Kind, type Resource } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';

/** What applies BackendTLSPolicies: the proxies of Istio, or Envoy Gateway. */
export type TlsOriginator = 'istio' | 'envoy-gateway';

/** The authorities that a proxy trusts for the certificate of a backend. */
export interface Authorities {
  /** Their certificates; undefined for public ones, and for those whose object another one makes. */
  readonly certificates?: readonly X509Certificate[];
  /** Why no certificate is accepted. */
  readonly problem?: string;
  /** Whether the reference itself is invalid, so that the proxy has no TLS settings. */
  readonly isUnresolved?: boolean;
}

/**
 * The authorities in the `validation` of a BackendTLSPolicy. Istio reads the first reference, a ConfigMap; Envoy
 * Gateway all of them, Secrets and ClusterTrustBundles too.
 */
export function authoritiesOf(validation: Field, originator: TlsOriginator, cluster: Cluster): Authorities {
  const wellKnown = validation.get('wellKnownCACertificates').text;
  const references = validation.get('caCertificateRefs').items;
  return originator === 'istio'
    ? wellKnown !== '' || !references[0]
      ? {}
      : bundleOf([ofIstio(references[0], cluster)])
    : wellKnown === 'System'
      ? {}
      : bundleOf(referencesOfGateway(references).map(each => ofGateway(each, cluster)));
}

/** A bundle in PEM, nothing if an object makes it, or why there is none. */
type Bundle = { readonly pem?: string } | { readonly missing: string };

function bundleOf(bundles: readonly Bundle[]): Authorities {
  const missing = bundles.length === 0 ? 'it has no caCertificateRefs' : bundles.flatMap(missingIn)[0];
  if (missing !== undefined) {
    return { problem: missing, isUnresolved: true };
  }
  const texts = bundles.map(each => ('pem' in each ? each.pem : undefined));
  if (texts.includes(undefined)) {
    return {};
  }
  try {
    return { certificates: texts.flatMap(each => certificatesIn(each ?? '')) };
  } catch {
    return { problem: 'its certificates of authorities are not in PEM format' };
  }
}

function missingIn(bundle: Bundle): string[] {
  return 'missing' in bundle ? [bundle.missing] : [];
}

function ofIstio(at: Field, cluster: Cluster): Bundle {
  const [group, kind] = [at.get('group').text, at.get('kind').text];
  if (group !== '' || kind !== Kind.CONFIG_MAP) {
    return { missing: `Istio does not read certificates of authorities from a ${kind} (${String(at)})` };
  }
  return fromObject(at, Kind.CONFIG_MAP, data => data.cacert || data['ca.crt'], cluster);
}

/** References of other kinds are skipped; those of a ClientTrafficPolicy without a kind are Secrets. */
function referencesOfGateway(references: readonly Field[]): Field[] {
  return references.filter(each => ['', 'ConfigMap', 'Secret', TRUST_BUNDLE].includes(each.get('kind').text));
}

const TRUST_BUNDLE = 'ClusterTrustBundle';

function ofGateway(at: Field, cluster: Cluster): Bundle {
  if (at.get('kind').text === TRUST_BUNDLE) {
    const bundle = cluster.resources.find(each => each.kind === TRUST_BUNDLE && each.name === at.get('name').text);
    return bundle ? { pem: bundle.spec.get('trustBundle').text } : { missing: missing(at) };
  }
  const type = at.get('kind').text === 'ConfigMap' ? Kind.CONFIG_MAP : Kind.SECRET;
  return fromObject(
    at,
    type,
    data => data['ca.crt'] ?? data['tls.crt'] ?? (Object.keys(data).length === 1 ? Object.values(data)[0] : undefined),
    cluster,
  );
}

function fromObject(
  at: Field,
  type: typeof Kind.SECRET | typeof Kind.CONFIG_MAP,
  choose: (data: Readonly<Record<string, string>>) => string | undefined,
  cluster: Cluster,
): Bundle {
  const [name, { namespace }] = [at.get('name').text, at.resource];
  const object = cluster.find(type, name, namespace);
  if (!object) {
    return isMade({ type, name, namespace }, cluster) || isOfTrustManager(name, cluster)
      ? {}
      : { missing: missing(at) };
  }
  if (object.root.get('type').text === 'gateway.envoyproxy.io/sds-ref') {
    throw new Unsimulated(`The Secret ${object.key} refers to another server for its certificate.`, 'Use a ConfigMap.');
  }
  const pem = choose(dataOf(object));
  return pem === undefined || pem === ''
    ? { missing: `the ${object.kind} ${object.key} has no certificate of an authority (${String(at)})` }
    : { pem };
}

function missing(at: Field): string {
  const { namespace } = at.resource;
  return `the ${at.get('kind').text} ${namespace}/${at.get('name').text} does not exist (${String(at)})`;
}

/** trust-manager writes a ConfigMap with the name of its Bundle into namespaces. */
function isOfTrustManager(name: string, cluster: Cluster): boolean {
  return cluster.all('Bundle.trust.cert-manager.io').some(each => each.name === name);
}

/** The decoded data of a ConfigMap or a Secret. */
export function dataOf({ type, root }: Resource): Readonly<Record<string, string>> {
  const data = root.get('data').strings;
  return type === Kind.SECRET
    ? {
        ...Object.fromEntries(
          Object.entries(data).map(([name, each]) => [name, Buffer.from(each, 'base64').toString()] as const),
        ),
        ...root.get('stringData').strings,
      }
    : data;
}

/** The certificates in a text in PEM format. Throws if there are none, or if one is invalid. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [pem];
  return blocks.map(each => new X509Certificate(each));
}
