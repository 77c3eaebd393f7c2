import { resourcesOf } from '../../lib/manifests';

const [resource] = resourcesOf([
  {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'a' },
    spec: {
      list: [{ name: 'x' }, 'y', 3, null],
      map: { 'a/b': 1, yes: true },
      number: '80',
      text: 'hello',
      ['__proto__']: {},
    },
  },
]);
const spec = resource?.spec;

test('a field has its path from the root', () => {
  expect(String(spec?.get('list').items[0]?.get('name'))).toBe('spec.list[0].name');
  expect(String(spec?.get('map', 'a/b'))).toBe('spec.map["a/b"]');
  expect(spec?.get('list').items[0]?.get('name').path).toEqual(['spec', 'list', 0, 'name']);
});

test.each<[string, (field: NonNullable<typeof spec>) => unknown, unknown]>([
  ['a text', field => field.get('text').text, 'hello'],
  ['a number as a text', field => field.get('list').items[2]?.text, '3'],
  ['a number in quotes', field => field.get('number').number, 80],
  ['a text as a number', field => field.get('text').number, undefined],
  ['an empty text as a number', field => field.get('none').number, undefined],
  ['the texts of a list', field => field.get('list').texts, ['y', '3']],
  ['a map of texts', field => field.get('map').strings, { 'a/b': '1', yes: 'true' }],
  [
    'what is missing',
    field => [
      field.get('none', 'none').exists,
      field.get('none').text,
      field.get('none').items,
      field.get('none').entries,
    ],
    [false, '', [], []],
  ],
  ['null', field => field.get('list').items[3]?.exists, false],
  ['the length of a text, which is no member', field => field.get('text', 'length').exists, false],
  ['what every JavaScript object has', field => field.get('constructor').exists, false],
  ['a list in place of a map', field => field.get('list').entries, []],
  ['a map in place of a list', field => field.get('map').items, []],
])('%s', (_name, read, expected) => {
  expect(spec && read(spec)).toEqual(expected);
});
