import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execute } from '../../bin/commands/program';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

function cardinal(...args: string[]) {
  const [stdout, stderr] = [process.stdout, process.stderr].map(stream =>
    jest.spyOn(stream, 'write').mockReturnValue(true),
  );
  try {
    const status = execute(['check', ...args]);
    const said = (spy: typeof stdout) => spy?.mock.calls.map(([text]) => text).join('') ?? '';
    return { status, stdout: said(stdout), stderr: said(stderr) };
  } finally {
    [stdout, stderr].forEach(spy => spy?.mockRestore());
  }
}

interface Fake {
  readonly kinds?: string;
  readonly objects?: string;
  readonly secrets?: string;
}

const KINDS = `cat <<'END'
namespaces                ns      v1                                     false   Namespace
events                    ev      v1                                     true    Event
secrets                           v1                                     true    Secret
services                  svc     v1                                     true    Service
deployments               deploy  apps/v1                                true    Deployment
gateways                  gw      networking.istio.io/v1                 true    Gateway
gateways                  gtw     gateway.networking.k8s.io/v1           true    Gateway
backendtlspolicies                gateway.networking.k8s.io/v1           true    BackendTLSPolicy
crontabs                          stable.example.com/v1                  true    CronTab
END`;

/** Puts a kubectl of shell commands before all others, and returns the file of the commands that it ran. */
function fakeKubectl(name: string, { kinds = KINDS, objects = listed(), secrets = listed() }: Fake): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  const log = join(bin, 'log');
  writeFileSync(log, '');
  writeFileSync(
    join(bin, 'kubectl'),
    `#!/bin/sh
echo "$@" >> ${log}
case "$*" in
  api-resources*) ${kinds}
    ;;
  'get secrets '*) ${secrets}
    ;;
  *) ${objects}
    ;;
esac
`,
  );
  chmodSync(join(bin, 'kubectl'), 0o755);
  process.env.PATH = [bin, path].join(delimiter);
  return log;
}

function listed(...items: object[]): string {
  return `cat <<'END'\n${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 4)}\nEND`;
}

const object = (apiVersion: string, kind: string, name: string, fields: object = {}, namespace = 'shop') => ({
  apiVersion,
  kind,
  metadata: kind === 'Namespace' ? { name } : { name, namespace },
  ...fields,
});
const NAMESPACE = object('v1', 'Namespace', 'shop');
const gateway = (credentialName: string) =>
  object('networking.istio.io/v1', 'Gateway', 'web', {
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          hosts: ['shop.example'],
          tls: { mode: 'SIMPLE', credentialName },
        },
      ],
    },
  });
const TYPO = object('networking.istio.io/v1', 'VirtualService', 'web', {
  spec: { hosts: ['web'], http: [{ route: [{ destination: { host: 'lost' } }] }] },
});

test('what runs is checked, of the kinds that the checks evaluate, in all namespaces', () => {
  const log = fakeKubectl('all', { objects: listed(NAMESPACE, TYPO) });
  expect(cardinal('--cluster')).toMatchObject({
    status: 1,
    stderr: '',
    stdout: expect.stringMatching(/(?:^|\n)VirtualService shop\/web spec\.http\[0\][^]*\n2 objects checked: 1 error, /),
  });
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
    'api-resources --verbs=list --no-headers --request-timeout=60s',
    'get namespaces,services,deployments.apps,gateways.networking.istio.io,gateways.gateway.networking.k8s.io,'
      + 'backendtlspolicies.gateway.networking.k8s.io --all-namespaces --output=json --request-timeout=60s',
    'get secrets --all-namespaces --output=json --field-selector=type!=helm.sh/release.v1 --request-timeout=60s',
  ]);
});

test('a context is the one of each command', () => {
  const log = fakeKubectl('context', { objects: listed(NAMESPACE) });
  expect(cardinal('--cluster', '--context', 'staging').status).toBe(0);
  expect(readFileSync(log, 'utf8').match(/ --context=staging$/gm)).toHaveLength(3);
});

