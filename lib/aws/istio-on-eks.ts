import { HelmChart, type ICluster } from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { IstioCharts, type MeshSettings } from '../istio';

/** Properties of {@link IstioOnEks}. */
export interface IstioOnEksProps extends MeshSettings {
  /** The cluster; it needs a kubectl layer, and the definitions of the Gateway API. */
  readonly cluster: ICluster;
  /** The exact version of the charts. */
  readonly version: string;
  /**
   * Replicas of istiod.
   * @default 2
   */
  readonly replicas?: number;
}

/**
 * Istio's control plane on an EKS cluster, by its charts, with the settings that the topologies rely on. The stack then owns it, in place of `Install` in the
 * app of the cluster.
 * @see https://istio.io/latest/docs/setup/install/helm/
 */
export class IstioOnEks extends Construct {
  /** What must be there before anything is injected. */
  readonly istiod: HelmChart;

  constructor(scope: Construct, id: string, props: IstioOnEksProps) {
    super(scope, id);
    const base = this.addChart('Base', props, 'istio-base', 'base', IstioCharts.baseValues());
    this.istiod = this.addChart('Istiod', props, props.revision ? `istiod-${props.revision}` : 'istiod', 'istiod', IstioCharts.istiodValues(props, props.replicas ?? 2));
    this.istiod.node.addDependency(base);
  }

  private addChart(id: string, { cluster, version }: IstioOnEksProps, release: string, chart: string, values: { readonly [name: string]: unknown }): HelmChart {
    return new HelmChart(this, id, { cluster, release, chart, version, values: { ...values }, repository: IstioCharts.REPOSITORY, namespace: 'istio-system', wait: true });
  }
}
