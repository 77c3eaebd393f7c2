import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import { load } from 'js-yaml';
import {
  ClusterApp,
  Install,
  type LinkerdHelmProps,
  LinkerdInstall,
  LinkerdInstallation,
  type LinkerdSettings,
} from '../../lib';
import { temporaryFolder } from '../support/temporary-folder';

const VERSION = '2026.9.1';
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

interface Installed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations?: object };
  // Tests look into specs of every kind.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly spec: any;
}

const installed = (install: LinkerdInstall, settings: LinkerdSettings = {}) =>
  Testing.synth(new LinkerdInstallation(new ClusterApp(), 'linkerd', { ...settings, install })) as Installed[];

const valuesOf = (settings: LinkerdSettings = {}, replicas?: number): unknown =>
  installed(LinkerdInstall.flux({ version: VERSION, replicas }), settings).at(-1)?.spec.values;

describe('the values of the control plane', () => {
  test('have no private keys, and refer to the Secrets and the ConfigMap that have them', () => {
    expect(valuesOf()).toMatchObject({
      identity: { externalCA: true, issuer: { scheme: 'kubernetes.io/tls' } },
      proxyInjector: { externalSecret: true, injectCaFrom: 'linkerd/linkerd-proxy-injector' },
      profileValidator: { externalSecret: true, injectCaFrom: 'linkerd/linkerd-sp-validator' },
      policyValidator: { externalSecret: true, injectCaFrom: 'linkerd/linkerd-policy-validator' },
    });
    expect(valuesOf()).not.toHaveProperty('identityTrustAnchorsPEM');
  });

  test('have the certificates that are given', () => {
    const values = valuesOf({ trustAnchors: CERTIFICATE + CERTIFICATE, webhookCa: CERTIFICATE });
    expect(values).toMatchObject({
      identityTrustAnchorsPEM: CERTIFICATE + CERTIFICATE,
      identity: { externalCA: false },
      proxyInjector: { externalSecret: true, caBundle: CERTIFICATE },
    });
    expect(values).not.toHaveProperty('proxyInjector.injectCaFrom');
  });

  test.each<[LinkerdSettings, string]>([
    [
      { trustAnchors: '-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----' },
      '`trustAnchors` contains a private key',
    ],
    [{ webhookCa: `${CERTIFICATE}-----BEGIN PRIVATE KEY-----` }, '`webhookCa` contains a private key'],
    [{ trustAnchors: 'ca.crt' }, '`trustAnchors` is not a list of certificates as PEM'],
    [{ webhookCa: '' }, '`webhookCa` is not a list of certificates as PEM'],
  ])('%j is an error', (settings, message) => {
    expect(() => valuesOf(settings)).toThrow(message);
  });

  test('are those for high availability, unless there is one replica', () => {
    expect(valuesOf()).toMatchObject({
      controllerReplicas: 3,
      enablePodDisruptionBudget: true,
      enablePodAntiAffinity: true,
      webhookFailurePolicy: 'Fail',
    });
    expect(valuesOf({}, 1)).toMatchObject({ controllerReplicas: 1 });
    expect(valuesOf({}, 1)).not.toHaveProperty('enablePodDisruptionBudget');
  });

  test('have the domain of the cluster, which is the trust domain, and the ranges of the probes', () => {
    expect(valuesOf()).toMatchObject({ clusterDomain: 'cluster.local', identityTrustDomain: 'cluster.local' });
    expect(valuesOf({ clusterDomain: 'k8s.example', probeCidrs: ['10.0.0.0/8'] })).toMatchObject({
      clusterDomain: 'k8s.example',
      identityTrustDomain: 'k8s.example',
      policyController: { probeNetworks: ['10.0.0.0/8'] },
    });
  });
});

describe('by Flux', () => {
  test('a HelmRelease of the exact version for each chart, each depending on the one before it', () => {
    const [repository, ...releases] = installed(LinkerdInstall.flux({ version: VERSION }), { cni: true });
    expect(repository).toMatchObject({ kind: 'HelmRepository', spec: { url: 'https://helm.linkerd.io/edge' } });
    expect(
      releases.map(({ spec: { chart, dependsOn, targetNamespace } }) => [
        chart.spec.chart,
        chart.spec.version,
        targetNamespace,
        dependsOn,
      ]),
    ).toEqual([
      ['linkerd-crds', VERSION, 'linkerd', undefined],
      ['linkerd2-cni', VERSION, 'linkerd-cni', [{ name: 'linkerd-crds' }]],
      ['linkerd-control-plane', VERSION, 'linkerd', [{ name: 'linkerd-cni' }]],
    ]);
    expect(valuesOf({ cni: true })).toMatchObject({ cniEnabled: true });
    expect(releases[0]?.spec.values).toEqual({ installGatewayAPI: false });
  });

  test('another namespace of the control plane is that of its releases, and of its Certificates', () => {
    const [, crds, plane] = installed(LinkerdInstall.flux({ version: VERSION }), { controlPlaneNamespace: 'mesh' });
    expect([crds?.spec.targetNamespace, plane?.spec.targetNamespace]).toEqual(['mesh', 'mesh']);
    expect(plane?.spec.values.proxyInjector.injectCaFrom).toBe('mesh/linkerd-proxy-injector');
  });
});

