import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { CHECKS, ConfigError, parseConfig, readConfig, requireKnownNames, Severity } from '../../../lib/checks';
import schema from '../../../lib/checks/config/schema.json';
import { type Schema, violationsOf } from '../../../lib/checks/config/validate';
import { temporaryFolder } from '../../support/temporary-folder';

const folder = temporaryFolder();
const NAMES = CHECKS.flatMap(({ id, covers }) => [id, ...covers]);

function errorsOf(text: string): string[] {
  try {
    requireKnownNames(parseConfig(text, 'cardinal.yaml'), NAMES);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.errors.map(each => each.message) : [String(error)];
  }
}

test('all settings are read, with paths from the folder of the file', () => {
  const config = parseConfig(
    `
checks:
  NoTimeout: off
  UnknownSecret: warning
  IST0101: "off"
paths: [k8s, /etc/manifests]
suppress:
- check: UnreachedService
  reason: called from outside
  objects: ["Service shop/*"]
namespace: shop
plugins: [./checks/ours.js]
environments:
  staging: { paths: [staging], namespace: staging }
  production: { paths: [production] }
`,
    'config/cardinal.yaml',
  );

  expect([...config.severities]).toEqual([
    ['NoTimeout', 'off'],
    ['UnknownSecret', Severity.WARNING],
    ['IST0101', 'off'],
  ]);
  expect(config.suppressions).toEqual([
    expect.objectContaining({ id: 'UnreachedService', reason: 'called from outside', objects: ['Service shop/*'] }),
  ]);
  expect(config.environments).toEqual([
    { name: 'staging', paths: ['config/k8s', '/etc/manifests', 'config/staging'], namespace: 'staging' },
    { name: 'production', paths: ['config/k8s', '/etc/manifests', 'config/production'], namespace: 'shop' },
  ]);
  expect([config.namespace, config.plugins.map(({ path }) => path)]).toEqual(['shop', ['./checks/ours.js']]);
});

test('paths alone are one environment without a name, and no paths are none', () => {
  expect(parseConfig('paths: [k8s]', 'cardinal.yaml').environments).toEqual([{ paths: ['k8s'], namespace: undefined }]);
  expect(parseConfig('namespace: shop', 'cardinal.yaml').environments).toEqual([]);
});

test.each<[string, string, string[]]>([
  [
    'an unknown setting',
    'paths: [a]\nsupress: []\n',
    [
      'cardinal.yaml:2:1: "supress" is none of checks, paths, suppress, namespace, clusterDomain, kubernetesVersion, istioVersion, namespaceLabels, meshConfig, gatewayPods, gatewayClasses, denyingAuthorizers, elsewhere, plugins, environments. '
        + 'Did you mean suppress?',
    ],
  ],
  [
    'a name that every object has',
    'constructor: {}',
    [
      'cardinal.yaml:1:1: "constructor" is none of checks, paths, suppress, namespace, clusterDomain, kubernetesVersion, istioVersion, namespaceLabels, meshConfig, gatewayPods, gatewayClasses, denyingAuthorizers, elsewhere, plugins, environments.',
    ],
  ],
  [
    'the name __proto__',
    '"__proto__": {paths: [a]}',
    [
      'cardinal.yaml:1:1: "__proto__" is none of checks, paths, suppress, namespace, clusterDomain, kubernetesVersion, istioVersion, namespaceLabels, meshConfig, gatewayPods, gatewayClasses, denyingAuthorizers, elsewhere, plugins, environments.',
    ],
  ],
  [
    'a severity with a slip',
    'checks:\n  NoTimeout: eror\n',
    ['cardinal.yaml:2:3: "eror" is none of error, warning, info, off. Did you mean error?'],
  ],
  [
    'a severity that YAML reads as true',
    'checks: {NoTimeout: on}',
    ['cardinal.yaml:1:10: true is none of error, warning, info, off.'],
  ],
  [
    'a check with a slip',
    'checks:\n  NoTimout: off\n',
    ['cardinal.yaml:2:3: There is no check and no code "NoTimout". Did you mean NoTimeout?'],
  ],
  [
    'a check in another case',
    'checks: {notimeout: off}',
    ['cardinal.yaml:1:10: There is no check and no code "notimeout". Did you mean NoTimeout?'],
  ],
  [
    'a check of the name __proto__',
    'checks: {"__proto__": off}',
    ['cardinal.yaml:1:10: There is no check and no code "__proto__".'],
  ],
  [
    'a suppression of a check with a slip',
    'suppress:\n- reason: why\n  check: NoTimout\n',
    ['cardinal.yaml:3:3: There is no check and no code "NoTimout". Did you mean NoTimeout?'],
  ],
  ['a suppression without a reason', 'suppress:\n- check: NoTimeout\n', ['cardinal.yaml:2:3: `reason` is missing.']],
  [
    'a suppression with a blank reason',
    'suppress: [{check: NoTimeout, reason: " "}]',
    ['cardinal.yaml:1:31: " " does not match \\S.'],
  ],
  [
    'a suppression for no object',
    'suppress: [{check: NoTimeout, reason: why, objects: []}]',
    ['cardinal.yaml:1:44: The list is empty.'],
  ],
  [
    'an object without a kind',
    'suppress: [{check: NoTimeout, reason: why, objects: [shop/web]}]',
    ['cardinal.yaml:1:54: "shop/web" does not match ^\\S+ \\S+$.'],
  ],
  ['paths that are no list', 'paths: k8s', ['cardinal.yaml:1:1: "k8s" is a text, and a list is expected here.']],
  ['an environment without paths', 'environments:\n  staging: {}\n', ['cardinal.yaml:2:3: `paths` is missing.']],
  [
    'an environment without any path',
    'environments:\n  staging: {paths: []}\n',
    ['cardinal.yaml:2:13: The list is empty.'],
  ],
  [
    'a plugin that is no file',
    'plugins: [our-checks]',
    ['cardinal.yaml:1:11: "our-checks" does not match ^\\.{1,2}/.'],
  ],
  [
    'a namespace that Kubernetes rejects',
    'namespace: Shop',
    ['cardinal.yaml:1:1: "Shop" does not match ^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$.'],
  ],
  [
    'a setting that is there twice',
    'paths: [a]\npaths: [b]\n',
    [expect.stringMatching(/^cardinal\.yaml:2:1: .*duplicated mapping key/)],
  ],
  ['an empty file', '', ['cardinal.yaml:1:1: The settings are one YAML document that is not empty.']],
  ['a comment alone', '# nothing\n', [expect.stringMatching(/^cardinal\.yaml:1:1: /)]],
  [
    'two documents',
    'paths: [a]\n---\npaths: [b]\n',
    ['cardinal.yaml:1:1: The settings are one YAML document that is not empty.'],
  ],
  ['a text', 'off', [expect.stringMatching(/a map is expected here\.$/)]],
])('%s is an error with its line', (_name, text, messages) => {
  expect(errorsOf(text)).toEqual(messages);
});

