import { ApiObject, type ApiObjectProps } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { helmTemplate } from '../../kubernetes';
import { chartReleases, CONTROL_PLANE_NAMESPACE, IstioCharts } from './charts';
import type { MeshSettings } from './mesh-settings';

/** Settings of an installation with Istio's charts. */
export interface HelmProps {
  /**
   * The exact version of the charts.
   * @default - none, for charts in folders
   */
  readonly version?: string;
  /**
   * The chart of the custom resource definitions: a folder, an `oci://` address or a name in the repository.
   * @default base
   */
  readonly base?: string;
  /**
   * The chart of the control plane.
   * @default istiod
   */
  readonly istiod?: string;
  /**
   * The chart of the CNI plugin, with `ambient`.
   * @default cni
   */
  readonly cni?: string;
  /**
   * The chart of the proxy of each node, with `ambient`.
   * @default ztunnel
   */
  readonly ztunnel?: string;
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
  /**
   * The helm executable.
   * @default helm
   */
  readonly executable?: string;
}

/** Adds Istio's charts as objects of the app. */
export function renderCharts(scope: Construct, settings: MeshSettings, props: HelmProps): void {
  new Namespace(scope, 'namespace', { metadata: { name: CONTROL_PLANE_NAMESPACE } });
  for (const { release, chart, values } of chartReleases(settings, props.replicas)) {
    include(new Construct(scope, chart), props, release, props[chart] ?? chart, values);
  }
}

function include(scope: Construct, props: HelmProps, release: string, chart: string, values: object): void {
  const isAddress = /^(\.|\/|oci:)/.test(chart);
  const objects = helmTemplate({
    chart,
    version: props.version,
    repository: isAddress ? undefined : (props.repository ?? IstioCharts.REPOSITORY),
    release,
    namespace: CONTROL_PLANE_NAMESPACE,
    values,
    helm: props.executable ?? 'helm',
  });
  objects.forEach((object, index) => new ApiObject(scope, `${index}`, object as unknown as ApiObjectProps));
}
