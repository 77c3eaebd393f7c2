import { type Cluster, type Field, isGranted, Kind, millisOf, type Resource } from '../../manifests';
import { certificatesIn, dataOf } from '../endpoints/certificate-authorities';
import type { Attachment } from './attachment';
import { bytesIn, type InvalidSetting, isCount } from './traffic-problems';

/**
 * The settings of a ClientTrafficPolicy that Envoy Gateway rejects, so that all routes of its listeners respond with
 * 500. Certificates of authorities that are not among the manifests are assumed to be valid.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/clienttrafficpolicy.go
 */
export function invalidClient(policy: Resource, { listener }: Attachment, cluster: Cluster): InvalidSetting[] {
  const { spec } = policy;
  const durations = [
    ...['tcp', 'http'].flatMap(each => spec.get('timeout', each).entries.map(([, at]) => at)),
    ...['closeDelay', 'maxConnectionDuration', 'maxStreamDuration'].map(name =>
      spec.get('connection', 'connectionLimit', name),
    ),
    ...['idleTime', 'interval'].map(name => spec.get('tcpKeepalive', name)),
  ];
  const limit = spec.get('connection', 'bufferLimit');
  const validation = spec.get('tls', 'clientValidation');
  const problem = validation.exists && listener.get('tls').exists ? problemOf(validation, cluster) : undefined;
  return [
    ...durations
      .filter(each => each.exists && millisOf(each.text) === undefined)
      .map(at => ({ name: 'timeout', at, problem: `"${at.text}" is no duration` })),
    ...(limit.exists && !isCount(bytesIn(limit.text))
      ? [{ name: 'connection', at: limit, problem: `"${limit.text}" is no number of bytes in 32 bits` }]
      : []),
    ...['earlyRequestHeaders', 'lateResponseHeaders']
      .map(name => spec.get('headers', name))
      .filter(at => at.exists && at.entries.every(([, each]) => each.items.length === 0))
      .map(at => ({ name: 'headers', at, problem: 'it changes no header' })),
    ...(problem === undefined ? [] : [{ name: 'tls', at: validation, problem }]),
  ];
}

/** Modes that verify certificates need an authority. */
function problemOf(validation: Field, cluster: Cluster): string | undefined {
  const references = validation.get('caCertificateRefs').items;
  const isVerifying = !['Request', 'RequireAny'].includes(validation.get('mode').text);
  return isVerifying && references.length === 0
    ? 'it has no caCertificateRefs'
    : references.map(each => problemOfAuthority(each, cluster)).find(each => each !== undefined);
}

function problemOfAuthority(at: Field, cluster: Cluster): string | undefined {
  const kind = at.get('kind').text || 'Secret';
  const [name, namespace] = [at.get('name').text, at.get('namespace').text || at.resource.namespace];
  if (!['Secret', 'ConfigMap'].includes(kind)) {
    return kind === 'ClusterTrustBundle' ? undefined : `${kind} is no kind for certificates of authorities`;
  }
  if (!isGranted(at.resource, { at, group: '', kind, name, namespace }, cluster)) {
    return `no ReferenceGrant allows it the ${kind} ${namespace}/${name}`;
  }
  const object = cluster.find(kind === 'Secret' ? Kind.SECRET : Kind.CONFIG_MAP, name, namespace);
  const data = object && dataOf(object);
  if (!data) {
    return undefined;
  }
  const [first, ...others] = Object.values(data);
  const pem = data['ca.crt'] ?? (others.length === 0 ? first : undefined);
  return pem !== undefined && hasCertificate(pem) ? undefined : `the ${kind} ${namespace}/${name} has no certificate`;
}

/** Invalid certificates beside valid ones are left out. */
function hasCertificate(pem: string): boolean {
  const blocks = pem.split(/(?<=-----END CERTIFICATE-----)/);
  return blocks.some(each => {
    try {
      return certificatesIn(each).length > 0;
    } catch {
      return false;
    }
  });
}