test('of a namespace, its findings alone are printed, with all of the cluster considered', () => {
  const other = object('v1', 'Namespace', 'other');
  const lost = object('v1', 'Service', 'lost', { spec: { ports: [{ name: 'http', port: 80 }] } });
  fakeKubectl('namespace', { objects: listed(NAMESPACE, other, TYPO) });
  expect(cardinal('--cluster', '--namespace', 'shop').status).toBe(1);
  expect(cardinal('--cluster', '--namespace', 'other')).toMatchObject({ status: 0, stderr: '' });
  fakeKubectl('namespace-2', { objects: listed(NAMESPACE, TYPO, lost) });
  expect(cardinal('--cluster', '--namespace', 'shop').status).toBe(0);
});

test('a namespace that the cluster does not have is an error', () => {
  fakeKubectl('no-namespace', { objects: listed(NAMESPACE) });
  expect(cardinal('--cluster', '--namespace', 'shpo')).toMatchObject({
    status: 2,
    stderr: 'The cluster has no namespace shpo.\n',
  });
});

test('without kubectl the message names it, with 2', () => {
  process.env.PATH = join(folder, 'none');
  expect(cardinal('--cluster')).toMatchObject({
    status: 2,
    stderr: 'kubectl is not installed, and --cluster reads with it.\n',
  });
});

test('what kubectl states is printed where it fails, with 2', () => {
  fakeKubectl('refused', {
    kinds:
      'echo "E1126 10:36:14.9 memcache.go: retry" >&2; echo "The connection to the server was refused" >&2; exit 1',
  });
  expect(cardinal('--cluster')).toMatchObject({
    status: 2,
    stderr: 'kubectl api-resources: The connection to the server was refused\n',
  });
  fakeKubectl('silent', { kinds: 'exit 3' });
  expect(cardinal('--cluster').stderr).toBe('kubectl api-resources: exit code 3\n');
});

test('kinds that may not be listed make it exit with 2, and the others are checked', () => {
  fakeKubectl('forbidden', {
    objects: `${listed(NAMESPACE, TYPO)}\necho 'Error from server (Forbidden): services is forbidden' >&2; exit 1`,
  });
  expect(cardinal('--cluster')).toMatchObject({
    status: 2,
    stderr: 'kubectl get: Error from server (Forbidden): services is forbidden\n',
    stdout: expect.stringContaining('2 objects checked: 1 error'),
  });
});

test('output that is no JSON is an error', () => {
  fakeKubectl('text', { objects: 'echo NAME' });
  expect(cardinal('--cluster')).toMatchObject({ status: 2, stderr: 'kubectl get: its output is not JSON.\n' });
});

test('a cluster without objects is an error', () => {
  fakeKubectl('empty', {});
  expect(cardinal('--cluster')).toMatchObject({
    status: 2,
    stderr: 'There is no object in the cluster: an earlier command may have failed.\n',
  });
});

test('a Secret that is missing is an error, and a note where Secrets may not be listed', () => {
  const objects = listed(NAMESPACE, gateway('shop-tls'));
  fakeKubectl('no-secret', { objects });
  expect(cardinal('--cluster').stdout).toMatch(/: error: .*shop-tls.*\(UnknownSecret/);
  fakeKubectl('secrets-forbidden', {
    objects,
    secrets: 'echo "Error from server (Forbidden): secrets is forbidden" >&2; exit 1',
  });
  expect(cardinal('--cluster')).toMatchObject({
    status: 0,
    stderr: 'Secrets are not read: kubectl get: Error from server (Forbidden): secrets is forbidden\n',
    stdout: expect.stringMatching(/: info: .*shop-tls.* unless it is among the Secrets, which are not read\./),
  });
});

test('a Secret of the cluster is found', () => {
  fakeKubectl('secret', {
    objects: listed(NAMESPACE, gateway('shop-tls')),
    secrets: listed(object('v1', 'Secret', 'shop-tls', { type: 'kubernetes.io/tls' }, 'istio-system')),
  });
  expect(cardinal('--cluster').stdout).not.toContain('UnknownSecret');
});

test.each([
  [['--cluster', 'k8s'], /^--cluster checks what runs, without files and --build\./],
  [['--cluster', '--build'], /^--cluster checks what runs, without files and --build\./],
  [['--context', 'staging', 'k8s'], /^--context names the cluster of --cluster, which is missing\./],
])('%j cannot be used', (args, message) => {
  const { status, stderr } = cardinal(...args);
  expect([status, message.test(stderr)]).toEqual([2, true]);
});
