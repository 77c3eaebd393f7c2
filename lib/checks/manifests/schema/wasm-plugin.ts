import type { Field } from '../../../manifests';
import { isPort } from './names';
import type { Complain } from './rules';

const SCHEMES = new Set(['file', 'http', 'https', 'oci']);

const LONGEST_SECRET = 253;

const LONGEST_NAME = 256;

export function checkMatchedPorts(spec: Field, complain: Complain): void {
  for (const port of spec
    .get('match')
    .items.flatMap(each => each.get('ports').items)
    .filter(each => !isPort(each.get('number')))) {
    complain(port, 'The port has no number from 1 to 65535.', 'Add `number`.');
  }
}

export function checkModule(spec: Field, complain: Complain): void {
  const [url, digest, secret, name] = ['url', 'sha256', 'imagePullSecret', 'pluginName'].map(each => spec.get(each));
  if (!isModuleUrl(url?.text ?? '')) {
    complain(
      url?.exists ? url : spec,
      url?.text ? `"${url.text}" is not a valid module URL.` : 'The URL of the module is missing.',
      'Use oci://, https://, http:// or file://.',
    );
  }
  if (digest && digest.text !== '' && !/^[a-f0-9]{64}$/.test(digest.text)) {
    complain(digest, 'The digest is not 64 lower-case hexadecimal digits.', 'Use the SHA-256 digest of the module.');
  }
  if (secret && secret.text.length > LONGEST_SECRET) {
    complain(secret, 'The Secret name is too long.', 'Use the name of an existing Secret.');
  }
  if (name && name.text.length > LONGEST_NAME) {
    complain(name, 'The name of the plugin is too long.', `Use ${LONGEST_NAME} characters at most.`);
  }
  checkVariables(spec.get('vmConfig', 'env').items, complain);
}

function isModuleUrl(url: string): boolean {
  const [, scheme] = /^([a-zA-Z][-+.a-zA-Z0-9]*):/.exec(url) ?? [];
  return (
    url !== ''
    && !/%(?![0-9a-f]{2})/i.test(url)
    && (scheme === undefined || !url.includes('://') ? !/[\s\u007f]/.test(url) : SCHEMES.has(scheme.toLowerCase()))
  );
}

function checkVariables(variables: readonly Field[], complain: Complain): void {
  const seen = new Set<string>();
  for (const variable of variables) {
    const name = variable.get('name').text;
    if (name === '' || name.length > LONGEST_NAME || seen.has(name)) {
      complain(
        variable,
        seen.has(name) ? `The variable "${name}" is declared twice.` : 'The variable name is missing or too long.',
        'Use unique names of valid length.',
      );
    } else if (variable.get('valueFrom').text === 'HOST' && variable.get('value').text !== '') {
      complain(variable, 'A variable with `valueFrom: HOST` cannot have a value.', 'Remove `value`.');
    }
    seen.add(name);
  }
}
