import { array, assert, constantFrom, type Arbitrary, oneof, property, record, tuple, uniqueArray } from 'fast-check';
import { Auth } from '../../../../lib';
import { declared, httpTemplate, restTemplate } from '../../../aws/support';
import { ask, clusterOf, token } from './support';

const METHODS = ['GET', 'POST', 'DELETE', 'PATCH'] as const;
const words = constantFrom('a', 'b', 'c', 'live');

interface Declared {
  readonly method: string;
  readonly path: string;
}

/** Paths of one shape differ in no parameter's name, or AWS would refuse the API. */
const patterns: Arbitrary<string> = tuple(array(oneof(words, constantFrom('{}')), { maxLength: 3 }), constantFrom(false, false, true))
  .map(([parts, takesRest]) => `/${[...parts.map((part, index) => part === '{}' ? `{p${index}}` : part), ...(takesRest ? [`{p${parts.length}+}`] : [])].join('/')}`);

const routes = uniqueArray(record({ method: constantFrom('ANY', ...METHODS), path: patterns }), { minLength: 1, maxLength: 6, selector: ({ method, path }) => `${method} ${path.replaceAll('+', '')}` })
  // A parameter and the rest of a path are no siblings in a REST API.
  .filter(all => !all.some(one => all.some(other => one.path !== other.path && one.path.replaceAll('+', '').startsWith(other.path.replaceAll('+', '')) && other.path.endsWith('+}'))));

const requests = record({ method: constantFrom(...METHODS), path: array(oneof(words, constantFrom('x', '')), { maxLength: 4 }).map(parts => `/${parts.join('/')}`) });

/** Whether a route names a path, said in another way than by the simulator. */
function names({ method, path }: Declared, asked: Declared): boolean {
  const pattern = path.replace(/\{[^}]+\+\}$/, '[^/].*').replace(/\{[^}]+\}/g, '[^/]+');
  return (method === 'ANY' || method === asked.method) && new RegExp(`^${pattern}$`).test(asked.path);
}

function edgeOf(all: readonly Declared[]) {
  const { edge, web } = declared();
  all.forEach(({ method, path }) => edge.route(`${method} ${path}`, web));
  return edge;
}

describe.each([
  ['an HTTP API', (all: readonly Declared[]) => clusterOf(httpTemplate(edgeOf(all))), ''],
  ['a REST API', (all: readonly Declared[]) => clusterOf(restTemplate(edgeOf(all), () => ({ stageName: 'v1' }))), '/v1'],
])('a request to %s', (_name, clusterFor, stage) => {
  test('to a path that no route names never passes', () => {
    assert(property(routes, array(requests, { minLength: 5, maxLength: 15 }), (all, asked) => {
      const cluster = clusterFor(all);
      for (const each of asked.filter(one => !all.some(route => names(route, one)))) {
        const { status, message } = ask(cluster, `${each.method} https://EdgeApi65822B7B${stage}${each.path}`);
        expect({ each, status, message }).toEqual({ each, status: 404, message: undefined });
      }
    }), { numRuns: 15 });
  });

  test('that passes is one that the route which passes it on names, and keeps its path', () => {
    assert(property(routes, array(requests, { minLength: 5, maxLength: 15 }), (all, asked) => {
      const cluster = clusterFor(all);
      for (const each of asked) {
        const { message, reason } = ask(cluster, `${each.method} https://EdgeApi65822B7B${stage}${each.path}`);
        if (message) {
          const [, method = '', path = ''] = /^The (?:route|method) (\S+) (\S+) passes/.exec(reason) ?? [];
          expect(names({ method, path }, each)).toBe(true);
          expect(message.path).toBe(each.path);
        }
      }
    }), { numRuns: 15 });
  });
});

test('an HTTP API passes on every request that a route names', () => {
  assert(property(routes, array(requests, { minLength: 5, maxLength: 15 }), (all, asked) => {
    const cluster = clusterOf(httpTemplate(edgeOf(all)));
    for (const each of asked) {
      expect(ask(cluster, `${each.method} https://EdgeApi65822B7B${each.path}`).message !== undefined).toBe(all.some(route => names(route, each)));
    }
  }), { numRuns: 15 });
});

test('without a valid token of the issuer for the audience nothing passes a route that demands one', () => {
  const claimed = record({ iss: constantFrom('https://login.example', 'https://login.example/', 'login.example'), aud: constantFrom<unknown>('shop', ['shop', 'x'], 'sho', ['x'], undefined) });
  const { edge, web } = declared({ auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }) });
  edge.route('GET /', web);
  const http = clusterOf(httpTemplate(edge));
  const rest = clusterOf(restTemplate(edge));

  assert(property(claimed, constantFrom(true, false), (claims, isValid) => {
    const isGood = isValid && claims.iss === 'https://login.example' && [claims.aud].flat().includes('shop');
    expect(ask(http, 'GET https://EdgeApi65822B7B/', token(claims, isValid)).status === undefined).toBe(isGood);
    expect(ask(rest, 'GET https://EdgeApi65822B7B/prod', token(claims, isValid)).status === undefined).toBe(isGood);
  }));
});
