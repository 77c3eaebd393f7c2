import fc from 'fast-check';
import { ClusterApp, Mesh, TopologyChart } from '../../../lib';
import { planOf, statesOf } from '../../../lib/analysis';
import { Cluster, loadResources } from '../../../lib/manifests';
import { meshed, policy, server } from '../../support/mesh-manifests';
import { changes, declare, type Recipe, recipes } from '../../support/topologies';

/** Namespaces that no object declares have no labels. */
const clusterOf = (text: string) =>
  new Cluster(loadResources(text, { file: 'text' }), { namespaceLabels: { '*': {} } });

/** The steps as lines: the stage, then what it does. */
function linesOf(before: string, after: string): string[] {
  const { steps, losses } = planOf(clusterOf(before), clusterOf(after));
  expect(losses).toEqual([]);
  return steps.flatMap(({ stage, apply, remove }) =>
    [...apply, ...remove].map(({ does, resource: { kind, name }, note }) =>
      [stage, does, kind, name, ...(note ? ['widened'] : [])].join(' '),
    ),
  );
}

function yamlOf(recipe: Recipe): string {
  const app = new ClusterApp();
  new TopologyChart(app, 'chart', { topology: declare(recipe), mesh: Mesh.istio() });
  return app.synthYaml();
}

test('no request that two topologies allow is lost in a state between them', () => {
  fc.assert(
    fc.property(changes, ([some, others]) => {
      const [before, after] = [yamlOf(some), yamlOf(others)].map(clusterOf);
      expect(before && after && planOf(before, after).losses).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test('the last state is the new manifests', () => {
  fc.assert(
    fc.property(fc.oneof(changes, fc.tuple(recipes, recipes)), ([some, others]) => {
      const [before, after] = [clusterOf(yamlOf(some)), clusterOf(yamlOf(others))];
      const state = statesOf(planOf(before, after).steps, before).at(-1) ?? before.resources;
      const written = (cluster: readonly { type: string; key: string; object: object }[]) =>
        cluster
          .map(({ type, key, object }) => [`${type} ${key}`, object])
          .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
      expect(written(state)).toEqual(written(after.resources));
    }),
    { numRuns: 6 },
  );
});

const MESH = meshed('shop');
const WEB = server('shop', 'web');
const rule = (subset: string) => `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: pay, namespace: shop}
spec: {host: pay, subsets: [{name: ${subset}, labels: {version: ${subset}}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pay, namespace: shop}
spec: {hosts: [pay], http: [{route: [{destination: {host: pay, subset: ${subset}}}]}]}
`;

test('a subset is there before the route to it, and the route is gone before the subset and its workload', () => {
  expect(
    linesOf(
      MESH + WEB + server('shop', 'pay', 'v1') + rule('v1'),
      MESH + WEB + server('shop', 'pay', 'v2') + rule('v2'),
    ),
  ).toEqual([
    'grants apply DestinationRule pay widened',
    'callees apply Deployment pay-v2',
    'routes apply VirtualService pay',
    'narrow apply DestinationRule pay',
    'retire delete Deployment pay-v1',
  ]);
});

const allowing = (name: string) =>
  policy('shop', 'web', `[{from: [{source: {principals: [cluster.local/ns/shop/sa/${name}]}}]}]`);

test('a grant is applied before the other one is withdrawn', () => {
  expect(linesOf(MESH + WEB + allowing('a'), MESH + WEB + allowing('b'))).toEqual([
    'grants apply AuthorizationPolicy web widened',
    'narrow apply AuthorizationPolicy web',
  ]);
});

test('the first policy of a workload, which denies the rest, is applied after routes', () => {
  expect(linesOf(MESH + WEB, MESH + WEB + allowing('web'))).toEqual(['narrow apply AuthorizationPolicy web']);
});

test('policies of a new workload are applied before it, and removed after it', () => {
  const more = server('shop', 'pay') + policy('shop', 'pay', '[{}]');
  expect(linesOf(MESH + WEB, MESH + WEB + more)).toEqual([
    'grants apply AuthorizationPolicy pay',
    'grants apply Service pay',
    'callees apply Deployment pay',
  ]);
  expect(linesOf(MESH + WEB + more, MESH + WEB)).toEqual([
    'retire delete Deployment pay',
    'retire delete Service pay',
    'rest delete AuthorizationPolicy pay',
  ]);
});

const sidecar = (name: string, spec: string) =>
  `---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: ${name}, namespace: shop}\nspec: {${spec}}\n`;
const ofWeb = (name: string, hosts: string, app = 'web') =>
  sidecar(name, `workloadSelector: {labels: {app: ${app}}}, egress: [{hosts: ${hosts}}]`);

test.each<[string, string, string, readonly string[]]>([
  [
    'more hosts',
    ofWeb('a', '[./pay]'),
    ofWeb('b', '[./pay, ./cart]'),
    ['grants apply Sidecar a widened', 'narrow apply Sidecar b', 'narrow delete Sidecar a'],
  ],
  [
    'all hosts',
    ofWeb('a', '[./pay]'),
    sidecar('b', 'workloadSelector: {labels: {app: web}}'),
    ['grants apply Sidecar a widened', 'narrow apply Sidecar b', 'narrow delete Sidecar a'],
  ],
  [
    'fewer hosts',
    ofWeb('a', '[./pay, ./cart]'),
    ofWeb('b', '[./pay]'),
    ['narrow apply Sidecar b', 'narrow delete Sidecar a'],
  ],
])('a Sidecar that another one with %s replaces has the hosts of both before', (_name, before, after, lines) => {
  expect(linesOf(MESH + WEB + before, MESH + WEB + after)).toEqual(lines);
});

test('a Sidecar has no hosts of another one for other workloads, or of one that was there', () => {
  const steps = (...after: string[]) =>
    linesOf([MESH, WEB, ofWeb('a', '[./pay]'), ofWeb('c', '[./cart]')].join(''), [MESH, WEB, ...after].join(''));
  const elsewhere = ofWeb('e', '[./cart]').replace('namespace: shop', 'namespace: other');
  expect(steps(ofWeb('c', '[./cart]'), ofWeb('d', '[./cart]', 'pay'), elsewhere)).not.toContain(
    'grants apply Sidecar a widened',
  );
});

const denying = (rules: string) => policy('shop', 'web', rules).replace('spec: {', 'spec: {action: DENY, ');

test('a new exception of a policy that denies is applied before routes, a new denial after them', () => {
  const [one, two] = ['[a]', '[a, b]'].map(names => denying(`[{from: [{source: {notNamespaces: ${names}}}]}]`));
  expect(linesOf(`${MESH}${WEB}${one}`, `${MESH}${WEB}${two}`)).toEqual(['grants apply AuthorizationPolicy web']);
  expect(linesOf(`${MESH}${WEB}${two}`, `${MESH}${WEB}${one}`)).toEqual(['narrow apply AuthorizationPolicy web']);
  expect(linesOf(MESH + WEB + denying('[{}]'), `${MESH}${WEB}${one}`)).toEqual([
    'grants apply AuthorizationPolicy web',
  ]);
  expect(linesOf(MESH + WEB, MESH + WEB + denying('[{}]'))).toEqual(['narrow apply AuthorizationPolicy web']);
  expect(linesOf(MESH + WEB + denying('[{}]'), MESH + WEB)).toEqual(['grants delete AuthorizationPolicy web']);
});

test('a port is there before it is used, and gone after it', () => {
  const other = WEB.replace('port: 80,', 'port: 81,');
  expect(linesOf(MESH + WEB, MESH + other)).toEqual(['grants apply Service web widened', 'narrow apply Service web']);
});

test('the selector of a Service changes with routes, while it has the ports of before and after', () => {
  const other = WEB.replace('port: 80,', 'port: 81,').replace(
    'selector: {app: web}',
    'selector: {app: web, version: v1}',
  );
  const { steps } = planOf(clusterOf(MESH + WEB), clusterOf(MESH + other));
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  const both = [...ports, { name: 'http', port: 81, targetPort: 8080 }];
  expect(steps.map(({ stage, apply }) => [stage, apply[0]?.resource.spec.value])).toMatchObject([
    ['grants', { ports: both, selector: { app: 'web' } }],
    ['routes', { ports: both, selector: { app: 'web', version: 'v1' } }],
    ['narrow', { ports: both.slice(1), selector: { app: 'web', version: 'v1' } }],
  ]);
});

const clientTls = (mode: string, subset = '') => `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {tls: {mode: ${mode}}}${subset}}
`;

test('clients change their TLS with routes, while servers accept plain text and mutual TLS', () => {
  const plain = meshed('shop').replace('STRICT', 'PERMISSIVE') + WEB;
  const strict = meshed('shop') + WEB;
  expect(linesOf(plain + clientTls('DISABLE'), strict + clientTls('ISTIO_MUTUAL'))).toEqual([
    'routes apply DestinationRule web',
    'narrow apply PeerAuthentication default',
  ]);
  expect(linesOf(strict + clientTls('ISTIO_MUTUAL'), plain + clientTls('DISABLE'))).toEqual([
    'grants apply PeerAuthentication default',
    'routes apply DestinationRule web',
  ]);
});

test('a new DestinationRule has TLS of clients once servers accept it, and a removed one as long as they do', () => {
  const plain = meshed('shop').replace('STRICT', 'PERMISSIVE') + WEB;
  const strict = meshed('shop') + WEB;
  const rule = clientTls(
    'DISABLE',
    ', subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {tls: {mode: DISABLE}}}]',
  );
  expect(linesOf(strict, plain + rule)).toEqual([
    'grants apply DestinationRule web widened',
    'grants apply PeerAuthentication default',
    'routes apply DestinationRule web',
  ]);
  expect(linesOf(plain + rule, strict)).toEqual([
    'routes apply DestinationRule web widened',
    'narrow apply PeerAuthentication default',
    'narrow delete DestinationRule web',
  ]);
  const { steps } = planOf(clusterOf(strict), clusterOf(plain + rule));
  expect(steps[0]?.apply[0]?.resource.spec.value).toEqual({
    host: 'web',
    subsets: [{ name: 'v1', labels: { version: 'v1' } }],
  });
});

test('subsets of before and after are there while a DestinationRule changes the TLS of clients', () => {
  const subset = (name: string) => `, subsets: [{name: ${name}, labels: {version: ${name}}}]`;
  const { steps } = planOf(
    clusterOf(MESH + WEB + clientTls('DISABLE', subset('v1'))),
    clusterOf(MESH + WEB + clientTls('ISTIO_MUTUAL', subset('v2'))),
  );
  const both = [{ name: 'v1' }, { name: 'v2' }];
  expect(steps.map(({ stage, apply }) => [stage, apply[0]?.resource.spec.value])).toMatchObject([
    ['grants', { trafficPolicy: { tls: { mode: 'DISABLE' } }, subsets: both }],
    ['routes', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } }, subsets: both }],
    ['narrow', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } }, subsets: [{ name: 'v2' }] }],
  ]);
});

