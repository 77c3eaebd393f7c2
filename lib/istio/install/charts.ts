import { meshConfig } from './mesh-config';
import type { MeshSettings } from './mesh-settings';
import { validateRevision } from './revision';

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
    validateRevision(settings);
    return {
      ...(settings.ambient ? AMBIENT : {}),
      revision: settings.revision ?? '',
      ...(settings.revisionTags ? { revisionTags: settings.revisionTags } : {}),
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

/** A chart of Istio as it is installed: the name of its release, and its values. */
interface IstioChart {
  readonly release: string;
  readonly chart: 'base' | 'istiod' | 'cni' | 'ztunnel';
  readonly values: { readonly [name: string]: unknown };
}

/** The charts of an installation, each after those that it needs. */
export function chartReleases(settings: MeshSettings, replicas?: number): IstioChart[] {
  return [
    { release: 'istio-base', chart: 'base', values: IstioCharts.baseValues() },
    {
      release: settings.revision ? `istiod-${settings.revision}` : 'istiod',
      chart: 'istiod',
      values: IstioCharts.istiodValues(settings, replicas),
    },
    ...(settings.ambient
      ? ([
          { release: 'istio-cni', chart: 'cni', values: IstioCharts.cniValues(settings) },
          { release: 'ztunnel', chart: 'ztunnel', values: IstioCharts.ztunnelValues(settings) },
        ] as const)
      : []),
  ];
}

/** The namespace of the control plane. */
export const CONTROL_PLANE_NAMESPACE = 'istio-system';

/** The profile of the charts that turns ambient mode on. */
const AMBIENT = { profile: 'ambient' };
