import { CHECKS, checkManifests, checkObjects, SUPPRESS, toJson, toText } from '../../../lib/checks';
import { Cluster, type KubernetesObject, loadResources } from '../../../lib/manifests';

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n---\n';
const lost = (annotation = '') => `${NAMESPACE}apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web
  namespace: shop
  annotations: {${annotation && `${SUPPRESS}: ${JSON.stringify(annotation)}`}}
spec:
  hosts: [web]
  http:
    - route:
        - destination:
            host: web
`;
const run = (text: string, suppress?: Record<string, string>) =>
  checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })), { suppress });

test('a finding has a message, a location, a check and its codes', () => {
  expect(run(lost()).findings).toEqual([
    {
      id: 'UnknownDestination',
      severity: 'error',
      covers: ['IST0101', 'KIA1101'],
      path: 'VirtualService shop/web spec.http[0].route[0].destination.host',
      object: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'shop', name: 'web' },
      field: 'spec.http[0].route[0].destination.host',
      file: 'a.yaml',
      line: 16,
      column: 13,
      message:
        'Requests are sent to the host "web", which no Service or ServiceEntry among these manifests declares, so they fail with 503.',
      fix:
        'Correct the host, write it with its namespace and domain if the Service is in another namespace, or '
        + 'declare a ServiceEntry.',
    },
  ]);
});

test('an annotation with a reason suppresses a finding, which stays in the report', () => {
  const { findings, suppressed } = run(lost('UnknownDestination: made by the platform; '));

  expect(findings).toEqual([]);
  expect(suppressed.map(each => [each.finding.id, each.reason])).toEqual([
    ['UnknownDestination', 'made by the platform'],
  ]);
});

test('a suppression in code does so everywhere', () => {
  expect(run(lost(), { UnknownDestination: 'made by the platform' }).findings).toEqual([]);
});

test.each([
  ['without a reason', 'UnknownDestination', ['UnknownDestination', 'UnusedSuppression']],
  ['of a check that finds nothing here', 'UnknownPort: never mind', ['UnknownDestination', 'UnusedSuppression']],
  ['of a check that does not exist', 'UnknownDestinations: never mind', ['UnknownDestination', 'UnusedSuppression']],
  ['beside one that is used', 'UnknownPort: never mind; UnknownDestination: by the platform', ['UnusedSuppression']],
])('a suppression %s is a finding', (_name, annotation, ids) => {
  expect(
    run(lost(annotation))
      .findings.map(each => each.id)
      .sort(),
  ).toEqual(ids);
});

test('an unused suppression in code is a finding', () => {
  expect(run(NAMESPACE, { UnknownPort: 'never mind' }).findings.map(each => [each.id, each.object.name])).toEqual([
    ['UnusedSuppression', 'UnknownPort'],
  ]);
});

test(
  'a suppression in code may be a code of another tool: it is used where one of its checks finds '
    + 'something, and accepts no other code',
  () => {
    const { findings, suppressed } = run(lost(), { ist0101: 'made by the platform', KIA1107: 'never mind' });

    expect(suppressed.map(each => each.finding.id)).toEqual(['UnknownDestination']);
    expect(findings.map(each => [each.id, each.object.name])).toEqual([['UnusedSuppression', 'KIA1107']]);
  },
);

const suppressed = lost('UnknownDestination: never mind; RepeatedObject: never mind').replace(NAMESPACE, '');
const victim = lost().replace(NAMESPACE, '');

test.each([
  ['before it', `${NAMESPACE}${suppressed}---\n${victim}`],
  ['after it', `${NAMESPACE}${victim}---\n${suppressed}`],
  [
    'of another version of the API',
    `${NAMESPACE}${suppressed.replace('istio.io/v1', 'istio.io/v1beta1')}---\n${victim}`,
  ],
  [
    'in a List',
    `${NAMESPACE}${victim}---\napiVersion: v1\nkind: List\nitems:\n- `
      + `${suppressed.trimEnd().replaceAll('\n', '\n  ')}\n`,
  ],
  ['with the namespace of the options', `${NAMESPACE}${victim}---\n${suppressed.replace('  namespace: shop\n', '')}`],
])('a suppression accepts nothing for an object of the same name %s', (_name, text) => {
  const { findings } = checkManifests(new Cluster(loadResources(text, { file: 'a.yaml', namespace: 'shop' })));
  const found = findings.map(each => each.id);
  expect([
    found.filter(each => each === 'UnknownDestination').length,
    found.filter(each => each === 'RepeatedObject').length,
  ]).toEqual([1, 1]);
});

