import fc from 'fast-check';
import { Traffic } from '../../../lib/testing';
import { contextOf, lostRequests, servedRequests } from '../../../lib/dataplane';
import { Cluster, loadResources } from '../../../lib/manifests';
import { meshed, policy, server } from '../../support/mesh-manifests';

const clusterOf = (text: string) =>
  new Cluster(loadResources(text, { file: 'text' }), { namespaceLabels: { '*': {} } });
const servedBy = (text: string) => servedRequests(contextOf(clusterOf(text)));

/** What a state between two others loses, with what all of them have. */
function lost(
  { before, between, after = before }: Record<'before' | 'between', string> & { after?: string },
  all = ALL,
) {
  const [was, is, now] = [before, between, after].map(each => servedBy(all + each));
  return was && is && now ? lostRequests(was, now, is).filter(each => !each.startsWith('shop/web')) : undefined;
}

const MESH = meshed('shop');
const WEB = server('shop', 'web');
const CLIENT = server('shop', 'cli').slice(server('shop', 'cli').indexOf('---', 3));
const ALL = MESH + WEB + CLIENT;

const routes = (http: string) => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [web.shop.svc.cluster.local], http: ${http}}
`;
const onPath = (path: string, rest: string) => `{match: [{uri: {exact: ${path}}}], ${rest}}`;
const TO_WEB = 'route: [{destination: {host: web}}]';
const TO_NONE = 'route: [{destination: {host: none}}]';
const named = (name: string, text: string) => text.replace('metadata: {name: web', `metadata: {name: ${name}`);
const paths = (...all: string[]) => `[${all.map(each => `{to: [{operation: {paths: [${each}]}}]}`).join()}]`;
const allow = (name: string, ...all: string[]) => named(name, policy('shop', 'web', paths(...all)));
const deny = (name: string, ...all: string[]) => allow(name, ...all).replace('spec: {', 'spec: {action: DENY, ');
const denyAll = policy('shop', 'web', '[]').replace(', rules: []', '');

test('requests of one route are lost, while those of another one have a response before and after', () => {
  const redirect = routes(`[${onPath('/', 'redirect: {uri: /home}')}, {${TO_WEB}}]`);
  expect(lost({ before: redirect, between: redirect + denyAll })).toEqual(['shop/cli → web.shop:80']);
});

test('an error in place of a response, or of a workload, is a loss on its route alone', () => {
  const to = (one: string, rest: string) => routes(`[${onPath('/a', one)}, {${rest}}]`);
  const before = to('redirect: {uri: /home}', TO_WEB);
  expect(lost({ before, between: to(TO_NONE, TO_WEB) })).toEqual(['shop/cli → web.shop:80 /a']);
  expect(lost({ before, between: to('redirect: {uri: /home}', TO_NONE) })).toEqual(['shop/cli → web.shop:80']);
});

test('a rule without backends is an error, no response', () => {
  const route = (rest: string) => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{kind: Service, group: '', name: web}], rules: [{${rest}}]}
`;
  const to = 'backendRefs: [{name: web, port: 80}]';
  expect(lost({ before: route(to), between: route('backendRefs: []') })).toEqual(['shop/cli → web.shop:80']);
});

test('requests without a route of their own count as those of the route for all, or of any without one', () => {
  const one = routes(`[${onPath('/a', TO_WEB)}, {${TO_WEB}}]`);
  expect(lost({ before: one, between: routes(`[{${TO_WEB}}]`) })).toEqual([]);
  expect(lost({ before: one, between: routes(`[{${TO_NONE}}]`) })).toEqual([
    'shop/cli → web.shop:80 /a',
    'shop/cli → web.shop:80',
  ]);
  expect(lost({ before: one, between: routes(`[${onPath('/b', TO_NONE)}, {${TO_WEB}}]`) })).toEqual([
    'shop/cli → web.shop:80 /b',
  ]);
  const [only, other] = [routes(`[${onPath('/a', TO_WEB)}]`), routes(`[${onPath('/b', TO_NONE)}]`)];
  expect(lost({ before: only, between: other })).toContain('shop/cli → web.shop:80 /a');
});

test('routes that are only there before, or only after, are compared with those that have their requests then', () => {
  const [one, none] = [TO_WEB, TO_NONE].map(to => routes(`[${onPath('/a', to)}, {${TO_WEB}}]`));
  const all = routes(`[{${TO_WEB}}]`);
  expect(one && none && lost({ before: one, between: none, after: all })).toEqual(['shop/cli → web.shop:80 /a']);
  expect(one && none && lost({ before: all, between: none, after: one })).toEqual(['shop/cli → web.shop:80 /a']);
  const [alone, failing] = [routes(`[${onPath('/a', TO_WEB)}, {${TO_NONE}}]`), routes(`[{${TO_NONE}}]`)];
  expect(lost({ before: alone, between: failing, after: all })).toEqual(['shop/cli → web.shop:80 /a']);
  expect(lost({ before: all, between: failing, after: alone })).toEqual(['shop/cli → web.shop:80 /a']);
});

test('all requests to a host are lost without its Service', () => {
  expect(lost({ before: WEB, between: '' }, MESH + CLIENT)).toEqual(['shop/cli → web.shop:80']);
});

test('the first of two routes with one match decides', () => {
  const two = (...ends: string[]) => routes(`[${ends.map(each => onPath('/a', each)).join()}, {${TO_WEB}}]`);
  expect(lost({ before: two(TO_WEB, TO_NONE), between: two(TO_NONE, TO_WEB) })).toEqual(['shop/cli → web.shop:80 /a']);
});

