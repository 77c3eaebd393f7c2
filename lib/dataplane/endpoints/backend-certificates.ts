import type { X509Certificate } from 'node:crypto';
import { type Cluster, Kind, memoByKey, type Resource, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { BackendTls } from './backend-tls';
import { certificatesIn, dataOf } from './certificate-authorities';

/** Whether a proxy accepts the certificate of a workload, and what is known of that certificate. */
export interface CertificateVerdict {
  /** Why it does not accept it. */
  readonly problem?: string;
  /** The certificate, in words. */
  readonly certificate: string;
}

/**
 * Verifies the certificate of a workload: that of the one TLS Secret that its Pods mount, if its contents are among the
 * manifests. A certificate of which nothing is known is assumed to be valid. Validity periods are not compared.
 */
export function verifyCertificate(tls: BackendTls, workload: Workload, cluster: Cluster): CertificateVerdict {
  const verdicts: CertificateVerdict[] = presentedBy(cluster, workload).map(({ secret, chain }) => ({
    certificate: `the certificate in Secret ${secret.key}`,
    problem: problemOf(chain, tls),
  }));
  const [first = { certificate: 'a certificate that is assumed to be valid' }, ...others] = verdicts;
  if (others.some(each => (each.problem === undefined) !== (first.problem === undefined))) {
    throw new Unsimulated(
      `${workload.namespace}/${workload.name} mounts several certificates `
        + `(${verdicts.map(each => each.certificate.replace(/^.* /, '')).join(', ')}), which differ in whether the `
        + `BackendTLSPolicy ${tls.at.resource.key} accepts them.`,
      'Leave those that it does not present out of the manifests of the test.',
    );
  }
  return first;
}

function problemOf(chain: readonly X509Certificate[], { names, authorities }: BackendTls): string | undefined {
  const [leaf] = chain;
  if (!leaf) {
    return 'is empty';
  }
  if (authorities.certificates && !isTrusted(leaf, chain.slice(1), authorities.certificates)) {
    return 'is not issued by an authority that it trusts';
  }
  return names.length === 0 || names.some(each => hasName(leaf, each))
    ? undefined
    : `has none of the names ${names.join(', ')}`;
}

/** Envoy accepts an intermediate certificate, and that of the server itself, as an authority. */
function isTrusted(
  certificate: X509Certificate,
  intermediates: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): boolean {
  return (
    authorities.some(each => each.raw.equals(certificate.raw) || isIssuedBy(certificate, each))
    || intermediates.some(
      each =>
        isIssuedBy(certificate, each)
        && isTrusted(
          each,
          intermediates.filter(other => other !== each),
          authorities,
        ),
    )
  );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function hasName(certificate: X509Certificate, name: string): boolean {
  const value = name.slice(name.indexOf(':') + 1);
  return name.startsWith('DNS:')
    ? certificate.checkHost(value, { subject: 'never' }) !== undefined
    : (certificate.subjectAltName ?? '').split(', ').includes(name);
}

/** The TLS Secrets among the manifests that the Pods of a workload mount, with their certificates. */
const presentedBy = memoByKey(
  (cluster: Cluster, workload: Workload): readonly { secret: Resource; chain: readonly X509Certificate[] }[] =>
    [...new Set(secretsIn(workload))].flatMap(name => {
      const secret = cluster.find(Kind.SECRET, name, workload.namespace);
      const pem = secret && dataOf(secret)['tls.crt'];
      return pem ? [{ secret, chain: chainIn(pem, secret) }] : [];
    }),
);

function chainIn(pem: string, secret: Resource): readonly X509Certificate[] {
  try {
    return certificatesIn(pem);
  } catch {
    throw new Unsimulated(
      `The Secret ${secret.key} has no readable certificate (data["tls.crt"]).`,
      'Write one for the test, or leave the Secret out of its manifests.',
    );
  }
}

function secretsIn({ pod }: Workload): string[] {
  return pod
    .get('volumes')
    .items.flatMap(each => [
      each.get('secret', 'secretName').text,
      ...each.get('projected', 'sources').items.map(source => source.get('secret', 'name').text),
    ])
    .filter(each => each !== '');
}
