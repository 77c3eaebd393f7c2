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
  write('all/kustomization.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n');
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
  const { resources, errors } = readResources([join(folder, 'odd')]);

  expect(resources.map(each => each.name)).toEqual(['one', 'within']);
  expect(errors.map(each => each.message.replace(join(folder, 'odd/'), ''))).toEqual([
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
  expect(readResources([join(folder, 'latin')]).errors.map(each => [each.line, each.problem])).toEqual([
    [5, 'This is not UTF-8. Convert the file.'],
  ]);
});

test('one file that cannot be read does not keep the others from being read', () => {
  write('mixed/bad.yaml', 'a: [');
  write('mixed/good.yaml', secret('one'));
  write('mixed/number.yaml', '3');
  const { resources, errors } = readResources([join(folder, 'mixed'), join(folder, 'nothing')]);

  expect(resources.map(each => each.name)).toEqual(['one']);
  expect(errors.map(each => each.file)).toEqual(
    ['mixed/bad.yaml', 'mixed/number.yaml', 'nothing'].map(each => join(folder, each)),
  );
});
