import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from './project';

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(__dirname, '../package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;
const TOOLS = ['@types/node', 'aws-cdk', 'cdk8s-cli', 'tsx', 'typescript', '.bin'];
const CARDINAL = 'node_modules/cdk8s-cardinal/build/bin/cardinal.js';

const projectWith = (packages: readonly string[]) =>
  new Project([...Object.keys(dependencies), ...Object.keys(peerDependencies), ...packages], {});

test.each([
  [['--edge', 'gateway', '--mesh', 'istio'], ['dist']],
  [['--edge', 'gateway', '--mesh', 'ambient'], ['dist']],
  [['--edge', 'gateway', '--mesh', 'none'], ['dist']],
  [
    ['--edge', 'http-api', '--mesh', 'istio'],
    ['cdk.out', 'dist'],
  ],
  [
    ['--edge', 'rest-api', '--mesh', 'none'],
    ['cdk.out', 'dist'],
  ],
  [['--from', 'bookinfo'], ['dist']],
])('a project of `init %s` passes its own tests and is synthesized', (options, written) => {
  const project = projectWith(TOOLS);
  expect(project.run(process.execPath, CARDINAL, 'init', ...options)).toContain('\nNext: npm install && npm test');

  expect(project.run('npm', 'test')).toMatch(/^. fail 0$/m);
  const path = `PATH=${join(project.folder, 'node_modules/.bin')}:${process.env.PATH ?? ''}`;
  expect(project.run('env', path, process.execPath, CARDINAL, 'synth')).toMatch(/^time /m);
  expect(readdirSync(project.folder).filter(each => ['cdk.out', 'dist'].includes(each))).toEqual(written);
  project.remove();
});

test('the checks, and libraries that only some declarations need, are loaded when they are used', () => {
  const project = projectWith([]);
  const loaded = (code: string) =>
    JSON.parse(
      project.run(process.execPath, '-e', `${code}; console.log(JSON.stringify(Object.keys(require.cache)))`),
    ) as string[];
  const isHeavy = (path: string) => /\/lib\/(checks|dataplane|manifests)\/|@bufbuild|re2js|cdk8s-plus/.test(path);

  for (const entry of ['', '/istio', '/gateway', '/openapi']) {
    expect([entry, ...loaded(`require('cdk8s-cardinal${entry}')`).filter(isHeavy)]).toEqual([entry]);
  }
  const root = "const { ClusterApp, Mesh, Topology, TopologyChart } = require('cdk8s-cardinal')";
  expect(loaded(root).some(each => each.endsWith('/lib/topology/index.js'))).toBe(true);
  const chart = "new TopologyChart(new ClusterApp(), 'shop', { topology: new Topology('shop'), mesh: Mesh.istio() })";
  expect(loaded(`${root}; ${chart}`).filter(isHeavy)).not.toEqual([]);
  const service = "const topology = new Topology('shop'); topology.addService('cart', { image: 'example/cart:1' })";
  const synth =
    "const app = new ClusterApp(); new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() }); app.synth()";
  expect(loaded(`${root}; ${service}; ${synth}`).filter(each => each.includes('cdk8s-plus'))).toEqual([]);
  project.remove();
});

/** How many modules whose path has a text the command line loads. */
function loadedBy(project: Project, text: string, args: readonly string[]): string {
  const count = `Object.keys(require.cache).filter(each => /${text}/.test(each)).length`;
  const program = `process.on('exit', () => console.log(${count}, 'loaded')); require('./${CARDINAL}')`;
  return project.run(
    process.execPath,
    '-e',
    `process.argv = ${JSON.stringify(['node', 'cardinal', ...args])}; ${program}`,
  );
}

test.each([['--help'], ['check', '--help'], ['chek']])('cardinal %s %s loads no checks', (...args) => {
  const project = projectWith([]);
  expect(loadedBy(project, 'lib.(checks|dataplane)', args)).toMatch(/^0 loaded$/m);
  project.remove();
});

test.each([
  [['check', 'web.yaml']],
  [['matrix', 'web.yaml']],
  [['graph', 'web.yaml']],
  [['route', 'web.yaml', '--from', 'internet', '--to', 'http://web.example/']],
  [['diff', 'web.yaml', 'web.yaml']],
  [['plan', 'web.yaml', 'web.yaml']],
])('cardinal %p reads manifests without the model and cdk8s', args => {
  const project = projectWith([]);
  project.write('web.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n');
  expect(loadedBy(project, 'lib.manifests', args)).not.toMatch(/^0 loaded$/m);
  expect(loadedBy(project, 'lib.topology|cdk8s.lib', args)).toMatch(/^0 loaded$/m);
  project.remove();
});

test('the version is printed without loading a command', () => {
  const project = projectWith([]);
  const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
  expect(project.run(process.execPath, CARDINAL, '--version')).toBe(`${version}\n`);
  project.remove();
});
