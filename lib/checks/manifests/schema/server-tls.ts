import type { Field } from '../../../manifests';
import type { Complain } from './rules';

const CERTIFICATES = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'tlsCertificates',
  'credentialName',
  'credentialNames',
];
const TERMINATING = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'];

/** The sources of a server's certificates. */
export function checkServerTls(tls: Field, complain: Complain): void {
  const mode = tls.get('mode').text;
  const has = (name: string) => isGiven(tls.get(name));
  if (mode === 'ISTIO_MUTUAL') {
    CERTIFICATES.filter(has).forEach(name =>
      complain(tls.get(name), `ISTIO_MUTUAL uses Istio's certificates, so ${name} is not allowed.`, 'Remove it.'),
    );
    return;
  }
  const sources = [
    has('serverCertificate') && has('privateKey'),
    has('credentialName'),
    has('credentialNames'),
    has('tlsCertificates'),
  ].filter(Boolean).length;
  if (sources > 1) {
    complain(
      tls,
      'The certificate has more than one source.',
      'Keep one of credentialName, credentialNames, tlsCertificates, or serverCertificate with privateKey.',
    );
  }
  const isTerminating = TERMINATING.includes(mode);
  if (isTerminating && (has('credentialName') || has('credentialNames'))) {
    return;
  }
  const pairs = has('tlsCertificates') ? tls.get('tlsCertificates').items : [tls];
  const missing = isTerminating
    ? [
        ...['serverCertificate', 'privateKey'].filter(name => pairs.some(each => !isGiven(each.get(name)))),
        ...(mode === 'SIMPLE' || has('caCertificates') ? [] : ['caCertificates']),
      ]
    : [];
  if (missing.length > 0) {
    complain(
      tls,
      `${mode} needs ${missing.join(', ')}, or a credentialName.`,
      'Add `credentialName` with the name of a Secret.',
    );
  }
  if (has('caCrl') && (has('credentialName') || mode === 'SIMPLE')) {
    complain(
      tls.get('caCrl'),
      'caCrl requires the mode MUTUAL and certificates from files.',
      'Move it into the Secret, or remove it.',
    );
  }
}

/** Whether TLS is passed through. */
export function isPassedOn(tls: Field): boolean {
  return ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(tls.get('mode').text);
}

export function isGiven(field: Field): boolean {
  return field.text !== '' || field.items.length > 0;
}
