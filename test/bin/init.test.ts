import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { init } from '../../bin/commands/init';
import { EDGES, MESHES, type InitValues } from '../../bin/commands/init-options';
import manifest from '../../package.json';
import { printedBy } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

function run(folder: string, values: Partial<InitValues> = {}) {
  return printedBy(() => init(folder, { mesh: 'istio', ...values }));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort();
}

const CLUSTER = [
  '.github/workflows/ci.yml',
  '.gitignore',
  'cdk8s.yaml',
  'package.json',
  'src/cluster.ts',
  'src/front.ts',
  'src/mesh.ts',
  'src/model.ts',
  'test/model.test.ts',
  'tsconfig.json',
];

test('a project has a model, an app for the cluster, one for the cloud, a test and a workflow, which are all listed', () => {
  const folder = join(temporaryFolder(), 'new/shop');
  const { status, stdout, stderr } = run(folder);

  expect([status, stderr]).toEqual([0, '']);
  expect(filesIn(folder)).toEqual([...CLUSTER, 'cdk.json', 'src/cloud.ts', 'src/network.ts'].sort());
  filesIn(folder).forEach(file => expect(stdout).toContain(join(folder, file)));
  expect(stdout).toContain(`Next: cd ${folder} && npm install && npm test && npm run synth\n`);
});

test.each(MESHES)('with a gateway in the cluster and the mesh %s there is no app for the cloud', mesh => {
  const folder = temporaryFolder();
  expect(run(folder, { mesh, edge: 'gateway' }).status).toBe(0);

  expect(filesIn(folder)).toEqual([...CLUSTER, ...(mesh === 'none' ? ['cardinal.yaml'] : [])].sort());
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).not.toContain('aws');
  expect(readFileSync(join(folder, 'src/mesh.ts'), 'utf8')).toContain(`Mesh.${mesh}(`);
});

test('the versions are those of the package', () => {
  const folder = join(temporaryFolder(), 'My Shop!');
  run(folder);
  const { name, dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

  expect(name).toBe('my-shop');
  expect(dependencies).toEqual({ ...manifest.peerDependencies, 'cdk8s-cardinal': `^${manifest.version}` });
  expect(
    Object.entries(devDependencies).every(([each, version]) =>
      Object.entries(manifest.devDependencies).some(([own, is]) => own === each && is === version),
    ),
  ).toBe(true);
});

test.each(EDGES.flatMap(edge => MESHES.map(mesh => [edge, mesh] as const)))(
  'no placeholder is left with the edge %s and the mesh %s',
  (edge, mesh) => {
    const folder = temporaryFolder();
    run(folder, { edge, mesh });
    filesIn(folder).forEach(file =>
      expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/"(NAME|VERSION|\*)"/),
    );
  },
);

test('from Bookinfo the model is that of the example', () => {
  const folder = temporaryFolder();
  expect(run(folder, { from: 'bookinfo' }).status).toBe(0);

  expect(filesIn(folder)).toEqual([...CLUSTER.filter(each => each !== 'src/front.ts'), 'src/bookinfo.ts'].sort());
  expect(readFileSync(join(folder, 'src/bookinfo.ts'), 'utf8')).toContain("from 'cdk8s-cardinal'");
});

test.each<[string, Partial<InitValues>, string]>([
  ['without a mesh', { mesh: 'none' }, 'needs a mesh'],
  ['behind an API', { edge: 'rest-api' }, 'gateway in the cluster only'],
])('Bookinfo %s is an error, and nothing is written', (_what, values, message) => {
  const folder = temporaryFolder();
  const { status, stderr } = run(folder, { from: 'bookinfo', ...values });

  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(filesIn(folder)).toEqual([]);
});

test('a file is never overwritten, and nothing else is written', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/model.ts'), 'mine');
  writeFileSync(join(folder, 'README.md'), 'mine');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'cdk.json'));
  const { status, stderr } = run(folder);

  expect(status).toBe(2);
  expect(stderr).toBe(
    `cdk.json, src/model.ts in ${folder} would be overwritten. Choose another folder, or remove them.\n`,
  );
  expect(filesIn(folder)).toEqual(['README.md', 'src/model.ts']);
  expect(readFileSync(join(folder, 'src/model.ts'), 'utf8')).toBe('mine');
});

test('in ambient mode, Istio is installed for it', () => {
  const folder = temporaryFolder();
  run(folder, { mesh: 'ambient' });

  expect(readFileSync(join(folder, 'src/cluster.ts'), 'utf8')).toContain(
    "new IstioInstallation(app, 'istio', { ambient: true });",
  );
});
