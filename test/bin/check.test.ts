import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { JsonPatch } from 'cdk8s';
import { boutique, shop } from '../../bin/boutique';
import { ClusterApp, IstioInstallation, Mesh, TopologyChart, Tracing } from '../../lib';
import { HttpApiEdge } from '../../lib/aws';
import { checkManifests } from '../../lib/checks';
import { Cluster, readResources } from '../../lib/manifests';
import { CARDINAL, cardinal, cardinalIn } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const LOST =
  'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\nspec: {hosts: '
  + '[web], http: [{route: [{destination: {host: web}, weight: 20}]}]}\n';
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n';

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const check = (...args: string[]) => cardinal('check', ...args);

const lost = write('lost.yaml', LOST);
const service = write('more/service.yml', SERVICE);

test('errors make it exit with 1, with the place of each', () => {
  const { status, stdout } = check(lost);
  expect(status).toBe(1);
  expect(stdout).toContain(`${lost}:4:53: VirtualService default/web spec.http[0].route[0].destination.host: error: `);
});

test('several files and folders are one cluster, and a warning fails it only with --strict', () => {
  expect(check(lost, join(folder, 'more'))).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/: warning: .*\(LoneWeight, KIA1104\)\n2 objects checked: 0 errors, 1 warning, /),
  });
  expect(check(lost, service, '--strict').status).toBe(1);
  expect(check(lost, '--fail-on', 'never').status).toBe(0);
});

test('the version of Istio in the cluster decides which fields there are', () => {
  const newer = write(
    'newer.yaml',
    'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: web}\n'
      + 'spec: {rules: [{from: [{source: {serviceAccounts: [a]}}]}]}\n',
  );
  expect(check(newer, '--istio-version', '1.24.3').stdout).toContain('before Istio 1.25, and the cluster has 1.24,');
  expect(check(newer, '--istio-version', '1.25').stdout).not.toContain('SchemaViolation');
  const settings = write('old/cardinal.yaml', 'istioVersion: "1.24"\n');
  expect(check(newer, '--config', settings).stdout).toContain('and the cluster has 1.24,');
  expect(check(newer, '--config', settings, '--istio-version', '1.25').stdout).not.toContain('SchemaViolation');
});

test('the standard input is a file too, and a namespace is given to what names none', () => {
  expect(cardinalIn(folder, ['check', '-', '--namespace', 'shop'], LOST)).toEqual({
    status: 1,
    stdout: expect.stringMatching(/^-:4:53: VirtualService shop\/web /),
    stderr: '',
  });
});

test('without files it prints its usage and exits with 2', () => {
  expect(cardinalIn(folder, ['check'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^There is neither dist nor cdk\.out here\.[^]*Print the options with --help\.\n$/),
  });
});

test('a suppression with a reason keeps it from failing', () => {
  expect(check(lost, '--suppress', 'UnknownDestination: elsewhere')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Reason: elsewhere'),
  });
});

test('a code of another tool accepts what its checks find, without a word about those that find nothing', () => {
  expect(check(lost, '--suppress', 'IST0101: elsewhere')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/Reason: elsewhere/),
  });
  expect(check(lost, '--suppress', 'IST0101: elsewhere').stdout).not.toContain('UnusedSuppression');
});

test('suppressions in manifests can be forbidden', () => {
  const file = write(
    'accepted.yaml',
    LOST.replace('{name: web}', '{name: web, annotations: {cardinal.cdk8s.io/suppress: "UnknownDestination: why"}}'),
  );
  expect(check(file)).toMatchObject({ status: 0, stdout: expect.stringContaining('1 suppressed\n') });
  expect(check(file, '--no-inline-suppressions')).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('The suppression of UnknownDestination is ignored'),
  });
});

