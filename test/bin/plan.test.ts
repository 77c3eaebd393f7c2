import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResources } from '../../lib/manifests';
import { cardinal } from '../support/command';
import { meshed, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const allowing = (name: string) => policy('shop', 'web', `[{from: [{source: {namespaces: [${name}]}}]}]`);
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const before = write('before.yaml', meshed('shop') + server('shop', 'web') + server('shop', 'old') + allowing('shop'));
const after = write('after.yaml', meshed('shop') + server('shop', 'web') + allowing('pay'));
const plan = (...args: string[]) => cardinal('plan', ...args);

test('a plan is printed as numbered steps, each with what to wait for, with 0', () => {
  expect(plan(before, after)).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      '1. Grants, ports and subsets: what is permitted before or after is permitted',
      '   apply   AuthorizationPolicy shop/web, with what is permitted before and after',
      '   wait until all proxies have the configuration: istioctl proxy-status',
      '2. What is no longer permitted: calls, subsets, ports, plain text',
      '   apply   AuthorizationPolicy shop/web',
      '   wait until all proxies have the configuration: istioctl proxy-status',
      '3. Workloads and Services that are no longer used',
      '   delete  Deployment shop/old',
      '   delete  Service shop/old',
      'No request that both allow is lost in between.',
      '',
    ].join('\n'),
  });
});

test('JSON has the same steps', () => {
  expect(JSON.parse(plan(before, after, '--format', 'json').stdout)).toMatchObject({
    steps: [
      { stage: 'grants', apply: [{ object: 'AuthorizationPolicy shop/web', note: expect.any(String) }], delete: [] },
      { stage: 'narrow', apply: [{ note: null }] },
      { stage: 'retire', apply: [], delete: [{ object: 'Deployment shop/old', apiVersion: 'apps/v1' }, {}] },
    ],
    losses: [],
  });
});

test('the folders of steps have what kubectl applies and deletes', () => {
  const out = join(folder, 'steps');
  expect(plan(before, after, '--out', out).status).toBe(0);

  expect(readdirSync(out)).toEqual(['1-grants', '2-narrow', '3-retire']);
  const [wide] = readResources([join(out, '1-grants/apply.yaml')]).resources;
  expect(wide?.spec.get('rules').value).toEqual([
    { from: [{ source: { namespaces: ['shop'] } }] },
    { from: [{ source: { namespaces: ['pay'] } }] },
  ]);
  expect(readFileSync(join(out, '3-retire/delete.yaml'), 'utf8')).toBe(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: old\n  namespace: shop\n---\n'
      + 'apiVersion: v1\nkind: Service\nmetadata:\n  name: old\n  namespace: shop\n',
  );
});

test('the commits for Argo CD are whole states with sync waves', () => {
  const out = join(folder, 'argocd');
  plan(before, after, '--out', out, '--layout', 'argocd');

  expect(readdirSync(out)).toEqual(['1-widen', '3-narrow']);
  const objects = (commit: string) =>
    readResources([join(out, commit)]).resources.map(
      ({ kind, name, annotations }) => `${annotations['argocd.argoproj.io/sync-wave'] ?? '-'} ${kind} ${name}`,
    );
  expect(objects('1-widen')).toEqual([
    '1 Namespace shop',
    '3 PeerAuthentication default',
    '3 Service web',
    '3 Service old',
    '3 AuthorizationPolicy web',
    '4 Deployment web',
    '4 Deployment old',
  ]);
  expect(objects('3-narrow')).not.toContain('4 Deployment old');
});

test('the commits for Flux have Kustomizations that depend on each other', () => {
  const out = join(folder, 'flux');
  plan(before, after, '--out', out, '--layout', 'flux');

  const kustomizations = readResources([join(out, '3-narrow/kustomizations/kustomizations.yaml')]).resources;
  expect(kustomizations.map(({ name, spec }) => [name, spec.get('path').text, spec.get('dependsOn').value])).toEqual([
    ['types', './deployed/1-types', undefined],
    ['policies', './deployed/3-policies', [{ name: 'types' }]],
    ['workloads', './deployed/4-workloads', [{ name: 'policies' }]],
  ]);
  expect(readdirSync(join(out, '3-narrow'))).toEqual(['1-types', '3-policies', '4-workloads', 'kustomizations']);
});

test('several states have the plan from each to the next', () => {
  const [there, back] = [plan(before, after), plan(after, before)];
  expect(plan(before, after, before)).toEqual({
    status: 0,
    stderr: '',
    stdout: `${before} → ${after}\n${there.stdout}\n${after} → ${before}\n${back.stdout}`,
  });
  const asJson = JSON.parse(plan(before, after, before, '--format', 'json').stdout) as object[];
  expect(asJson).toEqual(
    [plan(before, after, '--format', 'json'), plan(after, before, '--format', 'json')].map(
      ({ stdout }) => JSON.parse(stdout) as object,
    ),
  );
});

test('a move that loses requests ends with 1, also if the last one loses none', () => {
  // The subset is of other Pods, and no state between has both.
  const withSubset = (app: string) => `${meshed('shop')}${server('shop', 'web')}
${server('shop', 'pay').replaceAll('app: pay}', `app: ${app}, all: pay}`)}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: pay, namespace: shop}
spec: {host: pay, subsets: [{name: v1, labels: {app: ${app}}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pay, namespace: shop}
spec: {hosts: [pay], http: [{route: [{destination: {host: pay, subset: v1}}]}]}
`;
  const [old, now] = [write('old.yaml', withSubset('old')), write('new.yaml', withSubset('new'))];
  const { status, stdout } = plan(old, now, now);
  expect([status, stdout.split('\n').at(-2)]).toEqual([1, 'No changes']);
});

test.each([
  [['--out', 'moves'], '--out has the steps of one change'],
  [['-'], 'can be neither with further states'],
])('with further states, %j is an error', (args, message) => {
  expect(plan(before, after, before, ...args)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
});

test('a folder that exists is not written to, and a layout needs a folder', () => {
  expect(plan(before, after, '--out', folder)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('exists'),
  });
  expect(plan(before, after, '--layout', 'flux')).toMatchObject({ status: 2, stdout: '' });
});

test('equal manifests have no steps', () => {
  expect(plan(after, after)).toMatchObject({ status: 0, stdout: 'No changes\n' });
});