test('a suppression accepts nothing for another object that gets its name from the API server', () => {
  const generated = (text: string) => text.replace('name: web', 'generateName: web');
  expect(run(`${NAMESPACE}${generated(suppressed)}---\n${generated(victim)}`).findings.map(each => each.id)).toEqual(
    expect.arrayContaining(['UnknownDestination', 'UnusedSuppression']),
  );
});

test('where suppressions in manifests are disabled, each is reported and has no effect', () => {
  const { findings, suppressed: accepted } = checkManifests(
    new Cluster(loadResources(lost('UnknownDestination: never mind'), { file: 'a.yaml' })),
    { inlineSuppressions: false },
  );

  expect(accepted).toEqual([]);
  expect(findings.map(each => [each.id, each.message])).toEqual([
    ['UnusedSuppression', 'The suppression of UnknownDestination is ignored: suppressions in manifests are disabled.'],
    ['UnknownDestination', expect.any(String)],
  ]);
});

test.each(['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'])(
  'findings in %s are accepted, and stay in the report',
  namespace => {
    const { findings, suppressed: accepted } = run(lost().replaceAll('shop', namespace));

    expect(findings).toEqual([]);
    expect(accepted.map(each => [each.finding.id, each.reason])).toContainEqual([
      'UnknownDestination',
      `${namespace} is a namespace of Kubernetes itself`,
    ]);
  },
);

test.each(['Kube-System', 'kube-system2', ' kube-system'])(
  'findings in %s, which is no namespace of Kubernetes, are findings',
  namespace => {
    expect(run(lost().replaceAll('shop', JSON.stringify(namespace))).findings.map(each => each.id)).toContain(
      'UnknownDestination',
    );
  },
);

test('objects that were never in a file are checked too', () => {
  const { findings } = checkObjects([
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { hosts: ['web'], http: [{ route: [{ destination: { host: 'web' } }] }] },
    },
  ]);
  expect(findings.map(each => [each.id, each.file])).toEqual([['UnknownDestination', undefined]]);
});

test('findings are in the order of lines, independent of the order of the checks', () => {
  const text = `${lost()}---\n${lost().replace(NAMESPACE, '').replace('name: web', 'name: two')}`;
  const all = run(text);
  const reversed = checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })), {
    checks: [...CHECKS].reverse(),
  });

  expect(all.findings.map(each => each.line)).toEqual(
    [...all.findings.map(each => each.line)].sort((a, b) => (a ?? 0) - (b ?? 0)),
  );
  expect(reversed.findings).toEqual(all.findings);
});

test('as text, a finding is a line that editors understand, and the last line counts', () => {
  expect(toText(run(lost('UnknownDestination: made by the platform')), 2).split('\n')).toEqual([
    expect.stringMatching(
      new RegExp(
        String.raw`^a\.yaml:16:13: VirtualService shop/web spec\S+: suppressed: .* `
          + String.raw`Reason: made by the platform \(UnknownDestination, IST0101, KIA1101\)$`,
      ),
    ),
    '2 objects checked: 0 errors, 0 warnings, 0 notes, 1 suppressed',
    '',
  ]);
  expect(toText(run(lost()), 2)).toMatch(
    new RegExp(
      String.raw`^a\.yaml:16:13: VirtualService .*: error: Requests are sent to .* `
        + String.raw`\(UnknownDestination, IST0101, KIA1101\)\n2 objects checked: 1 error, `,
    ),
  );
});

test(
  'as JSON, findings are an array of objects with all that identifies them, and accepted ones give the ' + 'reason',
  () => {
    const finding = {
      id: 'UnknownDestination',
      severity: 'error',
      covers: ['IST0101', 'KIA1101'],
      object: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'shop', name: 'web' },
      file: 'a.yaml',
      line: 16,
      column: 13,
      message: expect.stringContaining('"web"'),
      fix: expect.stringContaining('ServiceEntry'),
    };
    expect(JSON.parse(toJson(run(lost())))).toEqual([finding]);
    expect(JSON.parse(toJson(run(lost(), { UnknownDestination: 'elsewhere' })))).toEqual([
      { ...finding, suppressed: 'elsewhere' },
    ]);
  },
);

const WORDS: readonly unknown[] = [
  '',
  '*',
  '*.',
  '/',
  'a/b/c',
  0,
  -1,
  1e9,
  true,
  null,
  [],
  {},
  [[]],
  [{}],
  [null],
  { a: null },
  '{',
  'x'.repeat(300),
  '-1%',
  '5s',
  '::1',
  '${Token[a]}',
];

