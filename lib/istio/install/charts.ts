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
      ...(settings.ambient ? AMBIENT : {}),
      revision: settings.revision ?? '',
      autoscaleMin: replicas,
      autoscaleMax: Math.max(replicas, 5),
      meshConfig: meshConfig(settings),
    };
  }

  /** The values of the chart `cni`, which ambient mode needs: it redirects the connections of pods to ztunnel. */
  static cniValues(settings: MeshSettings): { readonly [name: string]: unknown } {
    return { ...AMBIENT, revision: settings.revision ?? '' };
  }

  /** The values of the chart `ztunnel`, which ambient mode needs: the proxy of each node. */
  static ztunnelValues(settings: MeshSettings): { readonly [name: string]: unknown } {
    return { revision: settings.revision ?? '' };
  }
}

/** The profile of the charts that turns ambient mode on. */
const AMBIENT = { profile: 'ambient' };
