import type { Field } from '../../../manifests';
import { checkCors } from './cors';
import { checkDestination, checkDestinations } from './destination';
import { checkFault } from './fault';
import { checkHeaders, isAuthority } from './headers';
import { checkMatch } from './matches';
import { isPort } from './names';
import { isPattern } from './patterns';
import { checkRetries } from './retries';
import type { Complain } from './rules';
import { checkDuration, checkPercent } from './shared';

const MEGABYTE = 2 ** 20;

/** An HTTP rule. */
export function checkHttp(rule: Field, isDelegate: boolean, complain: Complain): void {
  checkAnswers(rule, isDelegate, complain);
  rule.get('match').items.forEach(each => checkMatch(each, complain));
  checkHeaders(rule.get('headers'), complain);
  checkCors(rule.get('corsPolicy'), complain);
  checkFault(rule.get('fault'), complain);
  checkMirrors(rule, complain);
  checkRedirect(rule.get('redirect'), rule.get('match').items, complain);
  checkDirectResponse(rule.get('directResponse'), complain);
  checkRetries(rule.get('retries'), complain);
  checkRewrite(rule, complain);
  checkDestinations(rule.get('route'), complain);
  rule.get('route').items.forEach(each => checkHeaders(each.get('headers'), complain));
  checkDuration(rule.get('timeout'), complain);
}

/** A rule delegates, or has exactly one of three actions. */
function checkAnswers(rule: Field, isDelegate: boolean, complain: Complain): void {
  const [redirect, direct, delegate] = ['redirect', 'directResponse', 'delegate'].map(name => rule.get(name).exists);
  const routes = rule.get('route').items;
  if (delegate && !isDelegate) {
    if (redirect || routes.length > 0) {
      complain(rule, 'A rule with a delegate cannot have a route or redirect.', 'Remove them, or the delegate.');
    }
    return;
  }
  if (delegate) {
    complain(rule.get('delegate'), 'A delegate cannot delegate further.', 'Route here.');
  }
  const answers = [routes.length > 0, redirect, direct].filter(Boolean).length;
  if (answers !== 1) {
    complain(
      rule,
      answers === 0
        ? 'The rule has neither route nor redirect nor directResponse.'
        : 'route, redirect and directResponse are mutually exclusive.',
      'Set exactly one of them.',
    );
  } else if (routes.length === 0 && ['fault', 'rewrite'].some(name => rule.get(name).exists)) {
    complain(
      rule,
      'A rule with a redirect or directResponse cannot have fault or rewrite.',
      'Remove fault and rewrite.',
    );
  }
  if (rule.get('mirror').exists && rule.get('mirrors').items.length > 0) {
    complain(rule.get('mirror'), 'mirror and mirrors are mutually exclusive.', 'Use mirrors.');
  }
}

function checkMirrors(rule: Field, complain: Complain): void {
  checkPercent(rule.get('mirrorPercentage', 'value'), complain);
  if ((rule.get('mirrorPercent').number ?? 0) > 100) {
    complain(rule.get('mirrorPercent'), 'The mirrored percentage is above 100.', 'Use mirrorPercentage up to 100.');
  }
  checkDestination(rule.get('mirror'), complain);
  for (const mirror of rule.get('mirrors').items) {
    if (!mirror.get('destination').exists) {
      complain(mirror, 'The destination is missing.', 'Add `destination: { host: … }`.');
    } else {
      checkDestination(mirror.get('destination'), complain);
      checkPercent(mirror.get('percentage', 'value'), complain);
    }
  }
}

function checkRedirect(redirect: Field, matches: readonly Field[], complain: Complain): void {
  const given = (name: string) => redirect.get(name).exists && redirect.get(name).text !== '';
  const code = redirect.get('redirectCode').number ?? 0;
  if (given('uri') && given('prefixRewrite')) {
    complain(redirect, 'uri and prefixRewrite are mutually exclusive.', 'Keep one of them.');
  } else if (
    given('prefixRewrite')
    && matches.some(each => each.get('uri').exists && !each.get('uri', 'prefix').exists)
  ) {
    complain(
      redirect.get('prefixRewrite'),
      'prefixRewrite needs a matched prefix, and a match has none.',
      'Match by prefix.',
    );
  } else if (
    redirect.exists
    && !['uri', 'prefixRewrite', 'authority', 'scheme'].some(given)
    && !redirect.get('port').exists
    && !redirect.get('derivePort').exists
  ) {
    complain(redirect, 'The redirect changes nothing.', 'Set uri, authority, scheme or port.');
  } else if (code !== 0 && (code < 300 || code > 399)) {
    complain(redirect.get('redirectCode'), `${code} is not a redirect status.`, 'Use 301, 302, 303, 307 or 308.');
  } else if (given('scheme') && !['http', 'https'].includes(redirect.get('scheme').text)) {
    complain(redirect.get('scheme'), 'The redirect scheme is neither http nor https.', 'Use one of them.');
  } else if ((redirect.get('port').number ?? 0) > 0 && !isPort(redirect.get('port'))) {
    complain(redirect.get('port'), `"${redirect.get('port').text}" is not a valid port.`, 'Use 1 to 65535.');
  }
}

function checkDirectResponse(response: Field, complain: Complain): void {
  const status = response.get('status');
  if (response.exists && ((status.number ?? 0) < 200 || (status.number ?? 0) > 600)) {
    complain(status.exists ? status : response, `"${status.text}" is not a valid response status.`, 'Use 200 to 599.');
  }
  if (sizeOfBody(response) > MEGABYTE) {
    complain(response.get('body'), 'The body is larger than a megabyte.', 'Serve it from a pod.');
  }
}

/** The size of the response body of a rule, in bytes. */
export function sizeOfBody(response: Field): number {
  return Math.max(
    Buffer.byteLength(response.get('body', 'string').text),
    Buffer.byteLength(response.get('body', 'bytes').text, 'base64'),
  );
}

function checkRewrite(rule: Field, complain: Complain): void {
  const rewrite = rule.get('rewrite');
  const [uri, authority, regex] = [
    rewrite.get('uri').text,
    rewrite.get('authority').text,
    rewrite.get('uriRegexRewrite'),
  ];
  if (uri !== '' && regex.exists) {
    complain(rewrite, 'uri and uriRegexRewrite are mutually exclusive.', 'Keep one of them.');
  } else if (rewrite.exists && uri === '' && authority === '' && !regex.exists) {
    complain(rewrite, 'The rewrite changes nothing.', 'Set uri, uriRegexRewrite or authority.');
  } else if (
    regex.exists
    && (regex.get('match').text === '' || regex.get('rewrite').text === '' || !isPattern(regex.get('match').text))
  ) {
    complain(regex, 'uriRegexRewrite needs an RE2 regular expression and a replacement.', 'Set match and rewrite.');
  }
  const hosts = ['set', 'add']
    .flatMap(name => rule.get('headers', 'request', name).entries)
    .filter(([name]) => isAuthority(name));
  if (hosts.length + (authority === '' ? 0 : 1) > 1) {
    complain(
      hosts[0]?.[1] ?? rewrite,
      'The host of the request is rewritten more than once.',
      'Use only `rewrite: { authority }`.',
    );
  }
}