test.each<[string, string[], string | RegExp]>([
  ['a file that is not there', ['nothing.yaml'], 'nothing.yaml:1:1: The file does not exist.\n'],
  ['a file that is no YAML', [write('bad.yaml', 'a: [')], /bad\.yaml:\d+:\d+: This is not YAML: /],
  [
    'an input without objects',
    [write('empty.yaml', '')],
    /^There is no object in .*empty\.yaml: an earlier command may have failed\.\n$/,
  ],
  ['an unknown option', ['--formt'], /^error: unknown option '--formt'\n\(Did you mean --format\?\)\n/],
  ['an unknown format', [lost, '--format', 'xml'], /^--format xml is not one of text, json, sarif\./],
  [
    'a format with a slip',
    [lost, '--format', 'srif'],
    /^--format srif is not one of text, json, sarif\. Did you mean sarif\?\n/,
  ],
  ['a namespace without a name', [lost, '--namespace', ''], /^--namespace {2}is not the name of a namespace\.\n/],
  [
    'a namespace that Kubernetes rejects',
    [lost, '--namespace', 'a\n::error::b'],
    /^--namespace a\\u\{a\}::error::b is not the name of a namespace\.\n/,
  ],
  ['a version without schemas', [lost, '--kubernetes-version', '1.2'], /^--kubernetes-version: There are no schemas /],
  ['a version of Istio without schemas', [lost, '--istio-version', '1.99'], /^--istio-version: There are no schemas /],
  ['an unknown severity', [lost, '--fail-on', 'fatal'], /^--fail-on fatal is not one of /],
  ...['constructor', 'toString', '__proto__', 'hasOwnProperty'].flatMap((name): [string, string[], RegExp][] => [
    [
      `the format ${name}`,
      [lost, '--format', name],
      new RegExp(`^--format ${name} is not one of text, json, sarif\\.`),
    ],
    [
      `the severity ${name}`,
      [lost, '--fail-on', name],
      new RegExp(`^--fail-on ${name} is not one of error, warning, info, never\\.`),
    ],
    [`the check ${name}`, ['--explain', name], new RegExp(`^There is no check and no code "${name}"\\.`)],
    [
      `a suppression of ${name}`,
      [lost, '--suppress', `${name}: why`],
      new RegExp(`^--suppress: there is no check and no code "${name}"\\.`),
    ],
  ]),
  [
    'a suppression with a slip',
    [lost, '--suppress', 'UnknownDestinatoin: why'],
    /^--suppress: there is no check and no code "UnknownDestinatoin"\. Did you mean UnknownDestination\?/,
  ],
  [
    'a suppression without a reason',
    [lost, '--suppress', 'UnknownDestination'],
    /^--suppress needs the name of a check and the reason/,
  ],
  ['a check that does not exist', ['--explain', 'IST9999'], /^There is no check and no code "IST9999"\./],
])('%s is an error of its own, with 2', (_name, args, message) => {
  const { status, stderr } = check(...args);
  expect([status, typeof message === 'string' ? stderr === message : message.test(stderr)]).toEqual([2, true]);
});

test('a reader that closes the pipe after some lines causes no failure', () => {
  const many = write(
    'many.yaml',
    Array.from({ length: 2000 }, (_, index) => LOST.replace('name: web', `name: web-${index}`)).join('---\n'),
  );
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `"$0" "$@" | head -n 1`, process.execPath, ...CARDINAL, 'check', many],
    { encoding: 'utf8' },
  );
  expect([stdout.split('\n').length, stderr]).toEqual([2, '']);
});

test('--explain prints what a check finds, also by the code of another tool', () => {
  expect(check('--explain', 'ist0112').stdout).toMatch(
    new RegExp(
      String.raw`^PortRequired \(check on manifests, error, IST0112\)\n`
        + ' {2}A VirtualService sends traffic to a host with several ports',
    ),
  );
});

test('--explain covers findings of synthesis and errors of the model, and all kinds of a code that several have', () => {
  expect(check('--explain', 'OpenBehindFront').stdout).toMatch(/^OpenBehindFront \(finding of synthesis, warning\)\n/);
  expect(check('--explain', 'weightsdonotsum').stdout).toMatch(/^WeightsDoNotSum \(error of the model, error\)\n/);
  expect(check('--explain', 'http-api-key').stdout).toMatch(/^http-api-key \(limit of templates, error\)\n/);
  expect(check('--explain', 'UnusedSuppression').stdout).toMatch(
    /^UnusedSuppression \(check on manifests, warning\)\n/,
  );
  const { stdout } = check('--explain', 'ReservedUser');
  expect(stdout).toMatch(
    /^ReservedUser \(check on manifests, warning, IST0144\)\n[^]*\nReservedUser \(error of the model, error\)\n/,
  );
});

