import { HelmChart, type ICluster } from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { IstioCharts, type MeshSettings } from '../istio';
import { requireArguments } from '../topology';

/** Properties of {@link IstioOnEks}. */
export interface IstioOnEksProps extends MeshSettings {
  /** The cluster; it requires a kubectl layer and the CRDs of the Gateway API. */
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
 * Istio's control plane on an EKS cluster, installed with its charts and the settings that the topologies require; with
 * `ambient`, ztunnel and the CNI plugin as well. The stack owns it, instead of `Install` in the app of the cluster.
 * @see https://istio.io/latest/docs/setup/install/helm/
 */
export class IstioOnEks extends Construct {
  /** The chart of istiod: a dependency of all workloads with injected proxies. */
  readonly istiod: HelmChart;

  constructor(scope: Construct, id: string, props: IstioOnEksProps) {
    requireArguments('new.IstioOnEks', [scope, id, props]);
    super(scope, id);
    const base = this.addChart('Base', props, 'istio-base', 'base', IstioCharts.baseValues());
    this.istiod = this.addChart(
      'Istiod',
      props,
      props.revision ? `istiod-${props.revision}` : 'istiod',
      'istiod',
      IstioCharts.istiodValues(props, props.replicas ?? 2),
    );
    this.istiod.node.addDependency(base);
    if (props.ambient) {
      const cni = this.addChart('Cni', props, 'istio-cni', 'cni', IstioCharts.cniValues(props));
      const ztunnel = this.addChart('Ztunnel', props, 'ztunnel', 'ztunnel', IstioCharts.ztunnelValues(props));
      cni.node.addDependency(this.istiod);
      ztunnel.node.addDependency(cni);
    }
  }

  private addChart(
    id: string,
    { cluster, version }: IstioOnEksProps,
    release: string,
    chart: string,
    values: { readonly [name: string]: unknown },
  ): HelmChart {
    return new HelmChart(this, id, {
      cluster,
      release,
      chart,
      version,
      values: { ...values },
      repository: IstioCharts.REPOSITORY,
      namespace: 'istio-system',
      wait: true,
    });
  }
}
