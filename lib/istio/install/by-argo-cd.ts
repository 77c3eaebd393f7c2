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
}

/** Adds an Application for each chart of Istio. */
export function renderApplications(scope: Construct, settings: MeshSettings, props: ArgoCdProps): void {
  const { namespace = 'argocd', project = 'default', repository = IstioCharts.REPOSITORY, version } = props;
  const { server = 'https://kubernetes.default.svc' } = props;
  const releases = releasesFor('Install.argoCd', settings, props);
  renderChartApplications(scope, releases, { repository, version, namespace }, { project, server });
}
