import fc from 'fast-check';
import { dump } from 'js-yaml';
import { loadResources, ManifestError, resourcesOf } from '../../lib/manifests';

const load = (text: string, namespace?: string) => loadResources(text, { file: 'a.yaml', namespace });

const TWO = `# a comment
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports:
    - name: http
      port: 80
--- # the second
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata:
      labels: {app: web}
`;

test('every document of a text is an object, with its place and the place of each field', () => {
  const [service, deployment] = load(TWO);

  expect([service?.type, service?.key, deployment?.type, deployment?.key]).toEqual([
    'Service',
    'shop/web',
    'Deployment.apps',
    'default/web',
  ]);
  expect(service?.locate([])).toEqual({ file: 'a.yaml', line: 2, column: 1 });
  expect(service?.locate(['spec', 'ports', 0, 'port'])).toEqual({ file: 'a.yaml', line: 10, column: 7 });
  expect(service?.locate(['spec', 'ports', 0])).toEqual({ file: 'a.yaml', line: 9, column: 7 });
  expect(deployment?.locate(['spec', 'template', 'metadata', 'labels', 'app'])).toEqual({
    file: 'a.yaml',
    line: 18,
    column: 16,
  });
});

test('a missing field has the location of its nearest parent', () => {
  expect(load(TWO)[0]?.locate(['spec', 'selector', 'app'])).toEqual({ file: 'a.yaml', line: 7, column: 1 });
  expect(load(TWO)[0]?.locate(['spec', 'ports', 4, 'name'])).toEqual({ file: 'a.yaml', line: 8, column: 3 });
});

test('objects of a List are objects of their own', () => {
  const [one, two] = load(
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n- '
      + 'apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\n',
  );

  expect([one?.name, two?.name]).toEqual(['a', 'b']);
  expect(two?.locate(['metadata', 'name'])).toEqual({ file: 'a.yaml', line: 7, column: 14 });
});

test('JSON is YAML', () => {
  const [object] = load('{\n\t"apiVersion": "v1",\n\t"kind": "Secret",\n\t"metadata": {"name": "a"}\n}');
  expect(object?.locate(['metadata', 'name'])).toEqual({ file: 'a.yaml', line: 4, column: 15 });
});

test.each([
  ['a namespace given', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}', 'shop', 'shop/a'],
  [
    'the namespace given, if its own is empty',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: ""}',
    'shop',
    'shop/a',
  ],
  [
    'no namespace, if it is a policy for the whole cluster',
    'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a}',
    'shop',
    'a',
  ],
  ['its own namespace', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}', 'shop', 'b/a'],
  ['no namespace, if its kind is in none', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}', 'shop', 'a'],
])('an object gets %s', (_name, text, namespace, key) => {
  expect(load(text, namespace)[0]?.key).toBe(key);
});

