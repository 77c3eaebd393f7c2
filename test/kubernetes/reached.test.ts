import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { Deployment } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { ClusterApp, Mesh, type Service, Topology, TopologyChart } from '../../lib';
import { constructsBelow, isReached } from '../../lib/kubernetes/reached';
import { plain } from '../istio/support';
import { temporaryFolder } from '../support/temporary-folder';

interface Declared {
  readonly app: ClusterApp;
  readonly chart: TopologyChart;
  readonly cart: Service;
}

function declared(): Declared {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart');
  const app = new ClusterApp({ outdir: temporaryFolder() });
  return { app, cart, chart: new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() }) };
}

/** The workloads as they are written. */
function written({ app }: Declared): string {
  app.synth();
  return readFileSync(join(app.outdir, '5-workloads.yaml'), 'utf8');
}

test('nothing is reached by rendering, and by synthesis', () => {
  const { app, chart, cart } = declared();
  app.synth();

  expect(isReached(chart.scopeOf(cart))).toBe(false);
});

test.each<[string, (declared: Declared) => unknown]>([
  ['the chart', ({ chart, cart }) => chart.deployment(cart)],
  ['the chart, as a workload of any kind', ({ chart, cart }) => chart.workload(cart)],
  ['a walk of the app', ({ app }) => app.node.findAll().find(each => each instanceof Deployment)],
  ['the children of its scope', ({ chart, cart }) => chart.scopeOf(cart).node.children.find(isDeployment)],
  ['its path', ({ chart, cart }) => chart.scopeOf(cart).node.findChild('version:v1')],
  ['its path, if there is one', ({ chart, cart }) => chart.scopeOf(cart).node.tryFindChild('version:v1')],
  ['what is above its object', ({ chart }) => chart.object('Deployment', 'cart-v1').node.scope],
])('a change of a Deployment that is reached by %s is written', (_way, reached) => {
  const all = declared();
  const deployment = reached(all);

  expect(deployment).toBeInstanceOf(Deployment);
  (deployment as Deployment).podMetadata.addAnnotation('changed', 'here');
  expect(written(all)).toContain('changed: here');
});

function isDeployment(construct: unknown): boolean {
  return construct instanceof Deployment;
}

test('a change by a validation is written', () => {
  const all = declared();
  const { app, chart, cart } = all;
  app.node.addValidation({
    validate: () => {
      chart.deployment(cart).podMetadata.addAnnotation('changed', 'here');
      return [];
    },
  });

  expect(written(all)).toContain('changed: here');
});

test('the other services of a chart are not reached with one', () => {
  const topology = new Topology('shop');
  const [cart, web] = [plain(topology, 'cart'), plain(topology, 'web')];
  const chart = new TopologyChart(new ClusterApp(), 'shop', { topology });
  chart.deployment(cart);

  expect([cart, web].map(each => isReached(chart.scopeOf(each)))).toEqual([true, false]);
});

test('labels of the object of a Deployment, and its patches, are written', () => {
  const all = declared();
  const object = constructsBelow(all.chart)
    .filter(each => ApiObject.isApiObject(each))
    .find(({ kind }) => kind === 'Deployment');
  object?.metadata.addLabel('team', 'checkout');

  expect(isReached(all.chart.scopeOf(all.cart))).toBe(false);
  expect(written(all)).toContain('team: checkout');
});

test('all constructs below another are those of the tree, in its order', () => {
  const root = new Construct(undefined as never, '');
  const [a] = ['a', 'b'].map(id => new Construct(root, id));
  new Construct(a ?? root, 'c');

  expect(constructsBelow(root)).toEqual(root.node.findAll());
});
