import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../topology';

/** A chart as it is installed. */
export interface ChartRelease {
  /** The name of the release. */
  readonly release: string;
  /** The name of the chart in the repository. */
  readonly chart: string;
  /** The namespace that it is installed in. */
  readonly namespace: string;
  readonly values: { readonly [name: string]: unknown };
}

/** Where the charts of an installation come from, and the namespace of the engine that installs them. */
export interface ChartSource {
  readonly repository: string;
  readonly version: string;
  readonly namespace: string;
}

/** Settings of Applications beyond their charts. */
export interface ApplicationSettings {
  readonly project?: string;
  /** The API server of the one cluster. */
  readonly server?: string;
  /** The labels of several clusters. */
  readonly clusterLabels?: { readonly [label: string]: string };
}

/**
 * @param charts whose charts they are, e.g. `Istio's`
 * @throws ValidationError if the version is not exact: the same commit would install another one later.
 */
export function requireExactVersion(engine: string, charts: string, version: string, example: string): void {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
    throw new ValidationError({
      code: 'UnpinnedChart',
      path: engine,
      summary: `The version ${JSON.stringify(version)} of ${charts} charts is not exact: another may be installed later.`,
      fix: `Give a version such as ${example}.`,
    });
  }
}

/**
 * Adds for each chart an Application of Argo CD, or for several clusters an ApplicationSet, with sync waves in the order
 * of the charts.
 * @param engine what declares the settings, for messages
 */
export function renderChartApplications(
  scope: Construct,
  engine: string,
  releases: readonly ChartRelease[],
  source: ChartSource,
  { project = 'default', server, clusterLabels }: ApplicationSettings,
): void {
  if (server !== undefined && clusterLabels) {
    throw new ValidationError({
      code: 'Contradiction',
      path: engine,
      summary: '`server` is one cluster, and `clusterLabels` select several.',
      fix: 'Leave one of both out.',
    });
  }
  releases.forEach((each, wave) => {
    const { release, chart } = each;
    const metadata = {
      name: release,
      namespace: source.namespace,
      annotations: { 'argocd.argoproj.io/sync-wave': String(wave) },
    };
    const finalizers = ['resources-finalizer.argocd.argoproj.io'];
    const specFor = (cluster: string) => applicationSpec(each, source, project, cluster);
    new ApiObject(scope, `argo-cd-${chart}`, {
      apiVersion: 'argoproj.io/v1alpha1',
      ...(clusterLabels
        ? {
            kind: 'ApplicationSet',
            metadata,
            spec: {
              goTemplate: true,
              goTemplateOptions: ['missingkey=error'],
              generators: [{ clusters: { selector: { matchLabels: { ...clusterLabels } } } }],
              template: {
                metadata: { name: `${release}-{{.nameNormalized}}`, finalizers },
                spec: { ...specFor('{{.server}}') },
              },
            },
          }
        : {
            kind: 'Application',
            metadata: { ...metadata, finalizers },
            spec: specFor(server ?? 'https://kubernetes.default.svc'),
          }),
    });
  });
}

function applicationSpec(
  { release, chart, namespace, values }: ChartRelease,
  { repository, version }: ChartSource,
  project: string,
  server: string,
): object {
  return {
    project,
    source: {
      repoURL: repository,
      chart,
      targetRevision: version,
      helm: { releaseName: release, valuesObject: values },
    },
    destination: { server, namespace },
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
    },
  };
}

/**
 * Adds a HelmRepository of Flux, and a HelmRelease for each chart, which depends on the one before it.
 * @param name the name of the HelmRepository
 */
export function renderChartReleases(
  scope: Construct,
  name: string,
  releases: readonly ChartRelease[],
  { repository, version, namespace }: ChartSource,
): void {
  const isOci = repository.startsWith('oci://');
  new ApiObject(scope, 'flux-repository', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { name, namespace },
    spec: { interval: INTERVAL, url: repository, ...(isOci ? { type: 'oci' } : {}) },
  });
  releases.forEach(({ release, chart, namespace: target, values }, index) => {
    const before = releases[index - 1];
    new ApiObject(scope, `flux-${chart}`, {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: release, namespace },
      spec: {
        interval: INTERVAL,
        releaseName: release,
        targetNamespace: target,
        storageNamespace: target,
        chart: { spec: { chart, version, sourceRef: { kind: 'HelmRepository', name } } },
        ...(before ? { dependsOn: [{ name: before.release }] } : {}),
        install: { createNamespace: true, crds: 'CreateReplace' },
        upgrade: { crds: 'CreateReplace' },
        values,
      },
    });
  });
}

const INTERVAL = '1h';
