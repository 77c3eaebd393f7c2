import { array, assert, constantFrom, oneof, property, record } from 'fast-check';
import { Auth, type Edge, type Front } from '../../../lib';
import type { Cluster } from '../../../lib/manifests';
import { declared, httpTemplate, restTemplate } from '../../aws/support';
import { httpFront, restFront } from '../../support/fronts';
import { type Declared, edgeOf, METHODS, routes, words } from '../../support/routes';
import { ask, clusterOf, token } from './support';
import { runs } from '../../support/runs';

const requests = record({
  method: constantFrom(...METHODS),
  path: array(oneof(words, constantFrom('x', '')), { maxLength: 4 }).map(parts => `/${parts.join('/')}`),
});

/** Whether a route names a path, said in another way than by the simulator. */
function names({ method, path }: Declared, asked: Declared): boolean {
  const pattern = path.replace(/\{[^}]+\+\}$/, '[^/].*').replace(/\{[^}]+\}/g, '[^/]+');
  return (method === 'ANY' || method === asked.method) && new RegExp(`^${pattern}$`).test(asked.path);
}

/** All properties are tried on the same APIs, each of which is made once: that takes most of the time. */
const RUNS = runs(20, 7);

function madeOnce(front: Front, clusterOfEdge: (edge: Edge) => Cluster): (all: readonly Declared[]) => Cluster {
  const made = new Map<string, Cluster>();
  return all => {
    const key = JSON.stringify(all);
    const cluster = made.get(key) ?? clusterOfEdge(edgeOf(all, front));
    made.set(key, cluster);
    return cluster;
  };
}

const httpApi = madeOnce(httpFront, edge => clusterOf(httpTemplate(edge)));
const restApi = madeOnce(restFront, edge => clusterOf(restTemplate(edge, () => ({ stageName: 'v1' }))));

describe.each([
  ['an HTTP API', httpApi, ''],
  ['a REST API', restApi, '/v1'],
])('a request to %s', (_name, clusterFor, stage) => {
  test('to a path that no route matches is never forwarded', () => {
    assert(
      property(routes, array(requests, { minLength: 5, maxLength: 15 }), (all, asked) => {
        const cluster = clusterFor(all);
        for (const each of asked.filter(one => !all.some(route => names(route, one)))) {
          const { status, message } = ask(cluster, `${each.method} https://EdgeApi65822B7B${stage}${each.path}`);
          expect({ each, status, message }).toEqual({ each, status: 404, message: undefined });
        }
      }),
      RUNS,
    );
  });

  test('that is forwarded matches its route, and keeps its path', () => {
    assert(
      property(routes, array(requests, { minLength: 5, maxLength: 15 }), (all, asked) => {
        const cluster = clusterFor(all);
        for (const each of asked) {
          const { message, reason } = ask(cluster, `${each.method} https://EdgeApi65822B7B${stage}${each.path}`);
          if (message) {
            const [, method = '', path = ''] = /^The (?:route|method) (\S+) (\S+) forwards/.exec(reason) ?? [];
            expect(names({ method, path }, each)).toBe(true);
            expect(message.path).toBe(each.path);
          }
        }
      }),
      RUNS,
    );
  });
});

test('an HTTP API forwards every request that a route matches', () => {
  assert(
    property(routes, array(requests, { minLength: 5, maxLength: 15 }), (all, asked) => {
      for (const each of asked) {
        expect(ask(httpApi(all), `${each.method} https://EdgeApi65822B7B${each.path}`).message !== undefined).toBe(
          all.some(route => names(route, each)),
        );
      }
    }),
    RUNS,
  );
});

test('without a valid token of the issuer for the audience no request is forwarded by a route that requires one', () => {
  const claimed = record({
    iss: constantFrom('https://login.example', 'https://login.example/', 'login.example'),
    aud: constantFrom<unknown>('shop', ['shop', 'x'], 'sho', ['x'], undefined),
  });
  const edgeBehind = (front: Front) => {
    const auth = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
    const { edge, web } = declared({ front, auth });
    edge.route('GET /', web);
    return edge;
  };
  const http = clusterOf(httpTemplate(edgeBehind(httpFront)));
  const rest = clusterOf(restTemplate(edgeBehind(restFront)));

  assert(
    property(claimed, constantFrom(true, false), (claims, isValid) => {
      const isGood = isValid && claims.iss === 'https://login.example' && [claims.aud].flat().includes('shop');
      expect(ask(http, 'GET https://EdgeApi65822B7B/', token(claims, isValid)).status === undefined).toBe(isGood);
      expect(ask(rest, 'GET https://EdgeApi65822B7B/prod', token(claims, isValid)).status === undefined).toBe(isGood);
    }),
  );
});