test.each([
  ['Windows line ends', 'apiVersion: v1\r\nkind: Secret\r\nmetadata: {name: a}\r\n---\r\n'],
  ['a byte order mark', '\uFEFFapiVersion: v1\nkind: Secret\nmetadata: {name: a}\n'],
  ['the end of a document', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n...\n'],
  ['empty documents', '---\n# nothing\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\n'],
  [
    'dashes in a text',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  pem: |\n    -----BEGIN\n    ---\n',
  ],
  ['a merged map', 'apiVersion: v1\nkind: Secret\nx: &x {name: a}\nmetadata:\n  <<: *x\n'],
])('%s does no harm', (_name, text) => {
  expect(load(text).map(each => each.name)).toEqual(['a']);
});

const bomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`),
].join('\n');

test.each([
  ['bad indentation', 'apiVersion: v1\nkind: Secret\n  metadata: x', /^a\.yaml:3:\d+: This is not YAML: /],
  ['a template', 'apiVersion: v1\n---\nkind: {{ .Values.kind }}\n', /^a\.yaml:3:8: .*render it first/],
  ['a key twice', 'kind: a\nkind: b', /^a\.yaml:2:1: This is not YAML: duplicated mapping key\.$/],
  ['a key before and after a merged map', 'kind: a\n<<: {x: 1}\nkind: b', /^a\.yaml:3:1: .* duplicated mapping key\.$/],
  ['a key twice after a merged map', '<<: {x: 1}\nkind: a\nkind: b', /^a\.yaml:3:1: .* duplicated mapping key\.$/],
  ['a text', '# c\njust a text', /^a\.yaml:2:1: This is a string, not a Kubernetes object/],
  ['a list', '- a', /^a\.yaml:1:1: This is a list/],
  ['a nested list', 'kind: List\nitems: [[]]', /^a\.yaml:2:9: This is a list/],
  ['a member of a List that is no object', 'kind: List\nitems:\n  - 3', /^a\.yaml:3:5: This is a number/],
  ['no apiVersion', '\nkind: x', /^a\.yaml:2:1: This is not a Kubernetes object: it has no apiVersion\.$/],
  ['no kind', 'apiVersion: v1', /no kind\.$/],
  ['no metadata', 'apiVersion: v1\nkind: Secret', /no metadata\.$/],
  [
    'a number as name',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: 5}',
    /no metadata\.name that is a text: put it in quotes\.$/,
  ],
  ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {}', /no metadata\.name\.$/],
  ['a bomb of aliases', bomb, /^a\.yaml:1:1: With its aliases expanded the document has more than 1000000 values\.$/],
  ['a million values without aliases', '-\n'.repeat(1_000_001), /^a\.yaml:1:1: .* more than 1000000 values\.$/],
  ['an endless value', 'a: &a [*a]', /^a\.yaml:1:9: This is not YAML: the value of the anchor "a" contains itself\.$/],
  ['deep nesting', '['.repeat(100_000), /^a\.yaml:1:\d+: This is not YAML: nesting exceeded/],
  [
    'a tag of a programming language',
    'a: !!js/function x',
    /^a\.yaml:1:18: This is not YAML: unknown tag !!js\/function/,
  ],
  ['binary', '\u0000\u0001', /^a\.yaml:1:1: This is not YAML: /],
  ['a text that is too long', ' '.repeat(64 * 1024 * 1024 + 1), /^a\.yaml:1:1: The file has 67108865 characters/],
])('%s is an error with its place', (_name, text, message) => {
  const read = () => load(text);
  expect(read).toThrow(
    expect.objectContaining({ name: ManifestError.name, message: expect.stringMatching(message) as string }) as Error,
  );
});

test('any text is read or rejected with a location inside it', () => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    '&a',
    ' *a',
    '---\n',
    '"',
    "'",
    '|\n',
    '%YAML 1.2\n',
    '\t',
    '<<: ',
    '!!',
    '#',
    '...\n',
    'kind',
    'items: ',
    '\r\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const text = pieces.join('');
      try {
        load(text).forEach(each => each.locate(['spec']));
      } catch (error) {
        expect(error).toBeInstanceOf(ManifestError);
        expect(
          error instanceof ManifestError
            && error.line >= 1
            && error.line <= text.split('\n').length + 1
            && error.column >= 1,
        ).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test('every field of every object is found where it is written', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const tree = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.integer(),
      fc.dictionary(word, tie('value'), { minKeys: 1, maxKeys: 3 }),
      fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), specs => {
      const text = specs
        .map((spec, index) =>
          dump({ apiVersion: 'v1', kind: 'Thing', metadata: { name: `n${index}` }, spec }, { noRefs: true }),
        )
        .join('---\n');
      const lines = text.split('\n');
      for (const resource of load(text)) {
        const fields = [resource.spec];
        for (let field = fields.pop(); field; field = fields.pop()) {
          const place = resource.locate(field.path);
          const step = field.path.at(-1);
          const written = lines[(place?.line ?? 0) - 1]?.slice((place?.column ?? 0) - 1) ?? '';
          if (typeof step === 'string') {
            expect(written.replace(/['"]/g, '').startsWith(step)).toBe(true);
          }
          fields.push(...field.items, ...field.entries.map(([, each]) => each));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('objects that were never in a file have no place', () => {
  const [object] = resourcesOf([{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }], 'shop');
  expect([object?.key, object?.locate([])]).toEqual(['shop/web', undefined]);
});
