import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { Traffic } from '../../lib/testing';
import { cardinal } from '../support/command';
import {
  app,
  deployment,
  imported,
  istio,
  namespace,
  object,
  PAY_VERSIONS,
  pod,
  policy,
  service,
  synthesized,
} from '../support/imported';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = join(__dirname, '../..');
const folder = temporaryFolder();

const shop =
  namespace
  + app('web', "env: [{ name: PAYMENT, value: 'payment:80' }, { name: MODE, value: fast }]")
  + app('payment')
  + policy(
    'payment',
    '{ selector: { matchLabels: { app: payment } }, rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }] }',
  )
  + policy('web', '{ selector: { matchLabels: { app: web } } }')
  + 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: shop }\ndata: { a: "1" }\n';

test('a variable with the address of a Service is a call that sets it, and other variables stay', () => {
  const { status, model } = imported(shop);

  expect(status).toBe(0);
  expect(model).toContain("web.calls(payment, { addressEnvVar: 'PAYMENT', retries });");
  expect(model).toContain("env: { MODE: 'fast' },");
  expect(model).toContain('// Traffic: equal.');
});

test('objects that are no part of the model are kept in a file, with their namespace', () => {
  const { objects, model } = imported(shop);

  expect(objects).toBe(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  a: "1"\n'.replaceAll(
      '"',
      "'",
    ),
  );
  expect(model).toContain("new Include(chart, 'objects', { url: join(__dirname, 'objects.yaml') });");
});

test('the printed model runs, and its requests get what those of the manifests get', () => {
  const result = imported(shop);
  const after = Traffic.of(synthesized(result));

  after.from('web').http('GET http://payment/').expectAllowed();
  after.from('payment').http('GET http://web/').expectDenied();
  expect(synthesized(result).objects.map(each => each.kind)).toContain('ConfigMap');
});

test('a model is formatted as Prettier formats it', () => {
  const { model } = imported(
    shop
      + '---\n'
      + istio(
        'VirtualService',
        'payment',
        '{ hosts: [payment], http: [{ match: [{ uri: { prefix: /a } }], fault: { delay: { fixedDelay: 2s, percentage: { value: 10 } } }, route: [{ destination: { host: payment } }] }] }',
      ),
  );

  const { stdout } = spawnSync('npx', ['prettier', '--config', '.prettierrc.json', '--parser', 'typescript'], {
    cwd: ROOT,
    input: model,
    encoding: 'utf8',
  });
  expect(stdout).toBe(model);
});

test('a model compiles under strict TypeScript', () => {
  const own = temporaryFolder();
  const file = join(own, 'model.ts');
  writeFileSync(file, imported(shop + '---\n' + policy('deny-admin', '{ action: DENY, rules: [{}] }')).model);
  symlinkSync(join(ROOT, 'node_modules'), join(own, 'node_modules'));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), name => readFileSync(name, 'utf8')) as {
    config: object;
  };
  const program = ts.createProgram([file], {
    ...ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options,
    strict: true,
    noEmit: true,
    noUnusedLocals: true,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    paths: {
      'cdk8s-cardinal': [join(ROOT, 'lib/index.ts')],
      'cdk8s-cardinal/istio': [join(ROOT, 'lib/istio/index.ts')],
    },
  });
  const problems = program.getSemanticDiagnostics(program.getSourceFile(file));

  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

test('weights of subsets are a split, with the timeout of the route', () => {
  const { status, model } = imported(
    PAY_VERSIONS
      + istio(
        'VirtualService',
        'pay',
        '{ hosts: [pay], http: [{ timeout: 2s, route: [{ destination: { host: pay, subset: v1 }, weight: 70 }, { destination: { host: pay, subset: v2 }, weight: 30 }] }] }',
      ),
  );

  expect(status).toBe(0);
  expect(model).toContain('pay.split({ v1: 70, v2: 30 });');
  expect(model).toContain('pay.calls(pay, { retries, timeout: Duration.seconds(2) });');
});

test('exact methods and paths of a policy are the operations of a call', () => {
  const { status, model } = imported(
    namespace
      + app('web', "env: [{ name: PAY, value: 'http://pay/' }]")
      + app('pay')
      + policy(
        'pay',
        '{ selector: { matchLabels: { app: pay } }, rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }], to: [{ operation: { methods: [POST], paths: [/pay] } }] }] }',
      )
      + policy('web', '{ selector: { matchLabels: { app: web } } }'),
  );

  expect(status).toBe(0);
  expect(model).toContain("allowedOperations: [Operation.http('POST /pay')],");
});

test('rules with other conditions are kept as they are', () => {
  const result = imported(
    namespace
      + app('web')
      + app('pay')
      + policy(
        'pay',
        '{ selector: { matchLabels: { app: pay } }, rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }], when: [{ key: "request.headers[x]", values: [gold] }] }] }',
      )
      + policy('web', '{ selector: { matchLabels: { app: web } } }'),
  );
  const after = Traffic.of(synthesized(result));

  expect(result.status).toBe(0);
  expect(result.model).toContain("chart.object('AuthorizationPolicy', 'pay')");
  after.from('web').http('GET http://pay/').expectDenied();
  after
    .from('web')
    .http('GET http://pay/', { headers: { x: 'gold' } })
    .expectAllowed();
});

