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

const route = (name: string, host = 'web', more = '') =>
  `---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${name}}\n`
  + `spec: {hosts: [${host}], http: [{route: [{destination: {host: ${host}}}]${more}}]}\n`;

test('files of one folder with an object of the same name and other content are alternatives', () => {
  expect(
    found({ 'app/web.yaml': web, 'app/r-1.yaml': route('r'), 'app/r-2.yaml': route('r', 'web', ', timeout: 1s') }),
  ).toEqual({ 'r-1.yaml': ['app/web.yaml web', 'app/r-1.yaml r'], 'r-2.yaml': ['app/web.yaml web', 'app/r-2.yaml r'] });
});

test('alternatives of several purposes belong together by the words of their names', () => {
  const rule = (timeout: string) => route('r', 'web', `, timeout: ${timeout}`);
  const config = (value: string) => object('ConfigMap', 'c', `data: {a: ${value}}`);
  expect(
    found({
      'r-dev.yaml': rule('1s'),
      'r-prod.yaml': rule('2s'),
      'c-dev.yaml': config('x'),
      'c-prod.yaml': config('y'),
    }),
  ).toEqual({
    'c-dev.yaml': ['r-dev.yaml r', 'c-dev.yaml c'],
    'c-prod.yaml': ['r-prod.yaml r', 'c-prod.yaml c'],
  });
});

test.each<[string, (name: string) => string]>([
  ['rules for one host', name => route(name)],
  [
    'policies of one host',
    name => route(name).replace('VirtualService', 'DestinationRule').replace('hosts: [web]', 'host: web'),
  ],
  [
    'defaults of a namespace',
    name => `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: ${name}}\n`,
  ],
])('three files of a folder with %s are alternatives, two are not', (_name, text) => {
  const files = Object.fromEntries(['a', 'b', 'c'].map(each => [`${each}.yaml`, text(each)]));
  const two = { 'a.yaml': text('a'), 'b.yaml': text('b') };
  expect(Object.keys(found(files))).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  expect(Object.keys(found(two))).toEqual(['']);
});

test.each([
  ['of other hosts', (name: string) => route(name, name)],
  ['of a gateway, which merges them', (name: string) => route(name).replace('spec: {', 'spec: {gateways: [g], ')],
  [
    'with selectors',
    (name: string) =>
      `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: ${name}}\nspec: {selector: {a: b}}\n`,
  ],
])('files with objects %s are for one cluster', (_name, text) => {
  expect(Object.keys(found(Object.fromEntries(['a', 'b', 'c'].map(each => [`${each}.yaml`, text(each)]))))).toEqual([
    '',
  ]);
});

test('a file with rules for the host of alternatives is one of them', () => {
  expect(Object.keys(found({ 'r-1.yaml': route('r'), 'r-2.yaml': route('r', 'api'), 's.yaml': route('s') }))).toEqual([
    'r-1.yaml',
    'r-2.yaml',
    's.yaml',
  ]);
});

const samples = {
  'fault/a.yaml': web + object('Secret', 'a') + object('Secret', 'b') + object('Secret', 'c'),
  'retries/a.yaml': web,
  'mirror/a.yaml': web,
  'other/a.yaml': object('Secret', 'o'),
};

test('folders beside three with few objects in common are samples, each a cluster of its own', () => {
  expect(Object.keys(found(samples))).toEqual(['fault', 'mirror', 'other', 'retries']);
});

test('objects of other alternatives may be applied too, and those of other environments may not', () => {
  const othersOf = (files: Record<string, string>) =>
    environmentsIn(resourcesIn(files)).map(each => each.others?.map(({ name }) => name));
  expect(othersOf(samples)[2]).toEqual(['web', 'a', 'b', 'c', 'web', 'web']);
  expect(othersOf({ 'dev/a.yaml': web, 'prod/a.yaml': web })).toEqual([[], []]);
  const more = ['a', 'b', 'c'].map(each => object('Secret', each)).join('');
  expect(othersOf({ 'dev/a.yaml': web, 'prod/a.yaml': web + more })).toEqual([[], []]);
  expect(othersOf({ 'one/a.yaml': web, 'two/a.yaml': web + more })).toEqual([['web', 'a', 'b', 'c'], ['web']]);
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
