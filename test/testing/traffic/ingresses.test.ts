import { endsOf, istio, meshConfig, traffic } from './support';
import { Traffic } from '../../../lib/testing';

const path = (value: string, name = 'cart', pathType = 'Prefix', port: object = { number: 80 }) => ({
  path: value,
  pathType,
  backend: { service: { name, port } },
});
const rule = (host: string | undefined, ...paths: object[]) => ({ host, http: { paths } });
const ingress = (rules: object[], spec: object = {}, name = 'door', metadata: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop', annotations: { 'kubernetes.io/ingress.class': 'istio' }, ...metadata },
  spec: { rules, ...spec },
});
const ask = (objects: object[], url: string) => endsOf(traffic(objects).fromInternet(`GET ${url}`));
const web = 'web-v1';
const old = 'old-v1';

test.each<[string, object[], string, string]>([
  ['a path of a host', [rule('a.example', path('/', 'web'))], 'http://a.example/x', web],
  ['no other host', [rule('a.example', path('/', 'web'))], 'http://b.example/x', '404'],
  ['any host without one', [rule(undefined, path('/', 'web'))], 'http://b.example/x', web],
  ['hosts of a wildcard', [rule('*.example', path('/', 'web'))], 'http://b.example/x', web],
  ['prefixes by segments', [rule('a.example', path('/x', 'web'))], 'http://a.example/x/y', web],
  ['prefixes by segments, not by characters', [rule('a.example', path('/x', 'web'))], 'http://a.example/xy', '404'],
  ['prefixes with a slash at the end', [rule('a.example', path('/x/', 'web'))], 'http://a.example/x', web],
  ['exact paths', [rule('a.example', path('/x', 'web', 'Exact'))], 'http://a.example/x/y', '404'],
  ['the longest path first', [rule('a.example', path('/', 'web'), path('/x', 'old'))], 'http://a.example/x', old],
  [
    'of one length the exact path first',
    [rule('a.example', path('/x', 'web'), path('/x', 'old', 'Exact'))],
    'http://a.example/x',
    old,
  ],
  [
    'an asterisk as any path, in what is left to the controller',
    [rule('a.example', path('/*', 'web', 'ImplementationSpecific'))],
    'http://a.example/x',
    web,
  ],
  [
    'an asterisk at the end as a prefix',
    [rule('a.example', path('/x/*', 'web', 'ImplementationSpecific'))],
    'http://a.example/x/y',
    web,
  ],
  [
    'other paths that are left to the controller as they are',
    [rule('a.example', path('/x', 'web', 'ImplementationSpecific'))],
    'http://a.example/x/y',
    '404',
  ],
  ['ports by their names', [rule('a.example', path('/', 'web', 'Prefix', { name: 'http' }))], 'http://a.example/', web],
  [
    'no ports by names that there are not',
    [rule('a.example', path('/', 'web', 'Prefix', { name: 'x' }))],
    'http://a.example/',
    '404',
  ],
  ['no default backend', [], 'http://a.example/', '404'],
])("Istio's gateway reads %s in an Ingress", (_name, rules, url, end) => {
  const defaultBackend = { service: { name: 'web', port: { number: 80 } } };
  expect(ask([ingress(rules, { defaultBackend })], url)).toBe(end);
});

test('a host of several Ingresses has the routes of all', () => {
  const one = ingress([rule('a.example', path('/x', 'web'))], {}, 'one');
  const two = ingress([rule('a.example', path('/y', 'old'))], {}, 'two');
  expect([ask([one, two], 'http://a.example/x'), ask([one, two], 'http://a.example/y')]).toEqual([web, old]);
});

test('an Ingress with a certificate is served with TLS, for its hosts', () => {
  const tls = [{ hosts: ['a.example'], secretName: 'a' }];
  const objects = [ingress([rule('a.example', path('/', 'web'))], { tls })];
  expect([
    ask(objects, 'https://a.example/'),
    ask(objects, 'http://a.example/'),
    ask(objects, 'https://b.example/'),
  ]).toEqual([web, web, '0']);
  expect(
    ask([ingress([rule('a.example', path('/', 'web'))], { tls: [{ hosts: ['a.example'] }] })], 'https://a.example/'),
  ).toBe('0');
});

