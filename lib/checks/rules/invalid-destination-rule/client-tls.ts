import type { Field } from '../../../manifests';
import type { Complain } from '../../manifests/schema/rules';

const CONFIG_MAP = 'configmap://';

/** TLS settings of a client. */
export function checkClientTls(tls: Field, complain: Complain): void {
  const mode = tls.get('mode').text;
  const given = (names: readonly string[]) =>
    names.filter(name => tls.get(name).text !== '' || tls.get(name).items.length > 0);
  const name = tls.get('credentialName');
  if (name.text.startsWith(CONFIG_MAP) && !isOwnConfigMap(name.text.slice(CONFIG_MAP.length), tls.resource.namespace)) {
    complain(
      name,
      'The ConfigMap with certificates is not in the namespace of the rule.',
      `Write ${CONFIG_MAP}${tls.resource.namespace}/NAME.`,
    );
  }
  const ignored =
    mode === 'SIMPLE'
      ? ['caCertificates', 'credentialName', 'subjectAltNames']
      : mode === 'MUTUAL'
        ? ['caCertificates', 'subjectAltNames']
        : [];
  if (tls.get('insecureSkipVerify').isTrue && given(ignored).length > 0) {
    complain(
      tls.get('insecureSkipVerify'),
      `insecureSkipVerify excludes ${given(ignored).join(' and ')}.`,
      'Remove insecureSkipVerify.',
    );
  }
  if (!['SIMPLE', 'MUTUAL'].includes(mode)) {
    return;
  }
  if (name.text !== '') {
    const doubled = given(['clientCertificate', 'privateKey', 'caCertificates', 'caCrl']);
    doubled.forEach(each =>
      complain(tls.get(each), `credentialName and ${each} are mutually exclusive.`, 'Keep one of them.'),
    );
  } else if (mode === 'MUTUAL') {
    const missing = ['clientCertificate', 'privateKey'].filter(each => tls.get(each).text === '');
    if (missing.length > 0) {
      complain(tls, `MUTUAL needs ${missing.join(' and ')}.`, 'Add them, or a credentialName.');
    }
  }
}

function isOwnConfigMap(path: string, namespace: string): boolean {
  const [first = '', ...more] = path.split('/');
  return more.length === 1 && first === namespace && more[0] !== '';
}
