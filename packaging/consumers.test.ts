import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packed, Project } from './project';

const { dependencies, peerDependencies, typesVersions, exports } = JSON.parse(
  readFileSync(join(__dirname, '../package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies' | 'exports', Record<string, string>> & {
  typesVersions: Record<string, Record<string, unknown>>;
};
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

const STRICT = { strict: true, skipLibCheck: false, esModuleInterop: true, declaration: true, outDir: 'out' };
/** The options of \`cdk8s init typescript-app\` that matter to declarations. */
const CDK8S_INIT = { ...STRICT, module: 'commonjs', target: 'es2017', lib: ['es2016'], noImplicitReturns: true };

const folder = mkdtempSync(join(tmpdir(), 'cardinal-packed-'));
let tarball = '';
beforeAll(() => {
  tarball = packed(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function projectOf(packages: readonly string[], type: 'commonjs' | 'module', compilerOptions: object): Project {
  return new Project(tarball, packages, {
    'package.json': JSON.stringify({ name: 'user', private: true, type }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts'] }),
    'model.ts': MODEL,
    'traffic.ts': TRAFFIC,
    ...(packages.includes('aws-cdk-lib') ? { 'cloud.ts': CLOUD } : {}),
  });
}

test.each([
  ['5.4', 'as cdk8s init makes it', 'commonjs', 'typescript-5.4', CDK8S_INIT],
  ['5.9', 'as cdk8s init makes it', 'commonjs', 'typescript-5.9', CDK8S_INIT],
  ['5.4', 'with node16', 'commonjs', 'typescript-5.4', { ...STRICT, module: 'node16' }],
  ['6', 'with nodenext', 'module', 'typescript', { ...STRICT, module: 'nodenext', types: ['node'] }],
  [
    '6',
    'with a bundler',
    'module',
    'typescript',
    { ...STRICT, module: 'esnext', moduleResolution: 'bundler', types: ['node'] },
  ],
] as const)(
  'a project of TypeScript %s, %s, compiles without skipLibCheck',
  (_version, _how, type, compiler, options) => {
    const project = projectOf(PACKAGES, type, options);
    expect(project.run(process.execPath, join(__dirname, '../node_modules', compiler, 'bin/tsc'))).toBe('');
    project.remove();
  },
);

test.each(['commonjs', 'module'] as const)('a project of type %s runs, without aws-cdk-lib', type => {
  const project = projectOf(WITHOUT_AWS, type, { ...STRICT, module: 'node16', skipLibCheck: true, types: ['node'] });
  expect(project.run(process.execPath, join(__dirname, '../node_modules/typescript/bin/tsc'))).toBe('');
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
