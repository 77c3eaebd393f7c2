import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execute } from '../../bin/commands/program';
import { meshed, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

// Each test starts several programs, which takes long beside other work.
jest.setTimeout(60_000);

const folder = temporaryFolder();
const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

interface Programs {
  /** Commands of a shell for kubectl. */
  readonly kubectl?: string;
  readonly istioctl?: string;
}

const SYNCED = `echo '{"resources":[{"genericXdsConfigs":[{"configStatus":"SYNCED"},{"configStatus":"NOT_SENT"}]}]}'`;
let runs = 0;

/** Carries out a change with programs that write what they are run with, and returns that with the outcome. */
async function applied(before: string, after: string, programs: Programs, ...args: string[]) {
  const bin = join(folder, `${(runs += 1)}`);
  mkdirSync(bin);
  const log = join(bin, 'log');
  const write = (name: string, text: string) => {
    writeFileSync(join(bin, name), text);
    return join(bin, name);
  };
  for (const [name, commands = ''] of Object.entries({ kubectl: '', istioctl: SYNCED, ...programs })) {
    const input = name === 'kubectl' ? `case "$*" in *'-f -') cat >> ${log}; echo >> ${log};; esac` : '';
    chmodSync(write(name, `#!/bin/sh\necho ${name} "$@" >> ${log}\n${input}\n${commands}\n`), 0o755);
  }
  process.env.PATH = [bin, path].join(delimiter);
  const [stdout, stderr] = [process.stdout, process.stderr].map(stream =>
    jest.spyOn(stream, 'write').mockReturnValue(true),
  );
  const files = [write('before.yaml', before), write('after.yaml', after)];
  const status = await execute(['apply', ...files, '--settle', '0', ...args]);
  const printed = [stdout, stderr].map(each => each?.mock.calls.map(([text]) => String(text)).join('') ?? '');
  [stdout, stderr].forEach(each => each?.mockRestore());
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return {
    status,
    output: printed.join(''),
    commands: lines.filter(each => /^(kubectl|istioctl) /.test(each)),
    objects: lines
      .filter(each => each.startsWith('{'))
      .map(each =>
        (JSON.parse(each) as { items: { kind: string; metadata: { name: string } }[] }).items.map(
          ({ kind, metadata }) => `${kind} ${metadata.name}`,
        ),
      ),
  };
}

const allowing = (namespace: string) => policy('shop', 'web', `[{from: [{source: {namespaces: [${namespace}]}}]}]`);
const before = meshed('shop') + server('shop', 'web') + server('shop', 'old') + allowing('shop');
const after = meshed('shop') + server('shop', 'web') + server('shop', 'new') + allowing('pay');
const APPLY = 'kubectl apply --server-side --field-manager=cdk8s-cardinal';

test('each step is applied and waited for before the next one', async () => {
  const { status, commands, objects } = await applied(before, after, {});

  expect(status).toBe(0);
  expect(commands).toEqual([
    `${APPLY} -f -`,
    ...Array<string>(2).fill('istioctl proxy-status --output json'),
    `${APPLY} -f -`,
    'kubectl rollout status --timeout=300s deployment.apps/new --namespace shop',
    ...Array<string>(2).fill('istioctl proxy-status --output json'),
    `${APPLY} -f -`,
    ...Array<string>(2).fill('istioctl proxy-status --output json'),
    'kubectl delete --ignore-not-found --timeout=300s -f -',
    ...Array<string>(2).fill('istioctl proxy-status --output json'),
  ]);
  expect(objects).toEqual([
    ['AuthorizationPolicy web', 'Service new'],
    ['Deployment new'],
    ['AuthorizationPolicy web'],
    ['Deployment old', 'Service old'],
  ]);
});

test('a step that fails ends the command with 1, and nothing after it is run', async () => {
  const kubectl = `case "$*" in rollout*) echo 'deadline exceeded' >&2; exit 1;; esac`;
  const { status, commands, output } = await applied(before, after, { kubectl });

  expect(status).toBe(1);
  expect(output).toContain('Step 2 of 4 failed: kubectl rollout: deadline exceeded Step 1 is complete');
  expect(commands.at(-1)).toContain('rollout status');
});

test('a proxy with an older configuration is waited for, up to the limit', async () => {
  const istioctl = `echo '{"resources":[{"genericXdsConfigs":[{"configStatus":"STALE"}]}]}'`;
  const { status, output } = await applied(before, after, { istioctl }, '--timeout', '0');

  expect(status).toBe(1);
  expect(output).toContain('After 0 seconds, proxies have an older configuration.');
});

test('a proxy that rejects the configuration ends the command', async () => {
  const istioctl = `echo '{"resources":[{"genericXdsConfigs":[{"configStatus":"ERROR"}]}]}'`;

  expect(await applied(before, after, { istioctl })).toMatchObject({
    status: 1,
    output: expect.stringContaining('A proxy has rejected the configuration') as string,
  });
});

test('an output of istioctl that is not JSON is an error, not a synchronized mesh', async () => {
  expect(await applied(before, after, { istioctl: 'echo NAME CLUSTER' })).toMatchObject({
    status: 1,
    output: expect.stringContaining('its output is not JSON') as string,
  });
});

test('a dry run is validated by the API server, and waits for nothing', async () => {
  const { status, commands, output } = await applied(before, after, {}, '--dry-run');

  expect(status).toBe(0);
  expect(output).toContain('Dry run: nothing has changed.');
  expect(commands.every(each => each.includes('--dry-run=server'))).toBe(true);
});

test('a dry run leaves out objects of namespaces that do not exist yet', async () => {
  const { objects } = await applied(before, before + meshed('pay') + server('pay', 'pay'), {}, '--dry-run');

  expect(objects.flat()).toEqual(['Namespace pay']);
});

test('manifests without Istio need no istioctl', async () => {
  const { status, commands } = await applied(server('shop', 'web'), server('shop', 'web') + server('shop', 'new'), {
    istioctl: 'exit 1',
  });

  expect(status).toBe(0);
  expect(commands.some(each => each.startsWith('istioctl'))).toBe(false);
});

test('an ApplySet of each namespace deletes what is no longer declared, after all steps', async () => {
  const { commands, objects } = await applied(before, after, {}, '--apply-set', 'shop');

  expect(commands.at(-1)).toBe(`${APPLY} --namespace shop --applyset=configmaps/shop --prune -f -`);
  expect(objects.at(-1)).not.toContain('Namespace shop');
  expect(objects.at(-1)).toContain('Deployment web');
});

test('Pods are restarted where a label of their namespace changes their proxies', async () => {
  const plain = before.replace('istio-injection: enabled', 'istio-injection: disabled');
  const { commands } = await applied(plain, before, {});

  expect(commands).toContain('kubectl rollout restart deployment.apps/web --namespace shop');
});

test('a plan that loses requests is printed and not carried out, with 1', async () => {
  // The same subset name for other Pods.
  const pay = (name: string) =>
    server('shop', 'pay').replaceAll('app: pay}', `app: ${name}, all: pay}`)
    + `---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: pay, namespace: shop}\n`
    + `spec: {host: pay, subsets: [{name: v1, labels: {app: ${name}}}]}\n`
    + '---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: pay, namespace: shop}\n'
    + 'spec: {hosts: [pay], http: [{route: [{destination: {host: pay, subset: v1}}]}]}\n';
  const web = meshed('shop') + server('shop', 'web');
  const { status, commands, output } = await applied(web + pay('old'), web + pay('new'), {});

  expect({ status, commands }).toEqual({ status: 1, commands: [] });
  expect(output).toContain('Lost after step');
});

test.each([
  [['--timeout', 'x'], 'is not a number of seconds'],
  [['--layout', 'steps'], 'unknown option'],
])('%j is a wrong option, with 2', async (args, problem) => {
  expect(await applied(before, after, {}, ...args)).toMatchObject({
    status: 2,
    output: expect.stringContaining(problem) as string,
  });
});
