import type { RequestResult } from '../../lib/testing';
import { FQDN } from './istio-routing-values';

const STATUSES: ReadonlyMap<string, number> = new Map([
  ['OK', 200],
  ['MovedPermanently', 301],
  ['Unauthorized', 401],
  ['Forbidden', 403],
  ['NotFound', 404],
  ['Teapot', 418],
]);

/** The expectations of a call that a result does not meet. */
export function problemsOf(result: RequestResult, call: string): string[] {
  const check = call.includes('Check:') ? call.slice(call.indexOf('Check:')) : 'Check: check.OK()';
  return [...check.matchAll(/(check\.\w+|LocationHeader)\(([^()]*(?:\{[^}]*\})?)\)?/g)].flatMap(
    ([text, name = '', inner = '']) => {
      const values = [...inner.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
      return isMet(name, inner, values, result) ? [] : [text];
    },
  );
}

function isMet(name: string, inner: string, values: readonly string[], result: RequestResult): boolean {
  const { outcomes } = result;
  const [first = '', second = ''] = values;
  const all = (test: (outcome: (typeof outcomes)[number]) => boolean) => outcomes.every(test);
  switch (name) {
    case 'check.And':
      return true;
    case 'check.Protocol':
      // The version of HTTP is not part of a result.
      return true;
    case 'check.OK':
      return all(each => each.destination !== '' || each.status === 200);
    case 'check.Status': {
      const status = STATUSES.get(inner.replace('http.Status', ''));
      return all(each => (each.destination === '' ? each.status : 200) === status);
    }
    case 'check.RequestHeader':
      return all(each => (each.headers[first.toLowerCase()] ?? '') === second);
    case 'check.Host':
      return all(each => each.host === first);
    case 'check.URL':
      return all(each => each.path === first);
    case 'check.ResponseHeader':
    case 'check.ResponseHeaders':
      return values.every(
        (each, index) =>
          index % 2 === 1
          || all(outcome => (outcome.responseHeaders.set[each.toLowerCase()] ?? '') === (values[index + 1] ?? '')),
      );
    case 'LocationHeader':
      return all(each => each.location === first.replace('{{.Hostname}}', FQDN));
    default:
      throw new Error(`${name} checks what the simulator does not tell`);
  }
}
