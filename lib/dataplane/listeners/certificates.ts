import { type Cluster, controllerOf, type Field, isGranted, Kind, reference, type Resource } from '../../manifests';
import { secretProblem, type SecretReader } from './certificate-secrets';
import { listenersOf } from './listener-sets';

/** Why a listener of a Gateway of the Gateway API has no certificate. */
export interface CertificateFailure {
  readonly at: Field;
  readonly reason: string;
}

/**
 * Why a listener that terminates TLS has no certificate that it may use; undefined if it has one, or needs none. Of
 * several references one that is right is enough. Secrets that are not among the manifests are assumed to be right.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#listenertlsconfig
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/validate.go
 */
export function certificateFailure(
  listener: Field,
  gateway: Resource,
  cluster: Cluster,
): CertificateFailure | undefined {
  const tls = listener.get('tls');
  if (!['HTTPS', 'TLS'].includes(listener.get('protocol').text) || tls.get('mode').text === 'Passthrough') {
    return undefined;
  }
  const references = tls.get('certificateRefs').items;
  if (references.length === 0) {
    // An option of Istio names other certificates.
    return controllerOf(gateway, cluster) === 'istio' && Object.keys(tls.get('options').strings).length > 0
      ? undefined
      : { at: tls.exists ? tls : listener, reason: 'it has no certificateRefs' };
  }
  const reader = controllerOf(gateway, cluster) === 'istio' ? 'istio' : 'envoy-gateway';
  const failures = references.flatMap(each => failureOf(each, reader, cluster) ?? []);
  return failures.length < references.length ? undefined : failures[0];
}

function failureOf(at: Field, reader: SecretReader, cluster: Cluster): CertificateFailure | undefined {
  const to = reference(at, at.resource, 'Secret', '');
  if (to.kind !== 'Secret' || to.group !== '') {
    return { at: at.get('kind'), reason: `a ${to.kind} is no certificate` };
  }
  if (!isGranted(at.resource, to, cluster)) {
    return { at, reason: `no ReferenceGrant allows it to reference the Secret ${to.name} of ${to.namespace}` };
  }
  const problem = secretProblem(to.name, to.namespace, reader, cluster);
  return problem === undefined
    ? undefined
    : { at: at.get('name'), reason: `the Secret ${to.namespace}/${to.name} ${problem}` };
}

/** Why a server of a Gateway of Istio has no certificate: its Secrets are in the namespace of the gateway's Pods. */
export function credentialFailure(server: Field, namespace: string, cluster: Cluster): CertificateFailure | undefined {
  const tls = server.get('tls');
  if (!['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(tls.get('mode').text)) {
    return undefined;
  }
  const names = [tls.get('credentialName'), ...tls.get('credentialNames').items].filter(each => each.text !== '');
  const [failure] = names.flatMap(at => {
    const problem = secretProblem(at.text, namespace, 'istio', cluster);
    return problem === undefined ? [] : [{ at, reason: `the Secret ${namespace}/${at.text} ${problem}` }];
  });
  return failure;
}

/** The listeners of Gateways that have no certificate. */
export function certificateFailures(cluster: Cluster): CertificateFailure[] {
  return cluster
    .all(Kind.GATEWAY)
    .filter(gateway => controllerOf(gateway, cluster) !== 'unknown')
    .flatMap(gateway =>
      listenersOf(gateway, cluster).flatMap(each => certificateFailure(each, gateway, cluster) ?? []),
    );
}
