import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Tracing } from '../tracing';
import { istioOperatorSpec, type IstioctlProps } from './istio-operator';
import { ApiObject } from 'cdk8s';

/** How Istio comes onto the cluster. */
export abstract class Install {
  /**
   * An IstioOperator file for `istioctl install -f`; it goes to a folder of its own, since it is no cluster object.
   * @see https://istio.io/latest/docs/setup/install/istioctl/
   */
  static istioctl(props: IstioctlProps = {}): Install {
    return new ByIstioctl(props);
  }

  /** @internal */
  abstract _render(scope: Construct, settings: MeshSettings): void;
}

/** What every way of installing Istio must agree on with the topologies. */
export interface MeshSettings {
  /**
   * The revision, so that a second control plane can run beside the first.
   * @default - the default revision
   */
  readonly revision?: string;
  /**
   * The trust domain in the identities of workloads.
   * @default cluster.local
   */
  readonly trustDomain?: string;
  /**
   * The tracing backend that topologies send spans to.
   * @default - none
   */
  readonly tracing?: Tracing;
}

/** Properties of an {@link IstioInstallation}. */
export interface IstioInstallationProps extends MeshSettings {
  /** @default Install.istioctl() */
  readonly install?: Install;
}

/** An Istio control plane with the settings that the topologies rely on. */
export class IstioInstallation extends Chart {
  constructor(scope: Construct, id: string, props: IstioInstallationProps = {}) {
    super(scope, id);
    (props.install ?? Install.istioctl())._render(this, props);
  }
}

class ByIstioctl extends Install {
  constructor(private readonly props: IstioctlProps) {
    super();
  }

  override _render(scope: Construct, settings: MeshSettings): void {
    new ApiObject(scope, 'istio-operator', {
      apiVersion: 'install.istio.io/v1alpha1',
      kind: 'IstioOperator',
      metadata: { name: settings.revision ? `istio-${settings.revision}` : 'istio', namespace: 'istio-system' },
      spec: istioOperatorSpec(settings, this.props),
    });
  }
}
