import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { CONTROL_PLANE_NAMESPACE, IstioCharts } from './charts';
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
  releasesFor('Install.argoCd', settings, props).forEach(({ release, chart, values }, wave) => {
    new ApiObject(scope, `argo-cd-${chart}`, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: release,
        namespace,
        annotations: { 'argocd.argoproj.io/sync-wave': String(wave) },
        finalizers: ['resources-finalizer.argocd.argoproj.io'],
      },
      spec: {
        project,
        source: {
          repoURL: repository,
          chart,
          targetRevision: version,
          helm: { releaseName: release, valuesObject: values },
        },
        destination: { server, namespace: CONTROL_PLANE_NAMESPACE },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
        },
      },
    });
  });
}
