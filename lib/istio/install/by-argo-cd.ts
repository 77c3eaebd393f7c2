import type { Construct } from 'constructs';
import { renderChartApplications } from '../../kubernetes';
import { IstioCharts } from './charts';
import { type GitOpsProps, releasesFor } from './gitops';
import type { MeshSettings } from './mesh-settings';

/** Settings of an installation by Argo CD. */
export interface ArgoCdProps extends GitOpsProps {
  /**
   * The project of the Applications.
   * @default default
   */
  readonly project?: string;
  /**
   * The API server of the cluster that Istio is installed in.
   * @default https://kubernetes.default.svc, that of Argo CD itself
   */
  readonly server?: string;
  /**
   * The labels of the clusters, as Argo CD has them on its Secrets: each chart is installed in all of these by an
   * ApplicationSet. The waves order the ApplicationSets alone; in each cluster Argo CD repeats what fails before its CRDs
   * exist.
   * @default - one cluster, that of `server`
   * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/
   */
  readonly clusterLabels?: { readonly [label: string]: string };
}

/** Adds an Application for each chart of Istio. */
export function renderApplications(scope: Construct, settings: MeshSettings, props: ArgoCdProps): void {
  const { namespace = 'argocd', repository = IstioCharts.REPOSITORY, version } = props;
  const releases = releasesFor('Install.argoCd', settings, props);
  renderChartApplications(scope, 'Install.argoCd', releases, { repository, version, namespace }, props);
}