test('no check fails for any value of a field', () => {
  const bases = loadResources(lost(), { file: 'a.yaml' });
  const types = [
    ...new Set([
      'VirtualService.networking.istio.io/v1',
      'DestinationRule.networking.istio.io/v1',
      'Gateway.networking.istio.io/v1',
      'ServiceEntry.networking.istio.io/v1',
      'Sidecar.networking.istio.io/v1',
      'EnvoyFilter.networking.istio.io/v1alpha3',
      'AuthorizationPolicy.security.istio.io/v1',
      'RequestAuthentication.security.istio.io/v1',
      'PeerAuthentication.security.istio.io/v1',
      'Telemetry.telemetry.istio.io/v1',
      'Gateway.gateway.networking.k8s.io/v1',
      'HTTPRoute.gateway.networking.k8s.io/v1',
      'Service.v1',
      'Pod.v1',
      'Deployment.apps/v1',
      'NetworkPolicy.networking.k8s.io/v1',
      'PodDisruptionBudget.policy/v1',
      'Namespace.v1',
      'ConfigMap.v1',
      'Secret.v1',
      'CustomResourceDefinition.apiextensions.k8s.io/v1',
    ]),
  ];
  const fields = [
    'hosts',
    'http',
    'route',
    'match',
    'ports',
    'servers',
    'selector',
    'rules',
    'from',
    'source',
    'to',
    'operation',
    'subsets',
    'trafficPolicy',
    'egress',
    'exportTo',
    'gateways',
    'configPatches',
    'parentRefs',
    'backendRefs',
    'listeners',
    'template',
    'containers',
    'labels',
    'annotations',
    'podSelector',
    'ingress',
    'jwtRules',
    'mtls',
    'minAvailable',
    'versions',
    'workloadSelector',
    'host',
    'weight',
    'timeout',
    'retries',
  ];
  const objectsOf = (type: string, word: unknown, spec: unknown): KubernetesObject[] => {
    const [kind, apiVersion] = [type.slice(0, type.indexOf('.')), type.slice(type.indexOf('.') + 1)];
    const metadata = { name: 'a', namespace: 'b', labels: word, annotations: word } as unknown as { name: string };
    return [
      { apiVersion, kind, metadata, spec, data: word, webhooks: word, status: spec },
      { apiVersion, kind, metadata: { name: 'c' }, spec },
    ];
  };
  const survives = (objects: readonly KubernetesObject[]) =>
    expect(() => checkObjects([...bases.map(each => each.object), ...objects])).not.toThrow();
  const bodyOf = (value: unknown) => Object.fromEntries(fields.map(field => [field, value]));
  const nestedOf = (word: unknown) => bodyOf([bodyOf(word), word]);
  for (const word of WORDS) {
    [word, bodyOf(word), nestedOf(word)].forEach(spec => survives(types.flatMap(type => objectsOf(type, word, spec))));
  }
  types.forEach(type => survives(WORDS.flatMap(word => objectsOf(type, word, nestedOf(word)))));
});

test.each([
  ['install.operator.istio.io/owning-resource: unknown', true],
  ['operator.istio.io/component: Pilot', true],
  ['app.kubernetes.io/part-of: istio, helm.sh/chart: gateway-1.31.0', true],
  ['app.kubernetes.io/part-of: istio', false],
  ['helm.sh/chart: gateway-1.31.0', false],
])("warnings about an object of Istio's own installation are suppressed, by its labels: %s", (labels, isOwn) => {
  const budget = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: istiod, namespace: istio-system, labels: {${labels}}}
spec: {minAvailable: 1, selector: {matchLabels: {app: istiod}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system}
spec:
  selector: {matchLabels: {app: istiod}}
  template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, image: pilot}]}}