describe('the class of an Ingress', () => {
  const none = { annotations: {} };
  const spec = (ingressClassName: string) => ({ ingressClassName });
  const ingressClass = (controller: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'x' },
    spec: { controller },
  });
  const rules = [rule('a.example', path('/', 'web'))];
  test.each<[string, object[], string]>([
    [
      'an IngressClass of Istio',
      [ingress(rules, spec('x'), 'door', none), ingressClass('istio.io/ingress-controller')],
      web,
    ],
    [
      'an IngressClass of another controller',
      [ingress(rules, spec('x'), 'door', none), ingressClass('y')],
      'Unsimulated',
    ],
    ['an IngressClass that no manifest has', [ingress(rules, spec('x'), 'door', none)], 'Unsimulated'],
    ['no class', [ingress(rules, {}, 'door', none)], 'Unsimulated'],
    [
      'no class, in a mesh that reads those',
      [ingress(rules, {}, 'door', none), meshConfig({ ingressControllerMode: 'DEFAULT' })],
      web,
    ],
    ['the class of the mesh', [ingress(rules), meshConfig({ ingressClass: 'x' })], 'Unsimulated'],
    ['a mesh that reads none', [ingress(rules), meshConfig({ ingressControllerMode: 'OFF' })], 'Unsimulated'],
  ])('%s', (_name, objects, end) => {
    if (end === 'Unsimulated') {
      expect(() => ask(objects, 'http://a.example/')).toThrow('the Ingress shop/door may');
    } else {
      expect(ask(objects, 'http://a.example/')).toBe(end);
    }
  });
});

describe('the gateway that serves Ingresses', () => {
  const pods = (label: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'own-gateway', namespace: 'edge' },
    spec: {
      selector: {},
      template: {
        metadata: { labels: { istio: label } },
        spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
      },
    },
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'own-gateway', namespace: 'edge' },
    spec: { type: 'LoadBalancer', selector: { istio: 'own' }, ports: [{ name: 'http', port: 80 }] },
  };
  test.each([
    [{ ingressSelector: 'own' }, 'edge/own-gateway'],
    [{ ingressService: 'own' }, 'edge/own-gateway'],
    [{ ingressService: 'istio-ingressgateway' }, 'assumed'],
  ])('with the settings %j', (settings, expected) => {
    const all = traffic([ingress([rule('a.example', path('/', 'web'))]), meshConfig(settings), pods('own'), service]);
    const isAssumed = all.fromInternet('GET http://a.example/').explain().includes('assumption: the Pods');
    expect(isAssumed ? 'assumed' : 'edge/own-gateway').toBe(expected);
  });
});

test('the matrix and differences have what Ingresses lead to', () => {
  const door = ingress([rule('a.example', path('/', 'web'))]);
  expect(traffic([door]).matrix().has('internet', 'shop/web-v1')).toBe(true);
  expect(Traffic.diff(traffic(), traffic([door])).join('\n')).toContain('internet');
});

test('rules of a VirtualService for the Gateway of an Ingress apply after those of the Ingress', () => {
  const virtualService = istio(
    'VirtualService',
    'a',
    {
      hosts: ['a.example'],
      gateways: ['istio-system/door-istio-autogenerated-k8s-ingress-shop'],
      http: ['/x', '/y'].map(prefix => ({
        match: [{ uri: { prefix } }],
        route: [{ destination: { host: 'old', port: { number: 80 } } }],
      })),
    },
    'shop',
    { creationTimestamp: '2020-01-01T00:00:00Z' },
  );
  const objects = [ingress([rule('a.example', path('/x', 'web'))]), virtualService];
  expect([ask(objects, 'http://a.example/x'), ask(objects, 'http://a.example/y')]).toEqual([web, old]);
});
