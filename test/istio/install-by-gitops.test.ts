import { Testing } from 'cdk8s';
import { type ArgoCdProps, ClusterApp, Install, IstioInstallation, type MeshSettings } from '../../lib';
import type { Rendered } from './support';

const VERSION = '1.30.0';
const rendered = (install: Install, settings: MeshSettings = {}) =>
  Testing.synth(new IstioInstallation(new ClusterApp(), 'istio', { ...settings, install })) as Rendered[];

describe('Argo CD', () => {
  const applications = (props: Partial<ArgoCdProps> = {}, settings?: MeshSettings) =>
    rendered(Install.argoCd({ version: VERSION, ...props }), settings);

  test('an Application installs each chart of the exact version', () => {
    expect(applications()[0]).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: 'istio-base',
        namespace: 'argocd',
        annotations: { 'argocd.argoproj.io/sync-wave': '0' },
        finalizers: ['resources-finalizer.argocd.argoproj.io'],
      },
      spec: {
        project: 'default',
        source: {
          repoURL: 'https://istio-release.storage.googleapis.com/charts',
          chart: 'base',
          targetRevision: VERSION,
          helm: { releaseName: 'istio-base', valuesObject: { defaultRevision: 'default' } },
        },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'istio-system' },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
        },
      },
    });
  });

  test('an ApplicationSet installs each chart in all clusters with the labels', () => {
    const [set, istiod] = applications({ clusterLabels: { mesh: 'istio' } });
    const [single] = applications();

    expect(set).toMatchObject({
      kind: 'ApplicationSet',
      metadata: { name: 'istio-base', namespace: 'argocd', annotations: { 'argocd.argoproj.io/sync-wave': '0' } },
      spec: {
        goTemplate: true,
        goTemplateOptions: ['missingkey=error'],
        generators: [{ clusters: { selector: { matchLabels: { mesh: 'istio' } } } }],
      },
    });
    expect(set?.spec.template).toEqual({
      metadata: {
        name: 'istio-base-{{.nameNormalized}}',
        finalizers: ['resources-finalizer.argocd.argoproj.io'],
      },
      spec: { ...single?.spec, destination: { server: '{{.server}}', namespace: 'istio-system' } },
    });
    expect(istiod?.metadata.annotations).toEqual({ 'argocd.argoproj.io/sync-wave': '1' });
  });

  test('one cluster and several are an error', () => {
    expect(() => applications({ server: 'https://west.example', clusterLabels: { mesh: 'istio' } })).toThrow(
      '`server` is one cluster, and `clusterLabels` select several.',
    );
  });

  test.each([
    [false, ['istio-base 0', 'istiod 1']],
    [true, ['istio-base 0', 'istiod 1', 'istio-cni 2', 'ztunnel 3']],
  ])('the waves are in the order of the charts, ambient: %s', (ambient, waves) => {
    expect(
      applications({}, { ambient }).map(
        ({ metadata: { name, annotations } }) => `${name} ${annotations?.['argocd.argoproj.io/sync-wave']}`,
      ),
    ).toEqual(waves);
  });

  test('namespace, project, cluster, repository and replicas are those that are given', () => {
    const [, istiod] = applications({
      namespace: 'gitops',
      project: 'mesh',
      server: 'https://west.example',
      repository: 'https://charts.example',
      replicas: 3,
    });

    expect(istiod.metadata.namespace).toBe('gitops');
    expect(istiod.spec).toMatchObject({
      project: 'mesh',
      destination: { server: 'https://west.example' },
      source: { repoURL: 'https://charts.example', helm: { valuesObject: { autoscaleMin: 3 } } },
    });
  });
});

describe('Flux', () => {
  test('a HelmRelease installs each chart from the repository, after the one before it', () => {
    const [repository, ...releases] = rendered(Install.flux({ version: VERSION }), { ambient: true });

    expect(repository).toMatchObject({
      kind: 'HelmRepository',
      metadata: { name: 'istio', namespace: 'flux-system' },
      spec: { url: 'https://istio-release.storage.googleapis.com/charts' },
    });
    expect(releases.map(({ metadata, spec }) => [metadata.name, spec.dependsOn, spec.chart.spec.version])).toEqual([
      ['istio-base', undefined, VERSION],
      ['istiod', [{ name: 'istio-base' }], VERSION],
      ['istio-cni', [{ name: 'istiod' }], VERSION],
      ['ztunnel', [{ name: 'istio-cni' }], VERSION],
    ]);
    expect(releases.every(({ spec }) => spec.targetNamespace === 'istio-system')).toBe(true);
  });

  test.each([
    ['https://charts.example', undefined],
    ['oci://registry.example/charts', 'oci'],
  ])('the repository %s has the type %s', (repository, type) => {
    expect(rendered(Install.flux({ version: VERSION, repository, namespace: 'gitops' }))[0]).toMatchObject({
      metadata: { namespace: 'gitops' },
      spec: { url: repository, ...(type ? { type } : {}) },
    });
    expect(rendered(Install.flux({ version: VERSION, repository }))[0].spec.type).toBe(type);
  });
});

describe('both', () => {
  test('istiod starts with the failure policy that it would set itself, and with the settings of the mesh', () => {
    const settings = { trustDomain: 'prod.example' };
    const [, application] = rendered(Install.argoCd({ version: VERSION }), settings);
    const [, , release] = rendered(Install.flux({ version: VERSION }), settings);

    expect(release.spec.values).toEqual(application.spec.source.helm.valuesObject);
    expect(release.spec.values).toMatchObject({
      base: { validationFailurePolicy: 'Fail' },
      meshConfig: { trustDomain: 'prod.example', outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } },
    });
  });

  test.each(['', '1.30', '1.30.*', '>=1.30.0', 'latest'])('the version %j is not exact', version => {
    expect(() => rendered(Install.argoCd({ version }))).toThrow(/not exact.*\(UnpinnedChart\)/s);
    expect(() => rendered(Install.flux({ version }))).toThrow(/not exact.*\(UnpinnedChart\)/s);
  });
});
