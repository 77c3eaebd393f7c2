import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cardinal, cardinalIn } from '../support/command';
import { meshed, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const ALL = meshed('payments', 'shop') + server('payments', 'vault') + server('shop', 'web');
const allowing = (...namespaces: string[]) =>
  policy('payments', 'vault', `[{from: [{source: {namespaces: [${namespaces.join()}]}}]}]`);
const TIMEOUT = `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vault, namespace: payments}
spec: {hosts: [vault], http: [{timeout: 1s, route: [{destination: {host: vault}}]}]}
`;

const repository = temporaryFolder();
const git = (...args: string[]) =>
  spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], {
    cwd: repository,
    encoding: 'utf8',
  });
const put = (name: string, text: string) => {
  mkdirSync(dirname(join(repository, name)), { recursive: true });
  writeFileSync(join(repository, name), text);
};
const folder = process.cwd();
beforeAll(() => {
  process.chdir(repository);
  git('init', '-q', '-b', 'main');
  put('manifests/all.yaml', ALL + allowing('payments'));
  put('manifests/binary.png', '\0');
  put('more/routes.yaml', TIMEOUT);
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  git('tag', 'first');
  put('manifests/all.yaml', ALL + allowing('payments', 'shop'));
  put('untracked.yaml', 'x');
});
afterAll(() => process.chdir(folder));

test('a revision is compared with the work tree, which is not touched', () => {
  const state = git('status', '--porcelain').stdout;
  const { status, stdout, stderr } = cardinal('diff', 'main:manifests', 'manifests', '--fail-on', 'opened');

  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/^opened +payments|^opened +shop\/web → payments\/vault:8080: no request → all requests\n/);
  expect(git('status', '--porcelain').stdout).toBe(state);
});

test('a file of a revision, and a place in a revision, are named by the revision', () => {
  const removed = cardinalIn(repository, ['diff', 'main:manifests/all.yaml', '-'], ALL);

  expect(removed.stdout).toContain('object       AuthorizationPolicy payments/vault removed [main:manifests');
  expect(removed.stdout).not.toContain('/tmp');
});

test('an error in a revision is named by the revision too', () => {
  put('broken/all.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: [');
  git('add', '-A');
  git('commit', '-q', '-m', 'second');
  rmSync(join(repository, 'broken'), { recursive: true });

  expect(cardinal('diff', 'main:broken', 'manifests')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^main:broken\/all\.yaml:/),
  });
});

test('a revision without a folder is an error that names how to give one', () => {
  expect(cardinal('diff', 'main', 'manifests')).toMatchObject({
    status: 2,
    stderr: 'main is a revision of git: add the folder or file, such as main:dist.\n',
  });
});

test('links of a revision are read like those of a folder: within it, and not out of it', () => {
  put('linked/files/vault.txt', allowing('payments'));
  put('outside.yaml', allowing('payments'));
  symlinkSync('files/vault.txt', join(repository, 'linked/vault.yaml'));
  git('add', '-A');
  git('commit', '-q', '-m', 'links');

  const within = cardinal('diff', 'main:linked', 'linked');
  expect(within).toEqual({ status: 0, stdout: 'No changes\n', stderr: expect.any(String) });
  symlinkSync('../outside.yaml', join(repository, 'linked/other.yaml'));
  git('add', '-A');
  git('commit', '-q', '-m', 'links');

  expect(cardinal('diff', 'main:linked', 'manifests')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^main:linked\/other\.yaml:1:1: /),
  });
});

test('a submodule is an error, since git does not have its files', () => {
  put('parts/all.yaml', ALL);
  git('add', 'parts');
  git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'main').stdout.trim()},parts/other`);
  git('commit', '-q', '-m', 'submodule');

  expect(cardinal('diff', 'main:parts', 'manifests')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^main:parts has the submodule other, whose files git does not have: /),
  });
});

test.each(['other:manifests', 'main:nowhere', '--output=x:y', 'nowhere'])('%s is an error, with 2', source => {
  expect(cardinal('diff', '--', source, 'manifests')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(source),
  });
});

const toVault = ['--from', 'shop/web', '--to', 'vault.payments'];

test('route explains a request in a revision, with places that have its name', () => {
  expect(cardinal('route', 'first:manifests', ...toVault)).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(
      /: denied by AuthorizationPolicy payments\/vault .* \[first:manifests\/all\.yaml:\d+:1\]\n/,
    ),
  });
  expect(cardinal('route', 'manifests', ...toVault).status).toBe(0);
});

test.each(['first:manifests/all.yaml', 'first:', 'first:manifests/'])('files of %s have its name', source => {
  const name = source === 'first:' ? 'first:manifests/all.yaml' : source.replace(/\/$/, '/all.yaml');
  expect(cardinal('route', source, ...toVault).stdout).toContain(`[${name}:`);
});

test('several revisions are one cluster, each with its own names', () => {
  const sources = Array.from({ length: 10 }, () => 'first:more').concat('first:manifests/all.yaml');
  const { stdout } = cardinal('route', ...sources, ...toVault);
  expect(stdout).toContain('[first:manifests/all.yaml:');
  expect(stdout).toContain('[first:more/routes.yaml:');
});

test('matrix has the callers of a revision', () => {
  const row = 'shop/web        payments/vault:8080  all';
  expect(cardinal('matrix', 'first:manifests').stdout).not.toContain(row);
  expect(cardinal('matrix', 'manifests').stdout).toContain(row);
});

test('graph has a revision, with places that have its name', () => {
  const { stdout } = cardinal('graph', 'first:manifests', '--format', 'html');
  expect(stdout).toContain('"place":"first:manifests/all.yaml:');
  expect(stdout).not.toContain(tmpdir());
});

test('the name of a branch cannot become markup of a page', () => {
  git('branch', 'a</script><b>', 'first');
  const { stdout } = cardinal('graph', 'manifests', '--before', 'a</script><b>:manifests', '--format', 'html');
  expect(stdout).toContain('"isComparison":true');
  expect(stdout).not.toContain('</script><b>');
});

test('serve has no revision, since its files never change', () => {
  expect(cardinal('serve', 'first:manifests')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('not the standard input or a revision of git'),
  });
});
