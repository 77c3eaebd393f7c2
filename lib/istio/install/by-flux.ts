import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { CONTROL_PLANE_NAMESPACE, IstioCharts } from './charts';
import { type GitOpsProps, releasesFor } from './gitops';
import type { MeshSettings } from './mesh-settings';

/** Settings of an installation by Flux. */
export type FluxProps = GitOpsProps;

/** Adds a HelmRepository, and a HelmRelease for each chart of Istio. */
export function renderHelmReleases(scope: Construct, settings: MeshSettings, props: FluxProps): void {
  const { namespace = 'flux-system', repository = IstioCharts.REPOSITORY, version } = props;
  const isOci = repository.startsWith('oci://');
  new ApiObject(scope, 'flux-repository', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { name: REPOSITORY, namespace },
    spec: { interval: INTERVAL, url: repository, ...(isOci ? { type: 'oci' } : {}) },
  });
  releasesFor('Install.flux', settings, props).forEach(({ release, chart, values }, index, releases) => {
    const before = releases[index - 1];
    new ApiObject(scope, `flux-${chart}`, {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: release, namespace },
      spec: {
        interval: INTERVAL,
        releaseName: release,
        targetNamespace: CONTROL_PLANE_NAMESPACE,
        storageNamespace: CONTROL_PLANE_NAMESPACE,
        chart: { spec: { chart, version, sourceRef: { kind: 'HelmRepository', name: REPOSITORY } } },
        ...(before ? { dependsOn: [{ name: before.release }] } : {}),
        install: { createNamespace: true, crds: 'CreateReplace' },
        upgrade: { crds: 'CreateReplace' },
        values,
      },
    });
  });
}

const REPOSITORY = 'istio';
const INTERVAL = '1h';
