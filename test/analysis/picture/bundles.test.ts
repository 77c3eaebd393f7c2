import { pageOf, svgOf } from '../../../lib/analysis';
import { bundlesOf } from '../../../lib/analysis/picture/bundles';
import { layoutOf } from '../../../lib/analysis/picture/layout';
import type { Picture, PictureCall, PictureNode } from '../../../lib/analysis/picture/model';

const service = (namespace: string, label: string): PictureNode => ({
  id: `Service ${namespace}/${label}`,
  label,
  kind: 'service',
  namespace,
  versions: [],
  findings: [],
  objects: [],
  difference: 'same',
});
const services = (namespace: string, count: number) =>
  Array.from({ length: count }, (_, index) => service(namespace, `s${index}`));
const call = (from: PictureNode, to: PictureNode, more: Partial<PictureCall> = {}): PictureCall => ({
  from: from.id,
  to: to.id,
  terms: [':8080', '2 retries'],
  isUnconditional: true,
  caller: '',
  requests: [],
  difference: 'same',
  ...more,
});
const between = (callers: readonly PictureNode[], callees: readonly PictureNode[], more: Partial<PictureCall> = {}) =>
  callers.flatMap(from => callees.filter(to => to !== from).map(to => call(from, to, more)));
const textsOf = (picture: Picture) => bundlesOf(picture).map(each => each.text);
const arrowsOf = (text: string) => [...text.matchAll(/<g class="call[^"]*"/g)].map(([each]) => each);
const page = (picture: Picture) =>
  pageOf(picture, { title: 'a', requests: [], isComparison: false, changes: [] }).replace(/id="data">.*/s, '');

const shop = services('shop', 5);
const bank = services('bank', 4);

test('services that all call each other on the same terms are a line of text in place of arrows', () => {
  const picture = { nodes: shop, calls: between(shop, shop) };
  expect(textsOf(picture)).toEqual(['all 5 services call each other: :8080, 2 retries']);
  const svg = svgOf(picture, 'a');
  expect(svg).toContain('>all 5 services call each other: :8080, 2 retries</text>');
  expect(arrowsOf(svg)).toEqual([]);
});

test('the arrows are in the page for the service that is chosen', () => {
  const arrows = arrowsOf(page({ nodes: shop, calls: between(shop, shop) }));
  expect(arrows).toHaveLength(20);
  expect(new Set(arrows)).toEqual(new Set(['<g class="call unless-chosen"']));
});

test('calls of services to themselves belong to them', () => {
  const loops = shop.map(each => call(each, each));
  expect(textsOf({ nodes: shop, calls: [...between(shop, shop), ...loops] })).toEqual([
    'all 5 services call each other and themselves: :8080, 2 retries',
  ]);
  expect(textsOf({ nodes: shop, calls: [...between(shop, shop), ...loops.slice(2)] })).toEqual([
    'all 5 services call each other, and 3 themselves: :8080, 2 retries',
  ]);
});

test('callers that nothing calls, and services without calls, are counted', () => {
  const [web, other] = [service('shop', 'web'), service('shop', 'other')];
  const nodes = [...shop, web, other];
  expect(textsOf({ nodes, calls: between([...shop, web], shop) })).toEqual([
    '6 of 7 services call 5 of 7 services: :8080, 2 retries',
  ]);
});

test('calls between namespaces have the namespace of the callees, and stand in that of the callers', () => {
  const picture = { nodes: [...shop, ...bank], calls: between(shop, bank) };
  expect(textsOf(picture)).toEqual(['all 5 services call all 4 services of bank: :8080, 2 retries']);
  expect(layoutOf(picture).groups.map(({ name, bundles }) => [name, bundles.length])).toEqual([
    ['bank', 0],
    ['shop', 1],
  ]);
});

test('a caller that does not call all of them keeps its arrows', () => {
  const [first, ...others] = services('shop', 6);
  const calls = between(others, others);
  const more = first && others[0] ? [call(first, others[0])] : [];
  const picture = { nodes: first ? [first, ...others] : others, calls: [...calls, ...more] };
  expect(textsOf(picture)).toEqual(['5 of 6 services call each other: :8080, 2 retries']);
  expect(arrowsOf(svgOf(picture, 'a'))).toHaveLength(1);
});

test.each<[string, Partial<PictureCall>]>([
  ['other terms', { terms: [':9090'] }],
  ['some requests', { isUnconditional: false }],
  ['a difference', { difference: 'added' }],
])('calls with %s keep their arrows', (_what, more) => {
  const [first, second] = shop;
  const calls = between(shop, shop).map(each =>
    each.from === first?.id && each.to === second?.id ? { ...each, ...more } : each,
  );
  expect(arrowsOf(svgOf({ nodes: shop, calls }, 'a')).length).toBeGreaterThan(0);
});

test('few services of a namespace are named', () => {
  const [first, second] = services('shop', 2);
  const many = services('bank', 12);
  const callees = [first, second].flatMap(each => each ?? []);
  expect(textsOf({ nodes: [...services('shop', 3), ...many], calls: between(many, callees) })).toEqual([
    'all 12 services call s0, s1 of shop: :8080, 2 retries',
  ]);
});

test('few calls, and those of one service, keep their arrows', () => {
  expect(textsOf({ nodes: bank, calls: between(bank, bank) })).toEqual([]);
  const many = services('shop', 30);
  expect(textsOf({ nodes: many, calls: between(many, many.slice(0, 1)) })).toEqual([]);
});

test('edges and hosts keep their arrows', () => {
  const hosts = services('', 5).map(each => ({ ...each, kind: 'host' as const }));
  expect(textsOf({ nodes: [...shop, ...hosts], calls: between(shop, hosts) })).toEqual([]);
});

test('a namespace is as wide and high as its text requires', () => {
  const [plain] = layoutOf({ nodes: shop, calls: [] }).groups;
  const [bundled] = layoutOf({ nodes: shop, calls: between(shop, shop) }).groups;
  expect((bundled?.height ?? 0) - (plain?.height ?? 0)).toBe(16);
  expect(bundled?.width).toBeGreaterThan('all 5 services call each other: :8080, 2 retries'.length * 8);
});

test('more than six calls a service on different terms are not drawn unless a service is chosen', () => {
  const many = services('shop', 30);
  const all = between(many, many);
  const some = all.map((each, index) => ({ ...each, terms: [`timeout ${index} s`] }));
  const dense = { nodes: many, calls: some.slice(0, 270) };
  expect(arrowsOf(svgOf(dense, 'a'))).toEqual([]);
  expect(svgOf(dense, 'a')).toContain('So many calls are not drawn');
  expect(new Set(arrowsOf(page(dense)))).toEqual(new Set(['<g class="call unless-chosen"']));
  const open = { nodes: services('shop', 45), calls: some.slice(0, 270) };
  expect(arrowsOf(svgOf(open, 'a'))).toHaveLength(270);
});
