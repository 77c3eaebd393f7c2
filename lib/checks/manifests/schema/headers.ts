import type { Field } from '../../../manifests';
import { isRoutingClaim } from '../routing/jwt-claim-routes';
import { isPattern } from './patterns';
import type { Complain } from './rules';

const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const PSEUDO = new Set([':method', ':scheme', ':authority', ':path', ':status']);
/** What Envoy fills in: `%NAME%`, `%NAME(text)%` or `%NAME(["text", …])%`; a percent sign itself is `%%`. */
const STRING = '"(\\\\.|[^\\\\")])*"';
const ARGUMENTS = `(\\[ *${STRING} *(, *${STRING} *)*\\] *|[^[ ](\\\\.|[^\\\\)"])*)`;
const VALUE = new RegExp(`^([^%]|%%|%[^%(]+%|%[^%(]+\\( *${ARGUMENTS}\\) *%)*$`, 's');
const LARGEST_HEADERS = 60 * 1024;
const CONTROL = /[\u0000-\u0008\u000A-\u001F\u007F]/;

/** Whether a text is the name of a header, or of one with which HTTP/2 begins. */
function isHeaderName(name: string): boolean {
  return PSEUDO.has(name) || TOKEN.test(name);
}

/** Whether a text is a name for CORS, which may be `*`. */
export function isPlainHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

/** What is done to the headers of requests and responses. */
export function checkHeaders(headers: Field, complain: Complain): void {
  for (const direction of ['request', 'response']) {
    const operations = headers.get(direction);
    for (const [name, value] of ['add', 'set'].flatMap(each => operations.get(each).entries)) {
      checkChanged(name, value, direction === 'request', complain);
      if (CONTROL.test(value.text) || !isValue(value.text)) {
        complain(value, `"${value.text}" is no value of a header.`, 'Write %% for a percent sign, and %NAME% for what Envoy fills in.');
      }
    }
    operations.get('remove').items.forEach(each => checkChanged(each.text, each, false, complain));
  }
}

/** Whether Envoy can fill in a value. One larger than it lets headers be is not looked into. */
function isValue(text: string): boolean {
  return text.length > LARGEST_HEADERS || VALUE.test(text);
}

function checkChanged(name: string, at: Field, mayBeHost: boolean, complain: Complain): void {
  if (name === '') {
    complain(at, 'The header has no name.', 'Name it.');
  } else if ((name.startsWith(':') || name.toLowerCase() === 'host') && !(mayBeHost && isAuthority(name))) {
    complain(at, `"${name}" is not for rules to change.`, 'Use `rewrite: { authority }` for the host.');
  }
}

/** Whether a name of a header stands for the host of the request. */
export function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}

/** A text that is matched: what it begins with cannot be nothing, nor its regular expression. */
export function checkTextMatch(match: Field, complain: Complain): void {
  if (match.get('prefix').exists && match.get('prefix').text === '') {
    complain(match, 'An empty prefix matches everything.', 'Leave it out.');
  }
  checkPatternMatch(match, complain);
}

/** The regular expression of a match, if it is one. */
export function checkPatternMatch(match: Field, complain: Complain): void {
  const regex = match.get('regex');
  if (regex.exists && (regex.text === '' || !isPattern(regex.text))) {
    complain(regex, `"${regex.text}" is no regular expression of RE2.`, 'Write one without looking around and referring back, of 1024 characters at most.');
  }
}

/** The headers that a rule matches, by their names. */
export function checkHeaderMatches(matches: Field, complain: Complain, isWithout = false): void {
  for (const [name, value] of matches.entries) {
    if (!isHeaderName(name) && !isRoutingClaim(name)) {
      complain(value, `"${name}" is no name of a header.`, 'Use letters, digits and dashes.');
    }
    if (!isWithout || value.get('regex').text !== '*') {
      checkTextMatch(value, complain);
    }
  }
}
