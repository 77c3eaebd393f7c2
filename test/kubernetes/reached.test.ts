import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Deployment } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import fc from 'fast-check';
import { ClusterApp, Mesh, type Service, Topology, TopologyChart } from '../../lib';
import { declare as declareObject, objectsBelow } from '../../lib/kubernetes/declared-object';
import { labelObjects } from '../../lib/kubernetes/labels';
import { resource } from '../../lib/kubernetes/resource';
import { constructsBelow, deferChildren, isReached } from '../../lib/kubernetes/reached';
import { plain } from '../istio/support';
import { temporaryFolder } from '../support/temporary-folder';
import { declare, recipes } from '../support/topologies';

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

test('all constructs below another are those of the tree, in its order', () => {
  const root = new Construct(undefined as never, '');
  const [a] = ['a', 'b'].map(id => new Construct(root, id));
  new Construct(a ?? root, 'c');

  expect(constructsBelow(root)).toEqual(root.node.findAll());
});

test('objects are below a chart in the same order before and after they are reached', () => {
  const { chart, cart } = declared();
  new ApiObject(chart.scopeOf(cart), 'last', { apiVersion: 'example.com/v1', kind: 'Example' });
  const namesOf = () => objectsBelow(chart).map(({ kind, name }) => `${kind} ${name}`);
  const before = namesOf();
  const found = chart.node.findAll().filter(each => ApiObject.isApiObject(each));

  expect(isReached(chart.scopeOf(cart))).toBe(true);
  expect(namesOf()).toEqual(before);
  expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual(before);
  expect(before.at(-1)).toMatch(/^Example /);
});

test.each(['Service', 'ServiceAccount', 'NetworkPolicy', 'PodDisruptionBudget', 'Sidecar'])(
  'a patch of a %s is written',
  kind => {
    const all = declared();
    all.chart.object(kind, 'cart').addJsonPatch(JsonPatch.add('/metadata/annotations', { changed: 'here' }));
    all.app.synth();

    const files = ['4-policies', '5-workloads'].map(file => readFileSync(join(all.app.outdir, `${file}.yaml`), 'utf8'));
    const [document] = files.flatMap(file => file.split('---\n')).filter(each => each.includes('changed: here'));
    expect(document).toContain(`kind: ${kind}\n`);
  },
);

test('objects have the labels of their service also if they are created later', () => {
  const { chart } = declared();
  const service = chart.object('Service', 'cart');

  expect(service.metadata.getLabel('app.kubernetes.io/name')).toBe('cart');
});

test('a label that an object declares is not that of its service', () => {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart');
  const chart = new TopologyChart(new ClusterApp(), 'shop', { topology });
  declareObject(chart.scopeOf(cart), 'own', resource('example.com/v1', 'Example'), {
    metadata: { name: 'own', labels: { 'app.kubernetes.io/name': 'other' } },
    spec: {},
  });
  labelObjects(chart.scopeOf(cart), cart);
  const labels = { 'app.kubernetes.io/name': 'other' };

  expect(objectsBelow(chart).at(-1)?.toJson()).toMatchObject({ metadata: { name: 'own', labels } });
  expect(chart.object('Example', 'own').toJson()).toMatchObject({ metadata: { name: 'own', labels } });
});

describe('a construct in the scope of a service', () => {
  test('cannot have the id of an object that is not reached', () => {
    const { chart, cart } = declared();

    expect(() => new Construct(chart.scopeOf(cart), 'network-policy')).toThrow(/already a Construct with name/);
  });

  test('does not reach the objects', () => {
    const { chart, cart } = declared();
    new Construct(chart.scopeOf(cart), 'own');

    expect(isReached(chart.scopeOf(cart))).toBe(false);
  });

  test('is found with them', () => {
    const { chart, cart } = declared();
    const own = new Construct(chart.scopeOf(cart), 'own');
    const { node } = chart.scopeOf(cart);

    expect(node.tryFindChild('own')).toBe(own);
    expect(node.children.at(-1)).toBe(own);
    expect(node.children).toHaveLength(new Set(node.children).size);
  });

  test('can be removed, as the objects can', () => {
    const all = declared();
    const { node } = all.chart.scopeOf(all.cart);

    expect(node.tryRemoveChild('none')).toBe(false);
    expect(node.tryRemoveChild('service')).toBe(true);
    expect(node.tryFindChild('service')).toBeUndefined();
    expect(node.children.map(each => each.node.id)).not.toContain('service');
    expect(written(all)).not.toContain('kind: Service\n');
  });
});

test('a locked chart can be read, and gets no constructs', () => {
  const { chart, cart } = declared();
  chart.node.lock();

  expect(chart.object('Service', 'cart').name).toBe('cart');
  expect(() => new Construct(chart.scopeOf(cart), 'own')).toThrow(/Cannot add children/);
});

test('an app with resolvers of its own resolves the values of all objects', () => {
  const topology = new Topology('shop');
  plain(topology, 'cart');
  const app = new ClusterApp({ outdir: temporaryFolder() });
  const chart = new TopologyChart(app, 'shop', { topology });
  app.resolvers.push({
    resolve: context => {
      if (context.value === 'example/cart:1') {
        context.replaceValue('example/cart:2');
      }
    },
  });
  app.synth();

  expect(chart.object('Deployment', 'cart-v1').toJson()).toMatchObject({ kind: 'Deployment' });
  expect(readFileSync(join(app.outdir, '5-workloads.yaml'), 'utf8')).toContain('image: example/cart:2');
});

test('a value that only cdk8s can render is rendered by it', () => {
  const scope = new Chart(new App(), 'chart');
  const deferring = new Construct(scope, 'scope');
  deferChildren(deferring);
  declareObject(deferring, 'object', resource('example.com/v1', 'Example'), {
    metadata: { name: 'object' },
    spec: { token: { resolve: () => 'text' } },
  });

  expect(objectsBelow(scope).map(each => each.toJson())).toMatchObject([{ spec: { token: 'text' } }]);
});

test('an object is created at once in a scope that does not defer it', () => {
  const scope = new Chart(new App(), 'chart');
  declareObject(scope, 'object', resource('example.com/v1', 'Example'), { metadata: { name: 'object' }, spec: {} });

  expect(scope.node.children).toHaveLength(1);
});

test('any topology is written the same, whether it is reached or not', () => {
  fc.assert(
    fc.property(recipes, recipe => {
      const [unreached, reached] = [false, true].map(isReached => {
        const app = new ClusterApp({ outdir: temporaryFolder() });
        const chart = new TopologyChart(app, 'shop', { topology: declare(recipe, 'shop'), mesh: Mesh.istio() });
        if (isReached) {
          chart.node.findAll();
        }
        app.synth();
        return filesOf(app);
      });
      expect(unreached).toEqual(reached);
    }),
    { numRuns: 10 },
  );
});

function filesOf({ outdir }: ClusterApp): string[] {
  return readdirSync(outdir, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.yaml'))
    .map(file => `${file}\n${readFileSync(join(outdir, file), 'utf8')}`);
}

test('checks get the objects that are not reached', () => {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart');
  const app = new ClusterApp({ outdir: temporaryFolder(), checked: true });
  const chart = new TopologyChart(app, 'shop', { topology });
  declareObject(chart.scopeOf(cart), 'wrong', resource('networking.istio.io/v1', 'VirtualService'), {
    metadata: { name: 'wrong' },
    spec: { hosts: 'wrong' },
  });

  expect(() => {
    app.synth();
  }).toThrow(/wrong/);
});