test('--explain of a slip suggests the nearest code of any kind', () => {
  expect(check('--explain', 'WeightsDontSum').stderr).toContain('Did you mean WeightsDoNotSum?');
  expect(check('--explain', 'OpenBehindFronts').stderr).toContain('Did you mean OpenBehindFront?');
});

test('--list has a section for each kind of code', () => {
  const { stdout } = check('--list');
  expect(stdout.match(/^## .*$/gm)).toEqual([
    '## Checks',
    '## Codes of istioctl analyze and Kiali',
    '## Limits of CloudFormation templates',
    '## Findings of synthesis',
    '## Errors of the model',
  ]);
  expect(stdout).toContain('\n| NoRoutes | error | An edge has no routes |\n');
});

test('a code that the checks do not report cannot be suppressed, and the message names what can', () => {
  expect(check(lost, '--suppress', 'OpenBehindFront: why')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/is of kind synthesis.* Accept it by `accepted` of the TopologyChart\./),
  });
});

test('SARIF is valid by its schema', () => {
  const log = JSON.parse(check(lost, '--format', 'sarif', '--suppress', 'LoneWeight: on trial').stdout) as Sarif;
  const [run] = log.runs;
  const rules = run?.tool.driver.rules.map(each => each.id) ?? [];

  expect([log.version, log.runs.length, run?.tool.driver.name]).toEqual(['2.1.0', 1, 'cardinal']);
  expect(new Set(rules).size).toBe(rules.length);
  expect(run?.results.length).toBe(2);
  for (const { ruleId, ruleIndex, level, message, locations } of run?.results ?? []) {
    expect(rules[ruleIndex]).toBe(ruleId);
    expect(['none', 'note', 'warning', 'error']).toContain(level);
    expect(message.text).not.toBe('');
    const {
      artifactLocation: { uri },
      region: { startLine, startColumn },
    } = locations[0]?.physicalLocation ?? { artifactLocation: { uri: '' }, region: { startLine: 0, startColumn: 0 } };
    expect(uri).toMatch(/lost\.yaml$/);
    expect(Math.min(startLine, startColumn)).toBeGreaterThan(0);
  }
  expect(run?.results.map(each => each.suppressions)).toContainEqual([{ kind: 'inSource', justification: 'on trial' }]);
});

interface Sarif {
  version: string;
  runs: {
    tool: { driver: { name: string; rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      suppressions?: object[];
      locations: {
        physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number; startColumn: number } };
      }[];
    }[];
  }[];
}

test('the boutique, its gateway and its mesh are without errors and warnings', () => {
  const [cluster, cloud] = [join(folder, 'dist'), join(folder, 'cdk.out')];
  const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });
  const app = new ClusterApp({ outdir: cluster, checked: true });
  new IstioInstallation(app, 'istio', { tracing });
  new TopologyChart(app, 'boutique', { topology: boutique, mesh: Mesh.istio({ tracing }) });
  app.synth();
  const stack = new Stack(new App({ outdir: cloud }), 'Boutique');
  new HttpApiEdge(stack, 'Shop', { edge: shop, vpc: new Vpc(stack, 'Vpc') });
  (App.of(stack) as App).synth();
  const { resources, errors } = readResources([cluster, cloud]);

  expect(errors).toEqual([]);
  expect(resources.some(each => each.kind === 'AWS::ApiGatewayV2::Integration')).toBe(true);
  expect(checkManifests(new Cluster(resources)).findings.filter(each => each.severity !== 'info')).toEqual([]);
});