`;
  const of = (text: string, inlineSuppressions: boolean) => {
    const report = checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })), { inlineSuppressions });
    return [report.findings, report.suppressed.map(each => each.finding)].map(
      each => each.filter(({ object }) => object.kind === 'PodDisruptionBudget').length,
    );
  };
  expect(of(budget, true)).toEqual(isOwn ? [0, 1] : [1, 0]);
  expect(of(budget, false)).toEqual([1, 0]);
  expect(of(budget.replace('minAvailable: 1', 'minAvailable: {}'), true)[0]).toBeGreaterThan(0);
});

const RUNNING = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
---
`;
const route = (host: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [web], http: [{route: [{destination: {host: ${host}}}]}]}
`;

test.each([
  ['a namespace of which nothing that runs is declared', RUNNING, 'search.platform.svc.cluster.local', 'info'],
  ['a namespace that has Services', RUNNING, 'wbe.shop.svc.cluster.local', 'error'],
  ['a namespace whose name is nearly that of one that has Services', RUNNING, 'web.shpo.svc.cluster.local', 'error'],
  ['any namespace, where nothing that runs is declared', '', 'search.platform.svc.cluster.local', 'error'],
  ['no namespace', RUNNING, 'search.example', 'error'],
])('what is missing in %s is of this severity', (_name, running, host, severity) => {
  const { findings } = checkManifests(new Cluster(loadResources(running + route(host), { file: 'a.yaml' })));
  expect(findings.filter(({ id }) => id === 'UnknownDestination').map(each => each.severity)).toEqual([severity]);
});

test('a Service that names no namespace may be applied to the one where it is missing, and one that names it may not', () => {
  const other = RUNNING.replace('name: web', 'name: api');
  const severitiesOf = (metadata: string) =>
    checkManifests(
      new Cluster(
        loadResources(`${other}${RUNNING.replace('{name: web, namespace: shop}', metadata)}${route('web')}`, {
          file: 'a.yaml',
        }),
      ),
    )
      .findings.filter(({ id }) => id === 'UnknownDestination')
      .map(each => each.severity);
  expect(severitiesOf('{name: web}')).toEqual(['info']);
  expect(severitiesOf('{name: web, namespace: default}')).toEqual(['error']);
  expect(severitiesOf('{name: wbe}')).toEqual(['error']);
});

test.each<[string, string, boolean]>([
  ['a name in braces', 'gatewayClassName: "{GATEWAY_CLASS}"', true],
  ['a text in angle brackets', 'gatewayClassName: "<your class>"', true],
  ['a name in double angle brackets', 'gatewayClassName: "<<CLASS>>"', true],
  ['a name to replace', 'gatewayClassName: CHANGE_ME', true],
  ['a comment of ytt', 'gatewayClassName: #@ data.values.name', true],
  ['a name', 'gatewayClassName: other', false],
])('findings about %s are suppressed: placeholders alone', (_name, field, isSuppressed) => {
  const text =
    'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec:\n'
    + `  listeners: [{name: http, port: 80, protocol: HTTP}]\n  ${field}\n`;
  const cluster = new Cluster(loadResources(text, { file: 'a.yaml' }));
  const { suppressed } = checkManifests(cluster);
  expect(suppressed.length > 0).toBe(isSuppressed);
  expect(checkManifests(cluster, { inlineSuppressions: false }).suppressed).toEqual([]);
});

const container = (fields: string) =>
  'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n'
  + `spec: {containers: [{name: app, image: a, ${fields}}]}\n`;

test.each<[string, string, string[]]>([
  ['an unknown field whose value has a placeholder', 'workingDirectory: "${FOLDER}"', ['error']],
  ['an unknown field whose value is a name in upper case', 'url: CART_URL', ['error']],
  ['an unknown field whose name has a placeholder', '"${FIELD}": a', []],
  [
    'an unknown field of a variable with a reference',
    'env: [{name: A, value: b, vaue: "http://*:$(PORT)"}]',
    ['error'],
  ],
  ['a map of placeholders where a text belongs', 'env: [{name: A, value: {b: "${PORT}"}}]', ['error']],
  ['a list of placeholders where a map belongs', 'securityContext: ["${UID}"]', ['error']],
  ['an unknown resource with a placeholder', 'resources: {limits: {gpu: "${GPUS}"}}', ['error']],
  ['a resource whose name is a placeholder', 'resources: {limits: {"${RESOURCE}": 1}}', []],
  ['a placeholder where a map belongs', 'securityContext: "${CONTEXT}"', []],
  ['arguments that are a text with a reference', 'args: "--port=$(PORT)"', ['error']],
  ['a command that is a text with a reference', 'command: "run $(PORT)"', ['error']],
  ['arguments that are a text with a reference and a placeholder', 'args: "--port=$(PORT) --host=${HOST}"', []],
  ['an image pull policy that a kustomization replaces', 'imagePullPolicy: $(POLICY)', []],
])('%s: only placeholders for a value that matters suppress a finding', (_name, fields, severities) => {
  const report = checkManifests(new Cluster(loadResources(container(fields), { file: 'a.yaml' })));
  const violations = report.findings.filter(({ id }) => id === 'SchemaViolation');
  expect(violations.map(({ severity }) => severity)).toEqual(severities);
  expect([...violations, ...report.suppressed]).not.toEqual([]);
});
