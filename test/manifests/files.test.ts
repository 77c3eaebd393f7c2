import { execFileSync } from 'node:child_process';
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

const namesIn = (...paths: string[]) => readResources(paths.map(path => join(folder, path))).resources.map(each => each.name);

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

test('in a folder nobody waits for a pipe, and a link that leads nowhere is an error', () => {
  write('odd/a.yaml', secret('one'));
  execFileSync('mkfifo', [join(folder, 'odd/pipe.yaml')]);
  symlinkSync('nowhere', join(folder, 'odd/link.yaml'));
  symlinkSync('../odd', join(folder, 'odd/loop'));
  const { resources, errors } = readResources([join(folder, 'odd')]);

  expect(resources.map(each => each.name)).toEqual(['one']);
  expect(errors.map(each => each.message)).toEqual([`${join(folder, 'odd/link.yaml')}:1:1: There is no such file.`]);
});

test('one file that cannot be read does not keep the others from being read', () => {
  write('mixed/bad.yaml', 'a: [');
  write('mixed/good.yaml', secret('one'));
  write('mixed/number.yaml', '3');
  const { resources, errors } = readResources([join(folder, 'mixed'), join(folder, 'nothing')]);

  expect(resources.map(each => each.name)).toEqual(['one']);
  expect(errors.map(each => each.file)).toEqual(['mixed/bad.yaml', 'mixed/number.yaml', 'nothing'].map(each => join(folder, each)));
});
