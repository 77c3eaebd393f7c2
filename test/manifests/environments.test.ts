import { join } from 'node:path';
import { environmentsIn, loadResources, Resource } from '../../lib/manifests';

const object = (kind: string, name: string, more = '') =>
  `---\napiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n${more}\n`;

function resourcesIn(files: Record<string, string>): Resource[] {
  return Object.entries(files).flatMap(([file, text]) => loadResources(text, { file: join('/repo', file) }));
}

/** Each environment with its objects, as `folder/NAME`. */
function found(files: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(
    environmentsIn(resourcesIn(files)).map(({ name = '', resources }) => [
      name,
      resources.map(each => `${(each.origin?.source.file ?? '').slice('/repo/'.length)} ${each.name}`),
    ]),
  );
}

const web = object('Service', 'web');

test('sibling folders with the same object are clusters of their own, each with what is outside of them', () => {
  expect(found({ 'dev/a.yaml': web, 'prod/a.yaml': web, 'shared/s.yaml': object('Secret', 's') })).toEqual({
    dev: ['dev/a.yaml web', 'shared/s.yaml s'],
    prod: ['prod/a.yaml web', 'shared/s.yaml s'],
  });
});

test('folders of the same name belong together', () => {
  const db = object('Service', 'db');
  expect(
    found({ 'apps/dev/a.yaml': web, 'apps/prod/a.yaml': web, 'infra/dev/a.yaml': db, 'infra/prod/a.yaml': db }),
  ).toEqual({
    dev: ['apps/dev/a.yaml web', 'infra/dev/a.yaml db'],
    prod: ['apps/prod/a.yaml web', 'infra/prod/a.yaml db'],
  });
});

test('environments with environments in them are each covered, by a name that distinguishes them', () => {
  expect(
    found({
      'one/dev/a.yaml': web,
      'one/prod/a.yaml': web,
      'two/dev/a.yaml': web,
      'two/prod/a.yaml': web,
      'two/prod/b.yaml': object('Secret', 'b'),
    }),
  ).toEqual({
    one: ['one/dev/a.yaml web'],
    two: ['two/dev/a.yaml web'],
    'one/prod': ['one/prod/a.yaml web'],
    'two/prod': ['two/prod/a.yaml web', 'two/prod/b.yaml b'],
  });
});

test.each<[string, Record<string, string>]>([
  ['one folder', { 'a.yaml': web, 'b.yaml': web }],
  ['a folder and one in it', { 'a.yaml': web, 'more/b.yaml': web }],
  ['folders without an object in common', { 'dev/a.yaml': web, 'prod/b.yaml': object('Service', 'db') }],
  [
    'folders with an equal Namespace',
    { 'dev/a.yaml': object('Namespace', 'shop'), 'prod/b.yaml': object('Namespace', 'shop') },
  ],
  ['names in several namespaces', { 'dev/a.yaml': web, 'prod/a.yaml': web.replace('{name', '{namespace: prod, name') }],
])('%s: all is one cluster', (_name, files) => {
  expect(Object.keys(found(files))).toEqual(['']);
});

test('Namespaces with other labels are of other clusters', () => {
  const labelled = object('Namespace', 'shop').replace('}', ', labels: {a: b}}');
  expect(Object.keys(found({ 'dev/a.yaml': object('Namespace', 'shop'), 'prod/b.yaml': labelled }))).toEqual([
    'dev',
    'prod',
  ]);
});

test('objects of a kustomization are in its folder, not in that of their file', () => {
  const applied = ['dev', 'prod'].flatMap(folder =>
    resourcesIn({ 'base/a.yaml': web }).map(
      ({ object: each, origin }) => new Resource(each, origin && { ...origin, folder: `/repo/${folder}` }),
    ),
  );
  expect(environmentsIn(applied).map(each => [each.name, each.resources.length])).toEqual([
    ['dev', 1],
    ['prod', 1],
  ]);
});
