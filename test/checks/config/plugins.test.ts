import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkObjects, loadPlugins, parseConfig, PluginError } from '../../../lib/checks';
import { temporaryFolder } from '../../support/temporary-folder';

const folder = temporaryFolder();
const API = JSON.stringify(join(__dirname, '../../../lib/checks/api'));
mkdirSync(join(folder, 'checks'));

function checkOf(id: string, find = '*find(cluster) {}'): string {
  return `defineCheck({ id: '${id}', severity: 'error', summary: 'A', explanation: 'B.', ${find} })`;
}

function plugin(name: string, code: string): string {
  writeFileSync(join(folder, 'checks', name), `const { defineCheck, problem } = require(${API});\n${code}\n`);
  return `./checks/${name}`;
}

function load(...plugins: string[]) {
  return loadPlugins(parseConfig(`plugins: ${JSON.stringify(plugins)}`, join(folder, 'cardinal.yaml')));
}

const service = [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }];

test('checks are exported by name, as the module itself, and in lists', () => {
  const named = plugin('named.js', `exports.one = ${checkOf('FirstOfOurs')}; exports.helper = () => 1;`);
  const itself = plugin('itself.js', `module.exports = ${checkOf('SecondOfOurs')};`);
  const listed = plugin(
    'listed.js',
    `module.exports = { ours: [${checkOf('ThirdOfOurs')}, ${checkOf('FourthOfOurs')}] };`,
  );
  expect(load(named, itself, listed).map(({ id }) => id)).toEqual([
    'FirstOfOurs',
    'SecondOfOurs',
    'ThirdOfOurs',
    'FourthOfOurs',
  ]);
});

test('a check of a plugin finds what it yields', () => {
  const find =
    '*find(cluster) { for (const each of cluster.all("Service")) yield problem(each.root, "It is odd.", '
    + '"Make it even."); }';
  const checks = load(plugin('finds.js', `exports.one = ${checkOf('OddService', find)};`));
  expect(checkObjects(service, { checks }).findings).toEqual([
    expect.objectContaining({ id: 'OddService', message: 'It is odd.' }),
  ]);
});

test.each<[string, string, RegExp]>([
  [
    'throws while it is loaded',
    'throw new Error("no database\\nat home");',
    /cardinal\.yaml:1:11: The plugin ".*" cannot be loaded: no database$/,
  ],
  ['throws a text', 'throw "odd";', /cannot be loaded: odd$/],
  ['exports no check', 'exports.one = { id: "OddService" };', /exports no check that defineCheck made\.$/],
  ['exports nothing', '', /exports no check that defineCheck made\.$/],
  [
    'exports two checks of one name',
    `exports.a = ${checkOf('OddOne')}; exports.b = ${checkOf('ODDOne')};`,
    /exports the check ODDOne, and so does another/,
  ],
  [
    'defines a check of the package',
    `exports.a = ${checkOf('NoTimeout')};`,
    /cannot be loaded: .*one of cdk8s-cardinal's own/,
  ],
])('a plugin that %s is an error with its place', (name, code, message) => {
  expect(() => load(plugin(`${name.replace(/\W/g, '-')}.js`, code))).toThrow(message);
});

test('a plugin that is not there is an error', () => {
  expect(() => load('./checks/nothing.js')).toThrow(
    /The plugin "\.\/checks\/nothing\.js" cannot be loaded: Cannot find module/,
  );
});

test.each<[string, string]>([
  ['throws', '*find() { throw new Error("odd"); }'],
  ['gives nothing back', 'find() {}'],
  ['yields something else', '*find() { yield { message: "It is odd." }; }'],
  ['yields nothing at all', '*find() { yield undefined; }'],
])('a check that %s fails by its name, rather than find nothing', (name, find) => {
  const checks = load(plugin(`fails-${name.replace(/\W/g, '-')}.js`, `exports.one = ${checkOf('OddService', find)};`));
  expect(() => checkObjects(service, { checks })).toThrow(PluginError);
  expect(() => checkObjects(service, { checks })).toThrow(/^The check OddService failed: /);
});