test('a subset that stays has its new labels with routes', () => {
  const of = (version: string) => clientTls('DISABLE', `, subsets: [{name: stable, labels: {version: ${version}}}]`);
  expect(linesOf(MESH + WEB + of('v1'), MESH + WEB + of('v2'))).toEqual(['routes apply DestinationRule web']);
});

test('mutual TLS is PERMISSIVE before it is STRICT', () => {
  const strict = meshed('shop');
  const disabled = strict.replace('STRICT', 'DISABLE');
  expect(linesOf(disabled + WEB, strict + WEB)).toEqual([
    'grants apply PeerAuthentication default widened',
    'narrow apply PeerAuthentication default',
  ]);
  expect(linesOf(strict.replace('STRICT', 'PERMISSIVE') + WEB, strict + WEB)).toEqual([
    'narrow apply PeerAuthentication default',
  ]);
  const port = (mode: string) =>
    strict.replace('{mode: STRICT}', `{mode: STRICT}, portLevelMtls: {8080: {mode: ${mode}}}`);
  const { steps } = planOf(clusterOf(port('DISABLE') + WEB), clusterOf(port('STRICT') + WEB));
  expect(steps[0]?.apply[0]?.resource.spec.value).toEqual({
    mtls: { mode: 'STRICT' },
    portLevelMtls: { 8080: { mode: 'PERMISSIVE' } },
  });
});

