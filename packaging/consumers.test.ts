import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfigFile } from 'typescript';
import { programsIn } from '../docs/programs';
import { Project } from './project';
import { tool } from './tools';

const { dependencies, peerDependencies, typesVersions, exports } = JSON.parse(
  readFileSync(join(__dirname, '../package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies' | 'exports', Record<string, string>> & {
  typesVersions: Record<string, Record<string, unknown>>;
};
const MODULES = join(__dirname, '../node_modules');
const PACKAGES = [...Object.keys(dependencies), ...Object.keys(peerDependencies), '@types/node', '@types/jest'];
const WITHOUT_AWS = PACKAGES.filter(each => each !== 'aws-cdk-lib');

const MODEL = `
import { App, Chart } from 'cdk8s';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from 'cdk8s-cardinal';
import { VirtualService } from 'cdk8s-cardinal/istio';
import { EnvoyGateway } from 'cdk8s-cardinal/gateway';
import { checkManifests, CHECKS } from 'cdk8s-cardinal/checks';

export const shop = new Topology('shop');
const web = shop.addService('web', { image: 'example/web:1', port: Port.http(80, { target: 8080 }) });
shop.addEdge('api', { host: 'shop.example' }).route('GET /', web);
export const chart = new TopologyChart(new ClusterApp(), 'shop', { topology: shop, mesh: Mesh.istio() });
new VirtualService(new Chart(new App(), 'own'), 'web', { spec: { hosts: ['web'], http: [{ timeout: '1s' }] } });
const { name } = Mesh.none({ gateway: new EnvoyGateway() });
console.log(chart.toJson().length > 10, CHECKS.length > 100, typeof checkManifests, name);
`;
const TRAFFIC = `
import { Manifests, Match, Traffic } from 'cdk8s-cardinal/testing';
import { chart } from './model.js';

const manifests = Manifests.ofChart(chart);
manifests.has('Deployment', { spec: { replicas: 2, template: Match.objectLike({}) } });
Traffic.of(manifests).fromInternet('GET http://shop.example/').expectRoutedTo('web');
console.log('routed');
`;
const CLOUD = `
import { App, Stack } from 'aws-cdk-lib';
import { HttpApiEdge } from 'cdk8s-cardinal/aws';

console.log(typeof HttpApiEdge, new Stack(new App(), 'stack').stackName);
`;

const BESIDE = `
import { Chart, Testing } from 'cdk8s';
import { Deployment, ServiceAccount } from 'PLUS';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from 'cdk8s-cardinal';

const app = new ClusterApp();
const shop = new Topology('shop');
shop.addService('web', { image: 'example/web:1', port: Port.http(80, { target: 8080 }) });
new TopologyChart(app, 'shop', { topology: shop, mesh: Mesh.istio() });
const own = new Chart(app, 'own', { namespace: 'shop' });
const serviceAccount = new ServiceAccount(own, 'account');
const batch = new Deployment(own, 'batch', { serviceAccount, containers: [{ image: 'example/batch:1', portNumber: 80 }] });
batch.exposeViaService();
console.log((Testing.synth(own) as { kind: string }[]).map(({ kind }) => kind).sort().join());
`;

const GUIDES = readdirSync(join(__dirname, '../docs/guides')).map(each => `docs/guides/${each.replace(/\.md$/, '')}`);

const STRICT = { strict: true, skipLibCheck: false, esModuleInterop: true, declaration: true, outDir: 'out' };
const NODE10 = { ...STRICT, module: 'commonjs', moduleResolution: 'node10', target: 'es2017', lib: ['es2016'] };
const NODE16 = { ...STRICT, module: 'node16', target: 'es2022', types: ['node'] };
const NODENEXT = { ...NODE16, module: 'nodenext' };
const BUNDLER = { ...NODE16, module: 'esnext', moduleResolution: 'bundler' };
/** The options of projects that other tools make, with the declarations of packages checked. */
const ofTemplate = (path: string): object => {
  const { config } = readConfigFile(join(MODULES, path), file => readFileSync(file, 'utf8')) as {
    config: { compilerOptions: object };
  };
  return { ...config.compilerOptions, skipLibCheck: false, noEmit: false, outDir: 'out' };
};
const CDK8S_INIT = ofTemplate('cdk8s-cli/templates/typescript-app/tsconfig.json');
const CDK_INIT = ofTemplate('aws-cdk/lib/init-templates/app/typescript/tsconfig.json');
const COMPILERS = {
  '5.4': () => join(MODULES, 'typescript-5.4'),
  '5.9': () => join(MODULES, 'typescript-5.9'),
  '6.0': () => join(MODULES, 'typescript'),
  '7.0': () => tool('typescript-7'),
};

function projectOf(packages: readonly string[], type: 'commonjs' | 'module', compilerOptions: object): Project {
  return new Project(packages, {
    'package.json': JSON.stringify({ name: 'user', private: true, type }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts'] }),
    'model.ts': MODEL,
    'traffic.ts': TRAFFIC,
    ...(packages.includes('aws-cdk-lib') ? { 'cloud.ts': CLOUD } : {}),
  });
}

const compiled = (project: Project, version: keyof typeof COMPILERS) =>
  project.run(process.execPath, join(COMPILERS[version](), 'bin/tsc'));

test.each([
  ['5.4', 'as cdk8s init makes it', 'commonjs', CDK8S_INIT],
  ['5.9', 'as cdk8s init makes it', 'commonjs', CDK8S_INIT],
  ['5.9', 'as cdk init makes it', 'commonjs', CDK_INIT],
  ['6.0', 'as cdk init makes it', 'commonjs', CDK_INIT],
  ['7.0', 'as cdk init makes it', 'commonjs', CDK_INIT],
  ['6.0', 'with node10', 'commonjs', { ...NODE10, ignoreDeprecations: '6.0', types: ['node'] }],
  ['5.4', 'with node16', 'commonjs', NODE16],
  ['5.4', 'with node16', 'module', NODE16],
  ['7.0', 'with node16', 'module', NODE16],
  ['5.4', 'with nodenext', 'module', NODENEXT],
  ['6.0', 'with nodenext', 'module', NODENEXT],
  ['7.0', 'with nodenext', 'commonjs', NODENEXT],
  ['5.4', 'with a bundler', 'module', BUNDLER],
  ['6.0', 'with a bundler', 'module', BUNDLER],
  ['7.0', 'with a bundler', 'module', BUNDLER],
] as const)(
  'a project of TypeScript %s, %s, of type %s, compiles without skipLibCheck',
  (version, _how, type, options) => {
    const project = projectOf(PACKAGES, type, options);
    expect(compiled(project, version)).toBe('');
    project.remove();
  },
);

test('the programs of README, tutorial and guides compile', () => {
  const project = projectOf(WITHOUT_AWS, 'commonjs', NODE16);
  const documents = ['README', 'docs/tutorial', ...GUIDES].map(each => ({
    name: each.replaceAll('/', '-'),
    programs: programsIn(readFileSync(join(__dirname, `../${each}.md`), 'utf8')),
  }));
  const files = documents.flatMap(({ name, programs }) => programs.map((code, index) => ({ name, index, code })));
  expect(files.length).toBeGreaterThan(15);
  files.forEach(({ name, index, code }) => {
    const [, path = `${name}-${index + 1}.ts`] = /^\/\/ (\w+\.ts)$/m.exec(code) ?? [];
    project.write(path, code);
  });
  expect(compiled(project, '6.0')).toBe('');
  project.remove();
});

test.each(['cdk8s-plus-28', 'cdk8s-plus-33'] as const)('objects of %s are in one app with a topology', name => {
  const project = projectOf(WITHOUT_AWS, 'commonjs', NODE16);
  project.link(name, tool(name));
  project.write('beside.ts', BESIDE.replaceAll('PLUS', name));
  expect(compiled(project, '6.0')).toBe('');
  expect(project.run(process.execPath, 'out/beside.js')).toMatch(/^Deployment,Service,ServiceAccount$/m);
  project.remove();
});

test.each(['commonjs', 'module'] as const)('a project of type %s runs, without aws-cdk-lib', type => {
  const project = projectOf(WITHOUT_AWS, type, NODE16);
  expect(compiled(project, '6.0')).toBe('');
  expect(project.run(process.execPath, 'out/traffic.js')).toBe(
    'true true function plain Kubernetes without a mesh\nrouted\n',
  );
  project.remove();
});

test('every entry point has its types for resolvers that do not read exports', () => {
  const entries = Object.keys(exports).filter(each => !each.endsWith('.json') && each !== '.');
  expect(
    Object.keys(typesVersions['*'] ?? {})
      .map(each => `./${each}`)
      .sort(),
  ).toEqual(entries.sort());
});
