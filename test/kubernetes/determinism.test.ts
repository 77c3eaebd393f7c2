import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from 'cdk8s';
import { Testing } from 'cdk8s';
import fc from 'fast-check';
import { ClusterApp, Mesh, TopologyChart } from '../../lib';
import { toYaml } from '../../lib/kubernetes';
import { temporaryFolder } from '../support/temporary-folder';
import { declare, type Recipe, recipes } from '../support/topologies';

/** All files that an app writes, by name. */
function written(fill: (app: ClusterApp) => unknown): Record<string, string> {
  const outdir = temporaryFolder();
  const app = new ClusterApp({ outdir });
  fill(app);
  app.synth();
  return Object.fromEntries(readdirSync(outdir).map(file => [file, readFileSync(join(outdir, file), 'utf8')]));
}

const chartOf = (app: ClusterApp, recipe: Recipe, name = 'shop') =>
  new TopologyChart(app, name, { topology: declare(recipe, name), mesh: Mesh.istio() });
const bytesOf = (chart: Chart) => (Testing.synth(chart) as unknown[]).map(each => toYaml(each)).join('---\n');

test('the same model gives the same bytes in every file', () => {
  fc.assert(
    fc.property(recipes, recipe => {
      expect(written(app => chartOf(app, recipe))).toEqual(written(app => chartOf(app, recipe)));
    }),
    { numRuns: 5 },
  );
});

test('one model rendered twice, by two charts, gives the same bytes', () => {
  fc.assert(
    fc.property(recipes, recipe => {
      const topology = declare(recipe);
      const [one, other] = [1, 2].map(() =>
        bytesOf(new TopologyChart(new ClusterApp(), 'shop', { topology, mesh: Mesh.istio() })),
      );
      expect(one).toBe(other);
    }),
    { numRuns: 5 },
  );
});

test('what a model gives does not depend on what else is in the app, before or after', () => {
  fc.assert(
    fc.property(recipes, recipes, recipes, (recipe, before, after) => {
      const alone = bytesOf(chartOf(new ClusterApp(), recipe));
      const app = new ClusterApp();
      chartOf(app, before, 'before');
      const among = chartOf(app, recipe);
      chartOf(app, after, 'after');
      expect(bytesOf(among)).toBe(alone);
    }),
    { numRuns: 5 },
  );
});

test('what a model gives does not depend on the clock, on chance or on the environment', () => {
  const [recipe] = fc.sample(recipes, { numRuns: 1, seed: 1 });
  if (!recipe) {
    throw new Error('nothing was generated');
  }
  const usual = bytesOf(chartOf(new ClusterApp(), recipe));
  const mocks = [jest.spyOn(Date, 'now').mockReturnValue(0), jest.spyOn(Math, 'random').mockReturnValue(0.1)];
  const environment = process.env;
  process.env = { PATH: environment.PATH, LANG: 'tr_TR.UTF-8', TZ: 'Asia/Kolkata' };
  try {
    expect(bytesOf(chartOf(new ClusterApp(), recipe))).toBe(usual);
  } finally {
    process.env = environment;
    mocks.forEach(mock => mock.mockRestore());
  }
});
