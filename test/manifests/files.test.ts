import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResources } from '../../lib/manifests';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
const secret = (name: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\n`;

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const namesIn = (...paths: string[]) =>
  readResources(paths.map(path => join(folder, path))).resources.map(each => each.name);

test('a folder is read with all below it, in the order of names, without what is no manifest', () => {
  write('all/b/two.yml', secret('two'));
  write('all/a.yaml', secret('one'));
  write('all/node_modules/x.yaml', secret('no'));
  write('all/.git/x.yaml', secret('no'));
  write('all/package.json', '{"name": "no"}');
  write(
    'all/kustomization.yaml',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
  );
  write('all/README.md', 'no');

  expect(namesIn('all')).toEqual(['one', 'two']);
});

test('a file that is named twice, or by its folder too, is read once', () => {
  write('once/a.yaml', secret('one'));
  expect(namesIn('once', 'once/a.yaml', 'once/../once/a.yaml')).toEqual(['one']);
});

test('in a folder no pipe, no device and no link that leads out of it is read, and each is an error', () => {
  write('odd/a.yaml', secret('one'));
  execFileSync('mkfifo', [join(folder, 'odd/pipe.yaml')]);
  symlinkSync('nowhere', join(folder, 'odd/link.yaml'));
  symlinkSync('../odd', join(folder, 'odd/loop'));
  symlinkSync('../once', join(folder, 'odd/elsewhere'));
  symlinkSync('../once', join(folder, 'odd/node_modules'));
  symlinkSync('circle', join(folder, 'odd/circle'));
  symlinkSync('/dev/zero', join(folder, 'odd/zero.yaml'));
  symlinkSync('pipe.yaml', join(folder, 'odd/to-pipe.yaml'));
  symlinkSync('../once/a.yaml', join(folder, 'odd/out.yaml'));
  write('odd/..data/b.yml', secret('within'));
  symlinkSync('..data/b.yml', join(folder, 'odd/inside.yaml'));
  const { resources, errors, unreadable } = readResources([join(folder, 'odd')]);

  expect(errors).toEqual([]);
  expect(resources.map(each => each.name)).toEqual(['one', 'within']);
  expect(unreadable.map(each => each.message.replace(join(folder, 'odd/'), ''))).toEqual([
    'elsewhere:1:1: The link points outside the folder, so it is not followed. Pass the file itself to check it.',
    'link.yaml:1:1: The file does not exist.',
    'out.yaml:1:1: The link points outside the folder, so it is not followed. Pass the file itself to check it.',
    'pipe.yaml:1:1: This is not a regular file, so it is not read.',
    'to-pipe.yaml:1:1: This is not a regular file, so it is not read.',
    'zero.yaml:1:1: The link points outside the folder, so it is not followed. Pass the file itself to check it.',
  ]);
});

test('a device that is named is read up to the limit, and a pipe to its end', () => {
  const pipe = join(folder, 'named');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', `printf '%s' "${secret('piped').replaceAll('"', '')}" > ${pipe}`]);
  expect(readResources(['/dev/zero']).errors.map(each => each.message)).toEqual([
    '/dev/zero:1:1: The file has more than 67108864 bytes, which is the limit. Split it.',
  ]);
  expect(readResources([pipe]).resources.map(each => each.name)).toEqual(['piped']);
  writer.kill();
});

test('what is no UTF-8 is an error, with the line', () => {
  write('latin/a.yaml', '');
  writeFileSync(
    join(folder, 'latin/a.yaml'),
    Buffer.concat([Buffer.from(`# é\n${secret('one')}# `), Buffer.from([0xe9, 0x0a])]),
  );
  expect(readResources([join(folder, 'latin')]).unreadable.map(each => [each.line, each.problem])).toEqual([
    [5, 'This is not UTF-8. Convert the file.'],
  ]);
});

