import type { Construct } from 'constructs';
import { type ArgoCdProps, renderApplications } from './by-argo-cd';
import { type FluxProps, renderHelmReleases } from './by-flux';
import { type HelmProps, renderCharts } from './by-helm';
import { type IstioctlProps, renderIstioOperator } from './by-istioctl';
import { type ExistingProps, verifyExisting } from './by-others';
import type { MeshSettings } from './mesh-settings';

/** How Istio is installed. */
export class Install {
  /**
   * An IstioOperator file for `istioctl install -f`, in a separate folder.
   * @see https://istio.io/latest/docs/setup/install/istioctl/
   */
  static istioctl(props: IstioctlProps = {}): Install {
    return new Install((scope, settings) => renderIstioOperator(scope, settings, props));
  }

  /**
   * Istio's charts, rendered by helm at synthesis as objects of the app.
   * @see https://istio.io/latest/docs/setup/install/helm/
   */
  static helm(props: HelmProps = {}): Install {
    return new Install((scope, settings) => renderCharts(scope, settings, props));
  }

  /**
   * An Application of Argo CD for each of Istio's charts, with sync waves in the order that they need.
   * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
   */
  static argoCd(props: ArgoCdProps): Install {
    return new Install((scope, settings) => {
      renderApplications(scope, settings, props);
    });
  }

  /**
   * A HelmRelease of Flux for each of Istio's charts, each depending on the one before it.
   * @see https://fluxcd.io/flux/components/helm/helmreleases/
   */
  static flux(props: FluxProps): Install {
    return new Install((scope, settings) => {
      renderHelmReleases(scope, settings, props);
    });
  }

  /**
   * Nothing: another tool installs Istio. Its mesh configuration is verified to have the settings that the topologies
   * require; whether it serves ambient mode is not.
   */
  static existing(props: ExistingProps): Install {
    return new Install((_scope, settings) => {
      verifyExisting(settings, props);
    });
  }

  private constructor(
    /**
     * Adds the installation to the chart.
     * @internal
     */
    readonly _render: (scope: Construct, settings: MeshSettings) => void,
  ) {}
}