test('all errors come at once', () => {
  expect(errorsOf('paths: 1\nplugins: 2\nnamespace: 3\n')).toHaveLength(3);
});

test('a file that is not there, or is no regular one, is an error', () => {
  expect(() => readConfig(join(folder, 'nothing.yaml'))).toThrow(/nothing\.yaml:1:1: The file does not exist\./);
  mkdirSync(join(folder, 'cardinal.yaml'));
  expect(() => readConfig(join(folder, 'cardinal.yaml'))).toThrow(ConfigError);
  symlinkSync('/dev/zero', join(folder, 'device.yaml'));
  expect(() => readConfig(join(folder, 'device.yaml'))).toThrow(/This is not a regular file/);
  writeFileSync(join(folder, 'latin1.yaml'), Buffer.from([0xe9]));
  expect(() => readConfig(join(folder, 'latin1.yaml'))).toThrow(/UTF-8/);
});

describe('the schema', () => {
  const isValid = new Ajv({ strict: true }).compile(schema);

  test('is what the settings are validated by: ajv permits what is accepted here, and nothing else', () => {
    const text = fc.constantFrom(
      '',
      ' ',
      'off',
      'error',
      './a.js',
      'a',
      'Service shop/*',
      'shop',
      'NoTimeout',
      '__proto__',
    );
    const name = fc.constantFrom(
      'checks',
      'paths',
      'suppress',
      'namespace',
      'plugins',
      'environments',
      'check',
      'reason',
      'objects',
      'staging',
      'constructor',
    );
    const { value } = fc.letrec(tie => ({
      value: fc.oneof({ maxDepth: 4 }, text, fc.constantFrom(false, true, null, 1), tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 2 }),
      map: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(value, each => (violationsOf(each, schema as Schema).length === 0) === isValid(each)),
      { numRuns: 2000 },
    );
  });

  test('and permits settings near to these, as ajv does', () => {
    const paths = fc.array(fc.constantFrom('a', ''), { maxLength: 2 });
    const config = fc.record(
      {
        checks: fc.dictionary(
          fc.constantFrom('NoTimeout', 'IST0101'),
          fc.constantFrom('off', 'error', 'eror', false, true),
        ),
        paths,
        suppress: fc.array(
          fc.record(
            {
              check: fc.constantFrom('NoTimeout', ''),
              reason: fc.constantFrom('why', ' '),
              objects: fc.array(fc.constantFrom('Service a/b', 'a'), { maxLength: 2 }),
            },
            { requiredKeys: ['check'] },
          ),
          { maxLength: 2 },
        ),
        namespace: fc.constantFrom('shop', 'Shop', 1),
        plugins: fc.array(fc.constantFrom('./a.js', 'a'), { maxLength: 2 }),
        environments: fc.dictionary(
          fc.constantFrom('staging'),
          fc.record({ paths, namespace: fc.constantFrom('a', '') }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(config, each => (violationsOf(each, schema as Schema).length === 0) === isValid(each)),
      { numRuns: 2000 },
    );
  });
});

test('labels of namespaces are those of all environments and of each, which takes precedence', () => {
  const { environments, namespaceLabels } = parseConfig(
    [
      "namespaceLabels: { shop: { istio-injection: enabled }, '*': {} }",
      'environments:',
      '  one: { paths: [k8s] }',
      '  other: { paths: [k8s], namespaceLabels: { shop: {} } }',
    ].join('\n'),
    'cardinal.yaml',
  );
  const shared = { shop: { 'istio-injection': 'enabled' }, '*': {} };
  expect(namespaceLabels).toEqual(shared);
  expect(environments.map(each => each.namespaceLabels)).toEqual([shared, { ...shared, shop: {} }]);
  expect(
    parseConfig('paths: [k8s]\nnamespaceLabels: { shop: {} }', 'cardinal.yaml').environments[0]?.namespaceLabels,
  ).toEqual({ shop: {} });
});

test('other assumptions of an environment replace those of all, and maps are joined', () => {
  const { environments } = parseConfig(
    [
      'clusterDomain: corp.example',
      'meshConfig: { trustDomain: corp, enableAutoMtls: false }',
      'gatewayClasses: { public: istio.io/gateway-controller }',
      'gatewayPods: [{ name: edge, namespace: infra, labels: { istio: ingress }, ports: [{ port: 80, targetPort: 8080 }] }]',
      'denyingAuthorizers: [opa]',
      'elsewhere: { secrets: [infra/tls] }',
      'environments:',
      '  one: { paths: [k8s] }',
      '  other:',
      '    paths: [k8s]',
      '    clusterDomain: other.example',
      '    meshConfig: { trustDomain: other }',
      '    gatewayPods: []',
      '    denyingAuthorizers: []',
    ].join('\n'),
    'cardinal.yaml',
  );
  const [one, other] = environments;
  expect(one).toMatchObject({
    clusterDomain: 'corp.example',
    meshConfig: { trustDomain: 'corp', enableAutoMtls: false },
    gatewayPods: [{ name: 'edge' }],
    gatewayClasses: { public: 'istio.io/gateway-controller' },
    denyingAuthorizers: ['opa'],
    elsewhere: { secrets: ['infra/tls'] },
  });
  expect(other).toMatchObject({
    clusterDomain: 'other.example',
    meshConfig: { trustDomain: 'other', enableAutoMtls: false },
    gatewayPods: [],
    gatewayClasses: { public: 'istio.io/gateway-controller' },
    denyingAuthorizers: [],
  });
});

test('versions of Kubernetes and Istio are those of all, or of an environment', () => {
  const { environments, ...all } = parseConfig(
    [
      'kubernetesVersion: "1.33"',
      'istioVersion: v1.28.3',
      'environments:',
      '  one: { paths: [k8s] }',
      '  other: { paths: [k8s], kubernetesVersion: "1.30" }',
    ].join('\n'),
    'cardinal.yaml',
  );
  expect([all, ...environments].map(each => [each.kubernetesVersion, each.istioVersion])).toEqual([
    ['1.33', 'v1.28.3'],
    ['1.33', 'v1.28.3'],
    ['1.30', 'v1.28.3'],
  ]);
});

test('a version without schemas is an error at its line, with those that have some', () => {
  const written = 'kubernetesVersion: "1.99"\nenvironments:\n  one: { paths: [k8s], istioVersion: "1.2" }';
  expect(() => parseConfig(written, 'cardinal.yaml')).toThrow(
    /^cardinal\.yaml:1:1: There are no schemas of Kubernetes "1\.99"\. Use one of 1\.27, .* none for the newest\.\ncardinal\.yaml:3:24: There are no schemas of Istio "1\.2"/,
  );
});

test.each([
  ['kubernetesVersion: 1.30', '1.3 is a number, and a text is expected here. Put it in quotes.'],
  ['istioVersion: newest', '"newest" does not match'],
  ['istioVersion: {}', '{} is a map, and a text is expected here.'],
])('%s is an error', (text, problem) => {
  expect(() => parseConfig(text, 'cardinal.yaml')).toThrow(problem);
});

test('what is no scalar cannot be put in quotes', () => {
  expect(() => parseConfig('namespace:', 'cardinal.yaml')).toThrow(/is nothing, and a text is expected here\.$/);
});

test('Pods of gateways without labels or a namespace are an error', () => {
  expect(() => parseConfig('gatewayPods: [{ name: edge, ports: [{ port: http }] }]', 'cardinal.yaml')).toThrow(
    /`namespace` is missing\.[^]*`labels` is missing\.[^]*"http" is a text, and a number is expected here\./,
  );
});