test('one file that cannot be read does not keep the others from being read', () => {
  write('mixed/bad.yaml', 'apiVersion: v1\nkind: [');
  write('mixed/good.yaml', secret('one'));
  write('mixed/nameless.yaml', 'kind: Secret\nmetadata: {name: web}\n');
  const { resources, errors, unreadable } = readResources([join(folder, 'mixed'), join(folder, 'nothing')]);

  expect(resources.map(each => each.name)).toEqual(['one']);
  expect(errors.map(each => each.file)).toEqual([join(folder, 'nothing')]);
  expect(unreadable.map(each => each.file)).toEqual(
    ['mixed/bad.yaml', 'mixed/nameless.yaml'].map(each => join(folder, each)),
  );
});

describe('in folders', () => {
  const read = (path: string) => {
    const { errors, unreadable, notes, resources } = readResources([join(folder, path)]);
    expect([errors, unreadable]).toEqual([[], []]);
    return {
      notes: notes.map(each => each.replaceAll(`${join(folder, path)}/`, '')),
      names: resources.map(each => each.key),
    };
  };

  test.each<[string, string, string]>([
    ['docker-compose.yaml', 'services: {web: {image: a}}', 'Docker Compose'],
    ['stack.yml', 'version: "3"\nservices: {web: {image: a}}', 'Docker Compose'],
    ['release.yaml', 'on: push\njobs: {test: {}}', 'GitHub Actions'],
    ['.gitlab-ci.yml', 'test: !reference [a, b]', 'CI'],
    ['values-prod.yaml', 'replicas: 2', 'values of Helm'],
    ['kind.yaml', 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster', 'configuration of programs'],
    ['skaffold.yaml', 'apiVersion: skaffold/v4beta6\nkind: Config\nmetadata: {name: a}', 'configuration of programs'],
    ['swagger.yaml', 'swagger: "2.0"\npaths: {}', 'OpenAPI'],
    ['package.json', '{"name": "web"}', 'Node'],
    ['data.json', '{"a": 1}\n{"a": 2}', 'other JSON'],
    ['list.yaml', '- a\n- b', 'other YAML'],
    ['broken.yaml', 'a: [', 'other YAML'],
    [
      'web.yaml',
      '{{ if .x }}\napiVersion: v1\nkind: Secret\n{{ end }}',
      'templates, which are YAML once they are rendered',
    ],
    [
      'pod.yaml',
      'apiVersion: v1\nkind: Pod\nspec:\n  ${arguments}\n  restartPolicy: Never',
      'templates, which are YAML once they are rendered',
    ],
  ])('%s is skipped, and noted as what it is', (file, text, purpose) => {
    const place = `foreign-${file}`;
    write(`${place}/${file}`, text);
    write(`${place}/a.yaml`, secret('one'));
    expect(read(place)).toEqual({ notes: [`1 file skipped (${purpose}): ${file}`], names: ['default/one'] });
  });

  test.each([
    ['without a selector, and with a container without an image', 'template: {spec: {containers: [{name: a}]}}', true],
    ['without a selector', 'template: {spec: {containers: [{name: a, image: a}]}}', false],
    ['with a selector', 'selector: {}\n  template: {spec: {containers: [{name: a}]}}', false],
  ])('whether a workload %s is a patch', (_, spec, isPatch) => {
    const place = `patch-${spec.length}`;
    const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  ${spec}`;
    write(`${place}/memory.yaml`, text);
    write(`${place}/a.yaml`, secret('one'));
    expect(read(place)).toEqual(
      isPatch
        ? { notes: ['1 file skipped (patches of Kustomize, or not listed by it): memory.yaml'], names: ['default/one'] }
        : { notes: [], names: ['default/one', 'default/web'] },
    );
  });

  test('of a file with objects and other documents the objects are read', () => {
    write('partly/a.yaml', `${secret('one')}---\na: b\n---\n${secret('two')}`);
    expect(read('partly').names).toEqual(['default/one', 'default/two']);
  });

  test('a Helm chart is one note, with all below it', () => {
    write('chart/web/Chart.yaml', 'apiVersion: v2\nname: web');
    write('chart/web/values.yaml', 'a: b');
    write('chart/web/templates/web.yaml', '{{ if }}');
    write('chart/web/charts/db/Chart.yaml', 'apiVersion: v2\nname: db');
    write('chart/a.yaml', secret('one'));
    expect(read('chart')).toEqual({
      notes: [
        'web: this Helm chart (4 files) is not rendered. Pass --build, or pipe it: '
          + 'helm template web | cdk8s-cardinal check -',
      ],
      names: ['default/one'],
    });
  });

  test('a kustomization applies what it lists, in its namespace; patches are no objects', () => {
    write('overlays/base/kustomization.yaml', 'resources: [one.yaml]\nconfigMapGenerator: [{name: made}]');
    write('overlays/base/one.yaml', secret('one'));
    write('overlays/base/unlisted.yaml', secret('no'));
    write('overlays/dev/kustomization.yaml', 'resources: [../base/]\nnamespace: dev');
    write('overlays/prod/kustomization.yaml', 'bases: [../base]\nnamespace: prod\npatches: [{path: parts/p.yaml}]');
    write('overlays/prod/parts/p.yaml', 'apiVersion: v1\nkind: Secret\nmetadata: {name: one}\ndata: {}');
    expect(read('overlays')).toEqual({
      notes: [
        'prod: patches of this kustomization are not applied. Pass --build, or pipe it: '
          + 'kubectl kustomize prod | cdk8s-cardinal check -',
        '2 files skipped (patches of Kustomize, or not listed by it): base/unlisted.yaml and prod/parts/p.yaml',
      ],
      names: ['dev/made', 'prod/made', 'dev/one', 'prod/one'],
    });
  });

  test('what a kustomization lists outside of the folder is not read, and noted', () => {
    write('outer/base/kustomization.yaml', 'resources: [one.yaml]');
    write('outer/base/one.yaml', secret('one'));
    write('outer/prod/kustomization.yaml', 'resources: [../base, https://a.example/b, own.yaml]');
    write('outer/prod/own.yaml', secret('own'));
    const { notes, resources } = readResources([join(folder, 'outer/prod')]);
    expect(resources.map(each => each.name)).toEqual(['own']);
    expect(notes[0]).toContain(
      'what is not among the files (../base) and what is not among the files (https://a.example/b)',
    );
  });

  test('lists of lists that include each other end', () => {
    write('circle/a/kustomization.yaml', 'resources: [../b]');
    write('circle/b/kustomization.yaml', 'resources: [../a]');
    write('circle/c/kustomization.yaml', 'resources: [../a, ../b, s.yaml]');
    write('circle/c/s.yaml', secret('one'));
    expect(read('circle').names).toEqual(['default/one']);
  });

  test('a builder makes the manifests of charts and kustomizations, and its failure is an error of the folder', () => {
    write('built/chart/Chart.yaml', 'name: web');
    write('built/over/kustomization.yaml', 'resources: [a.yaml]\nnamePrefix: x-');
    write('built/over/a.yaml', secret('one'));
    const builder = (chart: () => string | undefined) => ({ chart, kustomization: () => secret('x-one') });
    const built = readResources(
      [join(folder, 'built')],
      undefined,
      builder(() => secret('rendered')),
    );
    expect([built.resources.map(each => each.name), built.notes]).toEqual([['rendered', 'x-one'], []]);
    const failed = readResources(
      [join(folder, 'built')],
      undefined,
      builder(() => 'a: ['),
    );
    expect(failed.errors.map(each => each.file)).toEqual([join(folder, 'built/chart/Chart.yaml')]);
    const missing = readResources(
      [join(folder, 'built')],
      undefined,
      builder(() => undefined),
    );
    expect(missing.notes).toHaveLength(1);
  });
});

test('objects of a folder that a Kustomization of Flux applies are in its target namespace', () => {
  write(
    'flux/clusters/ks.yaml',
    'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: flux}\n'
      + 'spec: {path: ./apps/web, targetNamespace: shop}\n',
  );
  write('flux/apps/web/a.yaml', secret('one'));
  write('flux/apps/website/a.yaml', secret('other'));
  write('flux/apps/web/kustomized/kustomization.yaml', 'resources: [b.yaml]');
  write('flux/apps/web/kustomized/b.yaml', secret('two'));
  expect(readResources([join(folder, 'flux')]).resources.map(each => each.key)).toEqual([
    'shop/one',
    'shop/two',
    'default/other',
    'flux/a',
  ]);
});

test.each(['patches', 'patchesStrategicMerge', 'patchesJson6902', 'components'])(
  'objects in the folder of a Kustomization of Flux with %s are changed',
  field => {
    write(
      `${field}/ks.yaml`,
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: flux}\n'
        + `spec: {path: ./apps, ${field}: [{}]}\n`,
    );
    write(`${field}/apps/a.yaml`, secret('one'));
    write(`${field}/other/a.yaml`, secret('two'));
    expect(
      readResources([join(folder, field)]).resources.map(({ key, origin }) => [key, origin?.isChanged ?? false]),
    ).toEqual([
      ['default/one', true],
      ['flux/a', false],
      ['default/two', false],
    ]);
  },
);

test.each<[string, string, string[]]>([
  ['settings of the checks', 'cardinal.yaml', []],
  ['a contract as JSON', 'contracts/a.contract.json', []],
  ['a contract as YAML', 'a.yaml', []],
])('%s is no manifest, and is not noted', (_name, file) => {
  const own =
    file === 'cardinal.yaml' ? 'paths: [k8s]\n' : '{"format": "cdk8s-cardinal/contract/v1", "topology": "a"}\n';
  write(`own/${file}`, own);
  expect(readResources([join(folder, 'own')])).toMatchObject({ resources: [], errors: [], unreadable: [], notes: [] });
});

test('an object in a file of that name, or with the field of a contract, is one', () => {
  write('namesake/cardinal.yaml', secret('one'));
  write('namesake/b.yaml', `format: cdk8s-cardinal/contract/v1\n${secret('two')}`);
  expect(readResources([join(folder, 'namesake')]).resources.map(each => each.key)).toEqual([
    'default/two',
    'default/one',
  ]);
});

test.each<[string, string, RegExp | undefined]>([
  ['the package of another program', 'kind: ZarfPackageConfig\nmetadata: {name: a}\n', /1 file skipped \(other YAML\)/],
  ['a Deployment', 'kind: Deployment\nmetadata: {name: a}\n', undefined],
  [
    'the input of a function of Kustomize',
    'apiVersion: a/v1\nkind: A\nmetadata: {annotations: {config.kubernetes.io/function: a}}\n',
    /1 file skipped \(other YAML\)/,
  ],
  [
    'a document of ytt without a name',
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: #@ data.values.name\n',
    /1 file skipped \(templates/,
  ],
])('%s, without apiVersion or name, is left out if kubectl is not meant to read it', (name, text, note) => {
  const file = `lacking/${name.replace(/ /g, '-')}/a.yaml`;
  write(file, text);
  const { unreadable, notes } = readResources([join(folder, file, '..')]);
  expect([unreadable.length, notes.join()]).toEqual([note ? 0 : 1, note ? expect.stringMatching(note) : '']);
});

test('folders with the input of tests are left out, unless they are passed', () => {
  for (const each of ['testdata', '__fixtures__', 'src/test/resources', 'test/resources']) {
    write(`tested/${each}/a.yaml`, secret(each.replace(/\W/g, '')));
  }
  const { resources, notes } = readResources([join(folder, 'tested')]);
  expect(resources.map(each => each.name)).toEqual(['testresources']);
  expect(notes).toEqual([expect.stringMatching(/^3 folders skipped \(input of tests; pass one to check it\): /)]);
  expect(readResources([join(folder, 'tested/src/test/resources')]).resources).toHaveLength(1);
  expect(readResources([join(folder, 'tested/testdata')]).resources).toHaveLength(1);
});

test('an IstioOperator needs no name', () => {
  write('operator.yaml', 'apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {}\n');
  expect(namesIn('operator.yaml')).toEqual(['installed-state']);
});

test('a million blank lines before a document take linear time', () => {
  write('blank/a.yaml', '\n'.repeat(1_000_000) + secret('a'));
  write('blank/b.yaml', `${'\n'.repeat(1_000_000)}apiVersion: v1`);

  expect(readResources([join(folder, 'blank')]).resources.map(each => each.name)).toEqual(['a']);
});
