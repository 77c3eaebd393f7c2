import { isIP } from 'node:net';
import type { Field } from '../../../manifests';

const LABEL = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const FIRST_LABEL = /^(\*|(\*-?)?[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;
/** A prefix of 253 characters, a slash, and a label. */
const LONGEST_LABEL_NAME = 317;

/** Whether a text is a DNS label, as required for names of subsets, ports and namespaces. */
export function isDnsLabel(text: string): boolean {
  return LABEL.test(text);
}

/** Whether a text is a host name, optionally with `*` as the first label or as a prefix of it. */
export function isHost(text: string): boolean {
  const [first = '', ...rest] = text.split('.');
  return (
    text.length <= LONGEST_NAME
    && first.length <= LONGEST_LABEL
    && FIRST_LABEL.test(first)
    && (rest.length === 0 || areLabels(rest))
  );
}

/** Whether a text is a host name without a wildcard. */
export function isFullName(text: string): boolean {
  return text !== '' && text.length <= LONGEST_NAME && areLabels(text.split('.'));
}

/** Labels of a name, the last of which is not a number; it may be empty, for a trailing dot. */
function areLabels(labels: readonly string[]): boolean {
  return (
    !/^[+-]?\d+$/.test(labels.at(-1) ?? '')
    && labels.every((label, index) => isDnsLabel(label) || (label === '' && index === labels.length - 1))
  );
}

/** Whether a `*` replaces part of a label. */
export function isPartialWildcard(host: string): boolean {
  return host.includes('*') && host !== '*' && !host.startsWith('*.');
}

export function isAddress(text: string): boolean {
  return isIP(text) > 0;
}

/** Whether a text is an address, or a range as `address/bits`. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  return (
    family > 0
    && more.length === 0
    && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
}

/** Whether a number is a valid port. */
export function isPort(port: Field): boolean {
  return port.number !== undefined && Number.isInteger(port.number) && port.number >= 1 && port.number <= 65535;
}

/** Whether a text is the path of a Unix socket, or the name of an abstract one. */
export function isSocket(path: string): boolean {
  return path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'));
}

const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_NAME = new RegExp(
  `^([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*/)?${QUALIFIED}$`,
);
const LABEL_VALUE = new RegExp(`^(${QUALIFIED})?$`);

/** Whether a label with this key and value is valid. */
export function isLabel(name: string, value: string): boolean {
  return (
    name.length <= LONGEST_LABEL_NAME
    && LABEL_NAME.test(name)
    && (name.split('/').at(-1) ?? '').length <= LONGEST_LABEL
    && LABEL_VALUE.test(value)
  );
}

/** Whether a text is `name` or `namespace/name`. */
export function isAccount(text: string): boolean {
  return /^([^/*]+\/)?[^/*]+$/.test(text) && text.length <= 320;
}

/** Whether a text has at most one `*`, as its prefix or suffix. */
export function hasWildcardAtEnd(text: string): boolean {
  return /^(\*?[^*]*|[^*]*\*)$/.test(text);
}

/** Whether a text is a port number; policies also accept 0. */
export function isPortText(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= 65535;
}