test('a policy that denies is a typed resource', () => {
  const { status, model } = imported(
    namespace
      + app('web')
      + policy(
        'deny-admin',
        '{ action: DENY, selector: { matchLabels: { app: web } }, rules: [{ to: [{ operation: { paths: [/admin] } }] }] }',
      ),
  );

  expect(status).toBe(0);
  expect(model).toContain("new AuthorizationPolicy(chart, 'AuthorizationPolicy-shop-deny-admin', {");
});

test('callers that nothing denies are calls under a comment that states the guess', () => {
  const { status, model } = imported(namespace + app('a') + app('b'));

  expect(status).toBe(0);
  expect(model).toMatch(
    /\/\/ Guesses: no policy denies these callers[^]*for \(const caller of all\) \{\n {2}caller\.calls\(a, \{ retries \}\);/,
  );
});

test('without calls that are guessed the model denies them, and lists the differences with 1', () => {
  const { status, model, summary } = imported(namespace + app('a') + app('b'), '--calls', 'known');

  expect(status).toBe(1);
  expect(model).not.toContain('.calls(');
  expect(summary).toContain('Traffic: no longer: shop/a-v1 → shop/b-v1:8080');
});

test('an address of a callee that policies deny is no call', () => {
  const { model } = imported(
    namespace + app('web', "env: [{ name: PAY, value: 'pay:80' }]") + app('pay') + policy('none', '{}'),
  );

  expect(model).not.toContain('.calls(');
  expect(model).toContain("env: { PAY: 'pay:80' },");
});

test('a container whose user is not known keeps its security context', () => {
  const result = imported(namespace + deployment('old', '{ containers: [{ name: old, image: old }] }'));
  const [rendered] = synthesized(result).find('Deployment');

  expect(rendered).toMatchObject({ spec: { template: { spec: { containers: [{ image: 'old' }] } } } });
  expect(JSON.stringify(rendered)).not.toContain('securityContext');
});

test('a workload that the model rejects stays as it is, with the reason', () => {
  const { status, model, objects } = imported(
    namespace + deployment('web', "{ containers: [{ name: web, image: '${IMAGE}' }] }") + service('web'),
  );

  expect(status).toBe(0);
  expect(model).toMatch(/\/\/ Its workload is kept as it is: [^]*InvalidImage/);
  expect(model).toContain('existingWorkload: {');
  expect(objects).toContain('${IMAGE}');
});

test('texts of manifests have no meaning in the model', () => {
  const value = "'; process.exit(1); // ${x} `y` \\ \u202e \u0000";
  const result = imported(
    namespace
      + deployment('web', pod('web', `env: [{ name: A, value: ${JSON.stringify(value).replaceAll('\\u0000', '')} }]`)),
  );

  expect(result.model).not.toContain('\u202e');
  expect(JSON.stringify(synthesized(result).find('Deployment'))).toContain('process.exit(1); // ${x} `y`');
});

test('an existing folder is not overwritten, with 2', () => {
  writeFileSync(join(folder, 'in.yaml'), shop);

  expect(cardinal('import', join(folder, 'in.yaml'), '--out', folder)).toMatchObject({ status: 2 });
});

test('without a folder the model is printed', () => {
  writeFileSync(join(folder, 'in.yaml'), shop);
  const { status, stdout, stderr } = cardinal('import', join(folder, 'in.yaml'));

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain("const topology = new Topology('shop', {");
});

test('objects of several namespaces are patched in theirs, and Pods and Jobs are callers that stay as they are', () => {
  const other = (text: string) => text.replaceAll('shop', 'pay');
  const { model, objects, summary } = imported(
    namespace
      + app('web')
      + other(namespace)
      + other(deployment('api', '{ containers: [{ name: api, image: api }] }'))
      + other(service('api'))
      + 'apiVersion: v1\nkind: Pod\nmetadata: { name: debug, namespace: pay, labels: { app: debug } }\n'
      + 'spec: { containers: [{ name: debug, image: debug }] }\n',
  );

  expect(summary).toContain('Traffic is equal');
  expect(model).toContain("topology.addNamespace('pay');");
  expect(model).toContain(".object('Deployment', 'api-v1', 'pay')");
  expect(model).toContain('// Its workload is kept as it is: it is a Pod.');
  expect(objects).toContain('kind: Pod');
});

test('an autoscaler and a disruption budget keep their limits, by the names of the model', () => {
  const { model, objects } = imported(
    namespace
      + app('web')
      + object(
        'autoscaling/v2',
        'HorizontalPodAutoscaler',
        'web',
        '{ scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 6 }',
      )
      + object(
        'policy/v1',
        'PodDisruptionBudget',
        'any',
        '{ minAvailable: 1, selector: { matchLabels: { app: web } } }',
      ),
  );

  expect(model).toContain('autoscaling: { min: 2, max: 6, existing: true },');
  expect(objects).toContain('name: web-v1');
  expect(model).toContain(
    ".addJsonPatch(JsonPatch.remove('/spec/maxUnavailable'), JsonPatch.add('/spec/minAvailable', 1));",
  );
});

test.each([
  ['LoadBalancer', 'type: LoadBalancer'],
  ['Service with external addresses', 'externalIPs: [203.0.113.7]'],
])('a %s is reachable from any address as before', (_, spec) => {
  const { status, model } = imported(
    namespace
      + deployment('web', pod('web'))
      + service('web', `${spec}, ports: [{ name: http, port: 80, targetPort: 8080 }]`),
  );

  expect(status).toBe(0);
  expect(model).toContain('// Services that are reachable from any address.');
  expect(model).toMatch(/JsonPatch\.add\('\/spec\/(type|externalIPs)'/);
});
