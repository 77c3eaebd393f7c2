import { meshConfig } from './mesh-config';
import type { MeshSettings } from './mesh-settings';

/**
 * Istio's charts with the settings that the topologies require, for any tool that installs charts.
 * @see https://istio.io/latest/docs/setup/install/helm/
 */
export class IstioCharts {
  /** The repository in which they are published. */
  static readonly REPOSITORY = 'https://istio-release.storage.googleapis.com/charts';

  /** The values of the chart `base`. */
  static baseValues(): { readonly [name: string]: unknown } {
    return { defaultRevision: 'default' };
  }

  /** The values of the chart `istiod`. */
  static istiodValues(settings: MeshSettings, replicas = 2): { readonly [name: string]: unknown } {
    return {
      revision: settings.revision ?? '',
      autoscaleMin: replicas,
      autoscaleMax: Math.max(replicas, 5),
      meshConfig: meshConfig(settings),
    };
  }
}
