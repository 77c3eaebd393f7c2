import type { ApiVersions, Assumptions, ClusterProps } from '../../manifests';

/** What the settings state of a cluster beside its manifests. */
export type AssumedCluster = Assumptions & ApiVersions & Pick<ClusterProps, 'elsewhere' | 'denyingAuthorizers'>;

/** What several parts of the settings state together: of maps each entry, and of all else the last. */
export function assumedBy(...parts: readonly AssumedCluster[]): AssumedCluster {
  return NAMES.reduce<AssumedCluster>((all, name) => {
    const given = parts.map(each => each[name]).filter(each => each !== undefined);
    const last = given.at(-1);
    return last === undefined ? all : { ...all, [name]: MAPS.has(name) ? Object.assign({}, ...given) : last };
  }, {});
}

const NAMES = [
  'kubernetesVersion',
  'istioVersion',
  'clusterDomain',
  'namespaceLabels',
  'meshConfig',
  'gatewayPods',
  'gatewayClasses',
  'denyingAuthorizers',
  'elsewhere',
] as const;
const MAPS: ReadonlySet<string> = new Set(['namespaceLabels', 'meshConfig', 'gatewayClasses']);
