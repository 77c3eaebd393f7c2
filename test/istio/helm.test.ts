import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, Testing } from 'cdk8s';
import { load } from 'js-yaml';
import { ClusterApp, type HelmProps, Install, IstioInstallation, Phase, ValidationError } from '../../lib';
import { temporaryFolder } from '../support/temporary-folder';

/** An executable in place of helm, which notes how it was called and prints one object named after the release. */
function helmThat(
  prints = 'cat > "$here/$2.values"; echo "$@" > "$here/$2.args"; printf "apiVersion: v1\\nkind: '
    + 'ConfigMap\\nmetadata: {name: %s, namespace: istio-system}\\n---\\n" "$2"',
) {
  const folder = temporaryFolder();
  const executable = join(folder, 'helm');
  writeFileSync(executable, `#!/bin/sh\nhere=${folder}\n${prints}\n`);
  chmodSync(executable, 0o755);
  return {
    executable,
    args: (release: string) => readFileSync(join(folder, `${release}.args`), 'utf8').trim(),
    values: (release: string) => load(readFileSync(join(folder, `${release}.values`), 'utf8')),
  };
}

const installed = (props: HelmProps, revision?: string) =>
  new IstioInstallation(new ClusterApp(), 'istio', { install: Install.helm(props), revision });

test("charts come from Istio's repository at an exact version, with the namespace given", () => {
  const helm = helmThat();
  installed({ version: '1.30.0', executable: helm.executable });

  expect(helm.args('istiod')).toBe(
    'template istiod istiod --namespace istio-system --include-crds --skip-tests --values - '
      + '--repo https://istio-release.storage.googleapis.com/charts --version 1.30.0',
  );
  expect(helm.args('istio-base')).toContain('template istio-base base ');
});

test('the control plane gets the mesh configuration that topologies rely on', () => {
  const helm = helmThat();
  installed({ version: '1.30.0', executable: helm.executable, replicas: 7 }, 'canary');

  expect(helm.values('istiod-canary')).toMatchObject({
    revision: 'canary',
    autoscaleMin: 7,
    autoscaleMax: 7,
    meshConfig: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, defaultHttpRetryPolicy: { attempts: 0 } },
  });
  expect(helm.values('istio-base')).toEqual({ defaultRevision: 'default' });
});

test('ambient mode adds the charts of the CNI plugin and of ztunnel', () => {
  const helm = helmThat();
  new IstioInstallation(new ClusterApp(), 'istio', {
    ambient: true,
    revision: 'canary',
    install: Install.helm({ version: '1.30.0', executable: helm.executable }),
  });

  expect(helm.values('istiod-canary')).toMatchObject({ profile: 'ambient', revision: 'canary' });
  expect(helm.args('istio-cni')).toContain('template istio-cni cni ');
  expect(helm.values('istio-cni')).toEqual({ profile: 'ambient', revision: 'canary' });
  expect(helm.args('ztunnel')).toContain('template ztunnel ztunnel ');
  expect(helm.values('ztunnel')).toEqual({ revision: 'canary' });
});

test('a folder needs neither repository nor version', () => {
  const helm = helmThat();
  installed({ base: '/charts/base', istiod: '/charts/istiod', executable: helm.executable });

  expect(helm.args('istiod')).toBe(
    'template istiod /charts/istiod --namespace istio-system --include-crds --skip-tests --values -',
  );
});

test('what a chart renders are objects of the app, in the phase of the control plane', () => {
  const chart = installed({ version: '1.30.0', executable: helmThat().executable });

  expect(
    (Testing.synth(chart) as { kind: string; metadata: { name: string } }[]).map(
      each => `${each.kind} ${each.metadata.name}`,
    ),
  ).toEqual(['Namespace istio-system', 'ConfigMap istio-base', 'ConfigMap istiod']);
  expect(
    chart.node
      .findAll()
      .filter(each => ApiObject.isApiObject(each))
      .map(each => Phase.of(each).file),
  ).toEqual(['1-namespaces', '2-control-plane', '2-control-plane']);
});

test.each<[string, HelmProps, string, string]>([
  ['no version', {}, 'UnpinnedChart', 'exact version'],
  ['a range of versions', { version: '^1.30' }, 'UnpinnedChart', '"^1.30"'],
  ['no helm', { version: '1.30.0', executable: '/nowhere/helm' }, 'HelmFailed', 'Install helm 3'],
  [
    'a chart that does not render',
    { version: '1.30.0', executable: helmThat('echo "no such chart" >&2; exit 1').executable },
    'HelmFailed',
    'no such chart',
  ],
])('%s throws', (_name, props, code, words) => {
  const failure = (() => {
    try {
      return installed(props);
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(ValidationError);
  expect((failure as ValidationError).code).toBe(code);
  expect((failure as ValidationError).message).toContain(words);
});
