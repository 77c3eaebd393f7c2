import type { Construct } from 'constructs';
import { renderChartReleases } from '../../kubernetes';
import { IstioCharts } from './charts';
import { type GitOpsProps, releasesFor } from './gitops';
import type { MeshSettings } from './mesh-settings';

/** Settings of an installation by Flux. */
export type FluxProps = GitOpsProps;

/** Adds a HelmRepository, and a HelmRelease for each chart of Istio. */
export function renderHelmReleases(scope: Construct, settings: MeshSettings, props: FluxProps): void {
  const { namespace = 'flux-system', repository = IstioCharts.REPOSITORY, version } = props;
  renderChartReleases(scope, 'istio', releasesFor('Install.flux', settings, props), { repository, version, namespace });
}