test('a checked app writes nothing where something cannot work, and names all of it', () => {
  const app = new ClusterApp({ outdir: join(folder, 'none'), checked: true });
  const chart = new TopologyChart(app, 'boutique', { topology: boutique, mesh: Mesh.istio() });
  chart
    .object('VirtualService', 'paymentservice')
    .addJsonPatch(JsonPatch.replace('/spec/http/0/route/0/destination/host', 'nobody'));
  chart
    .object('VirtualService', 'cartservice')
    .addJsonPatch(JsonPatch.replace('/spec/http/0/route/0/destination/host', 'noone'));

  expect(() => app.synth()).toThrow(
    new RegExp(
      String.raw`^The checks found errors in the manifests:\n`
        + String.raw` {2}error \[VirtualService boutique/cartservice .*"noone"[^]*\n`
        + String.raw` {2}error \[VirtualService boutique/paymentservice .*"nobody"`,
    ),
  );
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('a checked app accepts the findings of `accepted`', () => {
  const app = new ClusterApp({
    outdir: join(folder, 'accepted'),
    checked: true,
    accepted: { UnknownDestination: 'the platform declares it' },
  });
  const chart = new TopologyChart(app, 'boutique', { topology: boutique, mesh: Mesh.istio() });
  chart
    .object('VirtualService', 'cartservice')
    .addJsonPatch(JsonPatch.replace('/spec/http/0/route/0/destination/host', 'noone'));
  app.synth();

  expect(existsSync(join(folder, 'accepted'))).toBe(true);
});

test('labels of namespaces that are not among the manifests are options', () => {
  const file = write(
    'labels/pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: app, image: a}]}\n'
      + '---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: default, namespace: shop}\n'
      + 'spec: {mtls: {mode: STRICT}}\n',
  );
  const of = (...args: string[]) => check(file, ...args).stdout;
  expect(of()).toContain('UnknownMembership');
  expect(of()).not.toContain('UncoveredWorkload');
  const enabled = of('--namespace-label', 'shop:istio-injection=enabled');
  expect(enabled).not.toContain('UnknownMembership');
  expect(enabled).toContain('UncoveredWorkload');
  expect(of('--namespace-label', '*:')).not.toMatch(/UnknownMembership|UncoveredWorkload/);
  expect(of('--namespace-label', 'other:')).toContain('UnknownMembership');
  const wrong = check(file, '--namespace-label', 'istio-injection=enabled');
  expect([wrong.status, wrong.stderr.split('\n')[0]]).toEqual([
    2,
    '--namespace-label istio-injection=enabled is not of the form NAMESPACE:KEY=VALUE.',
  ]);
});

test('a manifest of a folder that cannot be read is a finding, and other files are notes', () => {
  write('tree/a.yaml', SERVICE);
  write('tree/broken.yaml', 'apiVersion: v1\nkind: [\n');
  write('tree/docker-compose.yaml', 'services: {}\n');
  const { status, stdout, stderr } = check(join(folder, 'tree'));
  expect([status, stderr]).toEqual([
    1,
    `1 file skipped (Docker Compose): ${join(folder, 'tree/docker-compose.yaml')}\n`,
  ]);
  expect(stdout).toMatch(/broken\.yaml:\d:1: File .*: error: This is not YAML: .*\(UnreadableManifest\)\n/);
  expect(stdout).toMatch(/1 object checked: 1 error, /);
  expect(check(join(folder, 'tree'), '--suppress', 'UnreadableManifest: a fixture').status).toBe(0);
});

test('--build renders kustomizations', () => {
  write('kustomized/kustomization.yaml', 'resources: [a.yaml]\nnamePrefix: x-\n');
  write('kustomized/a.yaml', LOST);
  const { stdout, stderr } = check(join(folder, 'kustomized'));
  expect([stdout, stderr]).toEqual([
    expect.stringContaining('VirtualService default/web '),
    expect.stringContaining('name prefixes of this kustomization are not applied'),
  ]);
  const built = check(join(folder, 'kustomized'), '--build');
  // Without kustomize and kubectl it is the same as above.
  expect(built.stdout).toMatch(built.stderr === '' ? /kustomization\.yaml:1:1: VirtualService default\/x-web / : /web/);
});

test('environments are found without settings, and what is wrong in one of them names it', () => {
  const of = (host: string) => LOST.replace('host: web', `host: ${host}`);
  write('envs/dev/a.yaml', `${SERVICE}---\n${of('web')}`);
  write('envs/prod/a.yaml', `${SERVICE}---\n${of('web')}`);
  expect(check(join(folder, 'envs'))).toMatchObject({
    status: 0,
    stderr:
      '2 folders or files have the same objects and are alternatives, so each is checked as a cluster of its own, with '
      + 'what is outside of them: dev and prod\n',
    stdout: expect.not.stringMatching(/ConflictingHosts|RepeatedObject/),
  });
  write('envs/shared.yaml', of('only-in-prod').replace('name: web', 'name: other').replace('[web]', '[other]'));
  write('envs/prod/b.yaml', SERVICE.replace('name: web', 'name: only-in-prod'));
  const { stdout } = check(join(folder, 'envs'));
  expect(stdout).toMatch(/shared\.yaml:.*: error: In dev: Requests .*\(UnknownDestination/);
  expect(stdout).toMatch(/\n5 objects checked: |\n6 objects checked: /);
});

test('what is missing in one of several alternatives that are no environments is a note', () => {
  write('steps/route.yaml', LOST);
  write('steps/other-route.yaml', LOST.replace('weight: 20', 'weight: 30'));
  write('steps/service-1.yaml', SERVICE);
  write('steps/service-2.yaml', `${SERVICE.replace('80', '90')}---\n${SERVICE.replace('name: web', 'name: more')}`);
  write('steps/more.yaml', LOST.replaceAll('web', 'more'));
  expect(check(join(folder, 'steps'))).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /more\.yaml:.*: info: In .*: Requests .*, unless it is in a file or folder that is one of several alternatives\./,
    ),
  });
});

