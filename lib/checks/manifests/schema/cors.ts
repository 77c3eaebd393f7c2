import { type Field, millisOf } from '../../../manifests';
import { checkPatternMatch, isPlainHeaderName } from './headers';
import type { Complain } from './rules';
import { checkDuration } from './shared';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*']);

/** CORS settings. */
export function checkCors(policy: Field, complain: Complain): void {
  for (const origin of policy.get('allowOrigins').items) {
    if (['exact', 'prefix', 'regex'].every(name => origin.get(name).text === '')) {
      complain(origin, 'The origin is empty.', 'Write `exact: https://…`.');
    } else {
      checkPatternMatch(origin, complain);
    }
  }
  for (const method of policy.get('allowMethods').items.filter(each => !METHODS.has(each.text))) {
    complain(method, `"${method.text}" is not an HTTP method.`, `Use ${[...METHODS].join(', ')}.`);
  }
  for (const name of ['allowHeaders', 'exposeHeaders']
    .flatMap(each => policy.get(each).items)
    .filter(each => !isPlainHeaderName(each.text))) {
    complain(name, `"${name.text}" is not a valid header name.`, 'Use letters, digits and dashes, or `*`.');
  }
  const age = policy.get('maxAge');
  checkDuration(age, complain);
  if ((millisOf(age.text) ?? 0) % 1000 > 0) {
    complain(age, 'maxAge is not a whole number of seconds.', 'Use whole seconds.');
  }
}
