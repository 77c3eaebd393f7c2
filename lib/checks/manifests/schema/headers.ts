import type { Field } from '../../../manifests';
import { isRoutingClaim } from '../routing/jwt-claim-routes';
import { isPattern } from './patterns';
import type { Complain } from './rules';

const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const PSEUDO = new Set([':method', ':scheme', ':authority', ':path', ':status']);
/** Envoy's substitution format: `%NAME%`, `%NAME(text)%` or `%NAME(["text", …])%`; a percent sign itself is `%%`. */
const STRING = '"(\\\\.|[^\\\\")])*"';
const ARGUMENTS = `(\\[ *${STRING} *(, *${STRING} *)*\\] *|[^[ ](\\\\.|[^\\\\)"])*)`;
const VALUE = new RegExp(`^([^%]|%%|%[^%(]+%|%[^%(]+\\( *${ARGUMENTS}\\) *%)*$`, 's');
const LARGEST_HEADERS = 60 * 1024;
const CONTROL = /[\u0000-\u0008\u000A-\u001F\u007F]/;

/** Whether a text is a header name, or an HTTP/2 pseudo-header. */
function isHeaderName(name: string): boolean {
  return PSEUDO.has(name) || TOKEN.test(name);
}

/** Whether a text is a header name for CORS, where `*` is allowed. */
export function isPlainHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

/** Header operations on requests and responses. */
export function checkHeaders(headers: Field, complain: Complain): void {
  for (const direction of ['request', 'response']) {
    const operations = headers.get(direction);
    for (const [name, value] of ['add', 'set'].flatMap(each => operations.get(each).entries)) {
      checkChanged(name, value, direction === 'request', complain);
      if (CONTROL.test(value.text) || !isValue(value.text)) {
        complain(
          value,
          `"${value.text}" is not a valid header value.`,
          'Write %% for a percent sign, and %NAME% for a value that Envoy substitutes.',
        );
      }
    }
    operations.get('remove').items.forEach(each => checkChanged(each.text, each, false, complain));
  }
}

/** Whether Envoy can substitute a value. Values above its limit for headers are not parsed. */
function isValue(text: string): boolean {
  return text.length > LARGEST_HEADERS || VALUE.test(text);
}

function checkChanged(name: string, at: Field, mayBeHost: boolean, complain: Complain): void {
  if (name === '') {
    complain(at, 'The header has no name.', 'Set the name.');
  } else if ((name.startsWith(':') || name.toLowerCase() === 'host') && !(mayBeHost && isAuthority(name))) {
    complain(at, `"${name}" cannot be changed by a rule.`, 'Use `rewrite: { authority }` for the host.');
  }
}

/** Whether a header name means the host of the request. */
export function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}

/** A string match: an empty prefix and an empty regular expression are not allowed. */
export function checkTextMatch(match: Field, complain: Complain): void {
  if (match.get('prefix').exists && match.get('prefix').text === '') {
    complain(match, 'An empty prefix matches everything.', 'Remove it.');
  }
  checkPatternMatch(match, complain);
}

/** The regular expression of a match, if it is one. */
export function checkPatternMatch(match: Field, complain: Complain): void {
  const regex = match.get('regex');
  if (regex.exists && (regex.text === '' || !isPattern(regex.text))) {
    complain(
      regex,
      `"${regex.text}" is not a valid RE2 regular expression.`,
      'Avoid lookarounds and backreferences, and use at most 1024 characters.',
    );
  }
}

/** The headers that a rule matches, by their names. */
export function checkHeaderMatches(matches: Field, complain: Complain, isWithout = false): void {
  for (const [name, value] of matches.entries) {
    if (!isHeaderName(name) && !isRoutingClaim(name)) {
      complain(value, `"${name}" is not a valid header name.`, 'Use letters, digits and dashes.');
    }
    if (!isWithout || value.get('regex').text !== '*') {
      checkTextMatch(value, complain);
    }
  }
}
