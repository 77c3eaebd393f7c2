import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TARBALL } from './project';
import { registry, tool } from './tools';

const { peerDependencies, version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
  peerDependencies: Record<string, string>;
  version: string;
};
/** As the README tells to install. */
const PEERS = ['cdk8s', 'cdk8s-plus-27', 'constructs'];

const MODEL = `
const { ClusterApp, Mesh, Port, Topology, TopologyChart } = require('cdk8s-cardinal');
['istio', 'linkerd', 'gateway', 'openapi', 'checks', 'testing'].forEach(each => require('cdk8s-cardinal/' + each));
const shop = new Topology('shop');
const web = shop.addService('web', { image: 'example/web:1', port: Port.http(80, { target: 8080 }) });
shop.addEdge('api', { host: 'shop.example' }).route('GET /', web);
const app = new ClusterApp();
new TopologyChart(app, 'shop', { topology: shop, mesh: Mesh.istio() });
app.synth();
`;

interface Manager {
  readonly program: readonly string[];
  /** The subcommand that runs a program of the project. */
  readonly exec: string;
  readonly environment?: Record<string, string>;
  readonly files?: Record<string, string>;
}

const yarn4 = (nodeLinker: string): Manager => ({
  program: [process.execPath, join(tool('@yarnpkg/cli-dist'), 'bin/yarn.js')],
  exec: 'exec',
  environment: {
    YARN_NODE_LINKER: nodeLinker,
    YARN_NPM_REGISTRY_SERVER: registry(),
    YARN_ENABLE_TELEMETRY: '0',
    // In CI yarn refuses to write the first lockfile.
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  },
  files: { 'yarn.lock': '' },
});

const MANAGERS: readonly (readonly [string, () => Manager])[] = [
  ['npm', () => ({ program: ['npm'], exec: 'exec --' })],
  [
    'pnpm',
    () => ({
      program: [process.execPath, join(tool('pnpm'), 'bin/pnpm.mjs')],
      exec: 'exec',
      environment: { npm_config_registry: registry(), CI: 'true' },
      files: { 'pnpm-workspace.yaml': pnpmSettings() },
    }),
  ],
  [
    'yarn 1',
    () => ({
      program: [process.execPath, join(tool('yarn'), 'bin/yarn.js'), '--registry', registry()],
      exec: '--silent exec --',
    }),
  ],
  ['yarn 4 with node_modules', () => yarn4('node-modules')],
  ["yarn 4 with Plug'n'Play", () => yarn4('pnp')],
];

/** The settings that the guide tells users of pnpm to write. */
function pnpmSettings(): string {
  const guide = readFileSync(join(__dirname, '../docs/guides/supported-versions.md'), 'utf8');
  return /```yaml\n([^]*?)```/.exec(guide)?.[1] ?? '';
}

const folder = mkdtempSync(join(tmpdir(), 'cardinal-managers-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(MANAGERS)('%s installs the package without a warning about it, and its command runs', (name, manager) => {
  const { program, exec, environment, files } = manager();
  const project = join(folder, name.replace(/\W/g, '-'));
  const dependencies = {
    'cdk8s-cardinal': `file:${TARBALL}`,
    ...Object.fromEntries(PEERS.map(each => [each, peerDependencies[each]])),
  };
  const manifest = JSON.stringify({ name: 'user', version: '1.0.0', license: 'MIT', private: true, dependencies });
  mkdirSync(project);
  Object.entries({ 'package.json': manifest, 'model.js': MODEL, ...files }).forEach(([path, text]) =>
    writeFileSync(join(project, path), text),
  );
  const run = (command: string): string => {
    const { status, stdout } = spawnSync('sh', ['-c', `"$@" ${command} 2>&1`, 'sh', ...program], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
    return status === 0 ? stdout : `failed with ${status}:\n${stdout}`;
  };

  expect(warningsOf(run('install'))).toEqual([]);
  expect(run(`${exec} cardinal --version`)).toBe(`${version}\n`);
  expect(run(`${exec} node model.js`)).toBe('');
  expect(readFileSync(join(project, 'dist/5-workloads.yaml'), 'utf8')).toContain('kind: Deployment');
});

/** Warnings and errors of a manager, but those about the scripts of `backport`, which cdk8s-plus-27 depends on. */
function warningsOf(output: string): string[] {
  const lines = output.split('\n').filter(each => /warn|error|failed|deprecated|YN00(02|04|60|86)/i.test(each));
  return lines.filter(each => !/backport|install-scripts *(\d package|Run |$)|Done with warnings/.test(each));
}

test('the guide names the versions of package managers that are tested', () => {
  const guide = readFileSync(join(__dirname, '../docs/guides/supported-versions.md'), 'utf8');
  const [, tested = ''] = /^\| package managers \|[^|]*\| ([^|]*) \|$/m.exec(guide) ?? [];
  const versionOf = (name: Parameters<typeof tool>[0]) =>
    (JSON.parse(readFileSync(join(tool(name), 'package.json'), 'utf8')) as { version: string }).version;

  expect(tested).toContain(`pnpm ${versionOf('pnpm').split('.')[0]},`);
  expect(tested).toContain(`yarn ${versionOf('yarn').replace(/\.\d+$/, '')} `);
  expect(tested).toContain(`and ${versionOf('@yarnpkg/cli-dist').replace(/\.\d+$/, '')}`);
});
