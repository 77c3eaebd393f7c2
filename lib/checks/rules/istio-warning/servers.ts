import { type Cluster, type Field, Kind } from '../../../manifests';
import { problem, type Problem } from '../../manifests/check';
import { isHttp } from '../../manifests/schema/protocols';
import { isGiven, isPassedOn } from '../../manifests/schema/server-tls';

const CERTIFICATES = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'caCrl',
  'tlsCertificates',
  'credentialName',
  'credentialNames',
];
const OLD_VERSIONS = ['TLSV1_0', 'TLSV1_1'];
const CIPHERS = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

/** Warnings of Istio about the servers of Gateways and Sidecars. */
export function* warnedServers(cluster: Cluster): Iterable<Problem> {
  const servers = cluster.all(Kind.ISTIO_GATEWAY).flatMap(each => each.spec.get('servers').items);
  const listeners = cluster.all(Kind.SIDECAR).flatMap(each => each.spec.get('ingress').items);
  for (const tls of [...servers, ...listeners].map(each => each.get('tls')).filter(each => each.exists)) {
    yield* ciphers(tls);
    yield* certificates(tls);
  }
  for (const server of servers.filter(
    each =>
      each.get('tls', 'httpsRedirect').isTrue && !isHttp(each.get('port', 'protocol').text) && each.get('port').exists,
  )) {
    yield problem(
      server.get('tls', 'httpsRedirect'),
      'Only plain-text HTTP can be redirected to HTTPS.',
      'Move the redirect to the HTTP server.',
    );
  }
}

function* certificates(tls: Field): Iterable<Problem> {
  for (const name of isPassedOn(tls) ? CERTIFICATES.filter(each => isGiven(tls.get(each))) : []) {
    yield problem(
      tls.get(name),
      `The gateway passes TLS through and ignores ${name}.`,
      'Set mode: SIMPLE, or remove it.',
    );
  }
  const hasSecret = isGiven(tls.get('credentialName')) || isGiven(tls.get('credentialNames'));
  if (
    ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(tls.get('mode').text)
    && !hasSecret
    && tls.get('tlsCertificates').items.length > 2
  ) {
    yield problem(
      tls.get('tlsCertificates'),
      'Only two certificates are used.',
      'Keep two certificates with different key types.',
    );
  }
}

function* ciphers(tls: Field): Iterable<Problem> {
  const suites = tls.get('cipherSuites').items;
  const version = tls.get('minProtocolVersion');
  if (OLD_VERSIONS.includes(version.text) && suites.length === 0) {
    yield problem(
      version,
      'The default cipher suites of gateways do not support such an old TLS version.',
      'Set cipherSuites, or use TLSV1_2.',
    );
  }
  const seen = new Set<string>();
  for (const suite of suites) {
    if (isUnknown(suite.text) || seen.has(suite.text)) {
      yield problem(
        suite,
        seen.has(suite.text)
          ? `"${suite.text}" is listed twice.`
          : `Envoy does not support the cipher suite "${suite.text}", so it is ignored.`,
        'Remove it, or correct its name.',
      );
    }
    seen.add(suite.text);
  }
}

/** Group names, which begin with an operator, are left to Envoy. */
function isUnknown(suite: string): boolean {
  return /^[\p{L}\p{N}]/u.test(suite) && suite !== 'ALL' && !CIPHERS.has(suite);
}