test('a waypoint is there before the label, and the label is gone before the waypoint', () => {
  const label = `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio.io/use-waypoint: w}}\n`;
  const waypoint = `---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: w, namespace: shop}\nspec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}\n`;
  const bare = label.replace('{istio.io/use-waypoint: w}', '{}');
  expect(linesOf(bare, label + waypoint)).toEqual(['configuration apply Gateway w', 'labels apply Namespace shop']);
  expect(linesOf(label + waypoint, bare)).toEqual(['labels apply Namespace shop', 'narrow delete Gateway w']);
});

test('namespaces and types are first, and last once they are removed', () => {
  const types = `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: pay}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.example}\n`;
  const more = types + server('pay', 'pay');
  expect(linesOf(MESH, MESH + more).slice(0, 2)).toEqual([
    'types apply CustomResourceDefinition a.b.example',
    'types apply Namespace pay',
  ]);
  expect(linesOf(MESH + more, MESH).slice(-2)).toEqual([
    'last delete CustomResourceDefinition a.b.example',
    'last delete Namespace pay',
  ]);
});

test('a workload without replicas is scaled down once no route leads to it', () => {
  const idle = WEB.replace('spec: {template', 'spec: {replicas: 0, template');
  expect(linesOf(MESH + WEB, MESH + idle)).toEqual(['retire apply Deployment web']);
});

test('a request that the order cannot keep is a loss, with its step', () => {
  // The same subset name for other Pods: the route keeps its text, and no state between has both.
  const subset = (app: string) => rule('v1').replace('{version: v1}', `{app: ${app}}`);
  const pay = (name: string) => server('shop', 'pay').replaceAll('app: pay}', `app: ${name}, all: pay}`);
  const [before, after] = [MESH + WEB + pay('old') + subset('old'), MESH + WEB + pay('new') + subset('new')].map(
    clusterOf,
  );
  expect(before && after && planOf(before, after).losses).toContainEqual({
    step: expect.any(Number),
    request: 'shop/web → pay.shop:80',
  });
});

test('requests of one path that a policy no longer allows in between are a loss, also if those of another one stay', () => {
  const onPath = (name: string, selector: string, path: string) =>
    policy('shop', 'web', `[{to: [{operation: {paths: [${path}]}}]}]`)
      .replace('metadata: {name: web', `metadata: {name: ${name}`)
      .replace('{app: web}', `{${selector}}`);
  const side = (tier: string) =>
    [
      MESH,
      WEB.replace('app: web}}, spec', `app: web, tier: ${tier}}}, spec`),
      onPath('health', 'app: web', '/health'),
      onPath('api', `tier: ${tier}`, '/v1/*'),
    ].join('');
  expect(planOf(clusterOf(side('x')), clusterOf(side('y'))).losses).toEqual([
    { step: 1, request: 'shop/web → web.shop:80' },
  ]);
});