test('requests that a rule allows before and after are lost without it, also if others are allowed', () => {
  const [health, both] = [allow('a', '/health'), allow('a', '/health', '/v1/*')];
  expect(lost({ before: both, between: health })).toEqual(['shop/cli → web.shop:80']);
  expect(lost({ before: both, between: health, after: '' })).toEqual(['shop/cli → web.shop:80']);
});

test('nothing is lost with the rules of before or of after, in whichever policies', () => {
  const [before, after] = [allow('a', '/a', '/b'), allow('a', '/b', '/c')];
  expect(lost({ before, between: before, after })).toEqual([]);
  expect(lost({ before, between: after, after })).toEqual([]);
  expect(lost({ before, between: allow('b', '/a') + allow('c', '/b', '/d'), after })).toEqual([]);
  expect(lost({ before, between: '', after })).toEqual([]);
  expect(lost({ before: denyAll, between: allow('a', '/b'), after })).toEqual([]);
});

test('a denial of some requests is a loss unless it is there before or after', () => {
  const [some, other] = [deny('a', '/a'), deny('b', '/b')];
  expect(lost({ before: some, between: some + other })).toEqual(['shop/cli → web.shop:80']);
  expect(lost({ before: some, between: some + other, after: other })).toEqual([]);
  expect(lost({ before: some, between: deny('a', '/a', '/c') })).toEqual([]);
  expect(lost({ before: some, between: some + allow('c', '/c') })).toEqual(['shop/cli → web.shop:80']);
});

test('a dry run loses nothing', () => {
  const dry = (text: string) =>
    text.replace('namespace: shop}', "namespace: shop, annotations: {istio.io/dry-run: 'true'}}");
  expect(lost({ before: allow('a', '/a'), between: allow('a', '/a') + dry(deny('b', '/b')) })).toEqual([]);
});

const GATEWAY = `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: door, namespace: shop}
spec: {hosts: [shop.example], gateways: [door], http: [{${TO_WEB}}]}
`;

test('rules of a gateway and of the callee are compared each with its own', () => {
  const atGateway = (...all: string[]) =>
    allow('door', ...all)
      .replace('namespace: shop', 'namespace: istio-system')
      .replace('app: web', 'istio: ingressgateway');
  const rules = ALL + GATEWAY;
  const outside = ['internet → http://shop.example:80'];
  expect(lost({ before: atGateway('/a', '/b'), between: atGateway('/a') }, rules)).toEqual(outside);
  expect(lost({ before: atGateway('/a', '/b'), between: atGateway('/a', '/b') }, rules)).toEqual([]);
  const [before, after] = [atGateway('/a') + allow('w', '/a'), atGateway('/b') + allow('w', '/b')];
  expect(lost({ before, between: atGateway('/a') + allow('w', '/b'), after }, rules)).toContain(outside[0]);
});

test('a redirect to HTTPS is a response', () => {
  const redirecting = GATEWAY.replace('hosts: [shop.example]}]', 'hosts: [shop.example], tls: {httpsRedirect: true}}]');
  const failing = GATEWAY.replace('host: web', 'host: none');
  expect(lost({ before: redirecting, between: failing })).toEqual(['internet → http://shop.example:80']);
});

test('rules of a waypoint are compared', () => {
  const namespace = `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio.io/dataplane-mode: ambient, istio.io/use-waypoint: w}}\n`;
  const waypoint = `---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: w, namespace: shop}\nspec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}\n`;
  const at = (...all: string[]) =>
    allow('a', ...all).replace(
      'selector: {matchLabels: {app: web}}',
      "targetRefs: [{kind: Service, group: '', name: web}]",
    );
  const all = namespace + waypoint + WEB + CLIENT;
  expect(lost({ before: at('/a', '/b'), between: at('/a') }, all)).toEqual(['shop/cli → web.shop:80']);
  expect(lost({ before: at('/a', '/b'), between: at('/a', '/b', '/c') }, all)).toEqual([]);
});

test('where a request arrives before and after, and not in between, one of that host is lost', () => {
  const anyPaths = fc.subarray(['/a', '/b', '/c'], { minLength: 1 });
  const policies = fc.array(
    fc.tuple(fc.boolean(), anyPaths).map(([allows, own]) => {
      const name = `${allows ? 'allow' : 'deny'}${own.join('').replaceAll('/', '-')}`;
      return { name, text: (allows ? allow : deny)(name, ...own) };
    }),
    { maxLength: 2 },
  );
  const ends = fc.constantFrom(TO_WEB, TO_WEB, TO_NONE, 'redirect: {uri: /home}');
  const routing = fc
    .array(fc.tuple(fc.constantFrom('/a', '/b', '/c'), ends), { maxLength: 2 })
    .map(all => routes(`[${[...all.map(([path, end]) => onPath(path, end)), `{${TO_WEB}}`].join()}]`));
  const states = fc
    .tuple(policies, routing)
    .map(([all, routed]) => [...new Map(all.map(each => [each.name, each.text])).values()].join('') + routed);
  const arrives = (state: string, path: string) =>
    Traffic.ofCluster(clusterOf(ALL + state))
      .from('cli')
      .http(`GET http://web${path}`)
      .outcomes.every(each => each.destination !== '' || each.status === 301);
  fc.assert(
    fc.property(states, states, states, (before, between, after) => {
      const isLost = ['/a', '/b', '/c', '/d'].some(
        path => arrives(before, path) && arrives(after, path) && !arrives(between, path),
      );
      expect(isLost && lost({ before, between, after })?.length === 0).toBe(false);
    }),
    { numRuns: 30 },
  );
});
