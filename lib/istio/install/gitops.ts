import { type ChartRelease, requireExactVersion } from '../../kubernetes';
import { chartReleases, CONTROL_PLANE_NAMESPACE } from './charts';
import type { MeshSettings } from './mesh-settings';

/** Settings of an installation by a GitOps engine. */
export interface GitOpsProps {
  /** The exact version of Istio's charts, such as `1.30.0`. */
  readonly version: string;
  /**
   * The namespace of the engine, in which its objects are.
   * @default `argocd` for Argo CD, `flux-system` for Flux
   */
  readonly namespace?: string;
  /**
   * The chart repository.
   * @default https://istio-release.storage.googleapis.com/charts
   */
  readonly repository?: string;
  /**
   * Replicas of istiod.
   * @default 2
   */
  readonly replicas?: number;
}

/**
 * The charts of an installation, for an engine that compares the cluster with git: istiod changes the failure policy of
 * its validating webhook from Ignore to Fail, unless its chart has the latter.
 * @throws ValidationError if the version is not exact: the same commit would install another Istio later.
 */
export function releasesFor(engine: string, settings: MeshSettings, props: GitOpsProps): ChartRelease[] {
  requireExactVersion(engine, "Istio's", props.version, '1.30.0');
  return chartReleases(settings, props.replicas).map(each => ({
    ...each,
    namespace: CONTROL_PLANE_NAMESPACE,
    values: each.chart === 'istiod' ? { ...each.values, base: { validationFailurePolicy: 'Fail' } } : each.values,
  }));
}