test('a folder of which all is noted and nothing is an object is no failure', () => {
  write('chart-only/Chart.yaml', 'name: c\n');
  write('chart-only/values.yaml', 'a: 1\n');
  write('chart-only/testdata/lost.yaml', LOST);
  expect(check(join(folder, 'chart-only'))).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(
      /this Helm chart .*\n1 folder skipped \(input of tests; pass one to check it\): .*testdata\nThere is no object in .*: nothing was checked\.\n$/,
    ),
  });
  expect(check(join(folder, 'chart-only/testdata')).status).toBe(1);
});

test('a suppression that one of several environments needs is used', () => {
  write('used/dev/a.yaml', SERVICE);
  write('used/prod/a.yaml', `${SERVICE}---\n${SERVICE.replace('name: web', 'name: other')}`);
  write(
    'used/shared.yaml',
    LOST.replace('host: web', 'host: other').replace(
      '{name: web}',
      '{name: web, annotations: {cardinal.cdk8s.io/suppress: "UnknownDestination: in prod only"}}',
    ),
  );
  expect(check(join(folder, 'used')).stdout).not.toContain('UnusedSuppression');
});

test('a baseline accepts the findings that it has, and no new ones', () => {
  const file = write('base/a.yaml', LOST);
  const baseline = write('baseline.json', check(file, '--format', 'json').stdout);
  expect(check(file, '--baseline', baseline)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('Reason: in the baseline'),
  });
  write('base/a.yaml', `# moved\n${LOST}---\n${LOST.replace('name: web', 'name: new')}`);
  const { status, stdout } = check(file, '--baseline', baseline);
  expect(status).toBe(1);
  expect(stdout).toMatch(/VirtualService default\/new .*: error: .*\(UnknownDestination/);
  expect(stdout).toMatch(/VirtualService default\/web .*: suppressed: /);
  write('base/a.yaml', SERVICE);
  expect(check(file, '--baseline', baseline).stderr).toMatch(/^\d findings of the baseline do not exist any more/);
});

test.each([
  ['is no JSON', 'a: b', /This is not JSON\./],
  ['is no report', '{}', /This is not a report/],
  ['has something else', '[{"id": 1}]', /This is not a report/],
])('a baseline that %s is an error', (_name, text, message) => {
  const result = check(lost, '--baseline', write('wrong.json', text));
  expect([result.status, message.test(result.stderr)]).toEqual([2, true]);
});

test('a baseline that is not there is an error', () => {
  expect(check(lost, '--baseline', 'nothing.json')).toMatchObject({
    status: 2,
    stderr: 'nothing.json:1:1: The file does not exist.\n',
  });
});