test('by Argo CD, an Application for each chart, in waves', () => {
  const install = LinkerdInstall.argoCd({ version: VERSION, namespace: 'gitops', project: 'mesh', replicas: 1 });
  const applications = installed(install);
  expect(
    applications.map(({ kind, metadata: { name, namespace, annotations } }) => [kind, namespace, name, annotations]),
  ).toEqual([
    ['Application', 'gitops', 'linkerd-crds', { 'argocd.argoproj.io/sync-wave': '0' }],
    ['Application', 'gitops', 'linkerd-control-plane', { 'argocd.argoproj.io/sync-wave': '1' }],
  ]);
  expect(applications[1]?.spec).toMatchObject({
    project: 'mesh',
    source: { repoURL: 'https://helm.linkerd.io/edge', chart: 'linkerd-control-plane', targetRevision: VERSION },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'linkerd' },
  });
});

test('by Argo CD, an ApplicationSet for each chart in all clusters with the labels', () => {
  const [crds] = installed(LinkerdInstall.argoCd({ version: VERSION, clusterLabels: { mesh: 'linkerd' } }));
  expect(crds).toMatchObject({
    kind: 'ApplicationSet',
    spec: {
      generators: [{ clusters: { selector: { matchLabels: { mesh: 'linkerd' } } } }],
      template: { spec: { destination: { server: '{{.server}}', namespace: 'linkerd' } } },
    },
  });
});

describe('by helm', () => {
  function withHelm(props: Partial<LinkerdHelmProps> = {}, settings: LinkerdSettings = {}) {
    const folder = temporaryFolder();
    const executable = join(folder, 'helm');
    writeFileSync(
      executable,
      `#!/bin/sh\ncat > "${folder}/$2.values"; echo "$@" > "${folder}/$2.args"; `
        + 'printf "apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: %s, namespace: linkerd}\\n" "$2"\n',
    );
    chmodSync(executable, 0o755);
    const objects = installed(LinkerdInstall.helm({ version: VERSION, executable, ...props }), settings);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
    return {
      objects,
      args: (release: string) => read(`${release}.args`),
      values: (release: string) => load(read(`${release}.values`)),
    };
  }

  test('the charts of the exact version are rendered, with the namespaces', () => {
    const { objects, args, values } = withHelm({}, { cni: true });
    expect(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toEqual([
      'Namespace linkerd',
      'Namespace linkerd-cni',
      'ConfigMap linkerd-crds',
      'ConfigMap linkerd-cni',
      'ConfigMap linkerd-control-plane',
    ]);
    expect(args('linkerd-control-plane')).toBe(
      'template linkerd-control-plane linkerd-control-plane --namespace linkerd --include-crds --skip-tests --values - '
        + `--repo https://helm.linkerd.io/edge --version ${VERSION}`,
    );
    expect(args('linkerd-cni')).toContain('template linkerd-cni linkerd2-cni --namespace linkerd-cni ');
    expect(values('linkerd-control-plane')).toEqual(JSON.parse(JSON.stringify(valuesOf({ cni: true }))));
  });

  test('a chart may be a folder', () => {
    const { args } = withHelm({ charts: { 'linkerd-crds': './charts/linkerd-crds' } });
    expect(args('linkerd-crds')).toContain('template linkerd-crds ./charts/linkerd-crds ');
    expect(args('linkerd-crds')).not.toContain('--repo');
  });
});

test.each([
  ['helm', (version: string) => LinkerdInstall.helm({ version })],
  ['argoCd', (version: string) => LinkerdInstall.argoCd({ version })],
  ['flux', (version: string) => LinkerdInstall.flux({ version })],
])('a version that is not exact is an error, by %s', (_, install) => {
  for (const version of ['2026.9', 'latest', '^2026.9.1', '']) {
    expect(() => installed(install(version))).toThrow("of Linkerd's charts is not exact");
  }
});

test('an installation of Istio is an error, in programs without type checks too', () => {
  const install = Install.istioctl() as unknown as LinkerdInstall;
  expect(() => new LinkerdInstallation(new ClusterApp(), 'linkerd', { install })).toThrow(
    'not a LinkerdInstall. Give the object that its declaration returned, e.g. by `LinkerdInstall.argoCd(…)`.',
  );
});
