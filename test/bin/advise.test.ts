import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardinal } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a, namespace: shop}\nspec: {selector: {matchLabels: {app: a}}, '
  + 'template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}}\n';
const TIMEOUT =
  'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: shop}\n'
  + 'spec: {hosts: [a], http: [{timeout: 1s, route: [{destination: {host: a}}]}]}\n';

function fileOf(...documents: string[]): string {
  const file = join(temporaryFolder(), 'a.yaml');
  writeFileSync(file, documents.join('---\n'));
  return file;
}

test('the tier in use that is right is no failure', () => {
  expect(cardinal('advise', fileOf(DEPLOYMENT))).toEqual({
    status: 0,
    stdout:
      '→ plain Kubernetes: no proxies; supports everything that is declared\n'
      + '  Istio in ambient mode: 3 proxies, 1.9 CPUs, 5932 MiB; supports everything that is declared\n'
      + '  Istio with sidecars: 3 proxies, 1.3 CPUs, 4480 MiB; supports everything that is declared\n'
      + '  Linkerd: 3 proxies, 2.4 CPUs, 720 MiB; supports everything that is declared\n',
    stderr: '',
  });
});

test('a tier that lacks something is 1, and each node has one pod of a DaemonSet', () => {
  expect(cardinal('advise', fileOf(DEPLOYMENT, TIMEOUT), '--nodes', '5')).toEqual({
    status: 1,
    stdout:
      '  plain Kubernetes: no proxies; lacks\n      a timeout: VirtualService shop/a\n'
      + '→ Istio in ambient mode: 7 proxies, 2.7 CPUs, 7412 MiB; supports everything that is declared\n'
      + '  Istio with sidecars: 5 proxies, 1.5 CPUs, 4736 MiB; supports everything that is declared\n'
      + '  Linkerd: 5 proxies, 2.6 CPUs, 760 MiB; supports everything that is declared\n'
      + 'Plain Kubernetes lacks a timeout: VirtualService shop/a. Istio in ambient mode has it.\n',
    stderr: '',
  });
});

test('in the mesh by a label of the command line, the same is 0', () => {
  const file = fileOf(DEPLOYMENT, TIMEOUT);

  expect(cardinal('advise', file, '--namespace-label', 'shop:istio-injection=enabled').status).toBe(0);
});

test('mutual TLS that is required is 1 without a mesh', () => {
  expect(cardinal('advise', fileOf(DEPLOYMENT), '--mutual-tls')).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('mutual TLS: all calls'),
  });
});

test.each(['0', '1.5', 'many'])('--nodes %s is a wrong option, with 2', nodes => {
  expect(cardinal('advise', fileOf(DEPLOYMENT), '--nodes', nodes)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('not a whole number above 0'),
  });
});

test('a file that is not there is 2', () => {
  expect(cardinal('advise', 'none.yaml')).toMatchObject({ status: 2, stderr: expect.stringContaining('none.yaml') });
});
