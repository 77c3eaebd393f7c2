import type { Assumptions, Elsewhere } from '../../manifests';

/** What the settings state of a cluster beside its manifests. */
export interface AssumedCluster extends Assumptions {
  /**
   * What exists in the cluster and no manifest declares.
   * @default - nothing
   */
  readonly elsewhere?: Elsewhere;
  /**
   * The external authorizers that deny every request.
   * @default - none
   */
  readonly denyingAuthorizers?: readonly string[];
}

/** What several parts of the settings state together: of maps each entry, and of all else the last. */
export function assumedBy(...parts: readonly AssumedCluster[]): AssumedCluster {
  return NAMES.reduce<AssumedCluster>((all, name) => {
    const given = parts.map(each => each[name]).filter(each => each !== undefined);
    const last = given.at(-1);
    return last === undefined ? all : { ...all, [name]: MAPS.has(name) ? Object.assign({}, ...given) : last };
  }, {});
}

const NAMES = [
  'clusterDomain',
  'namespaceLabels',
  'meshConfig',
  'gatewayPods',
  'gatewayClasses',
  'denyingAuthorizers',
  'elsewhere',
] as const;
const MAPS: ReadonlySet<string> = new Set(['namespaceLabels', 'meshConfig', 'gatewayClasses']);
