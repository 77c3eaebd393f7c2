import { addTo, type Cluster, fullHost, Kind, type Resource } from '../../../manifests';

export function rulesOf(cluster: Cluster): Resource[] {
  return cluster.all(Kind.DESTINATION_RULE).filter(each => !isBlanketTls(each));
}

function isBlanketTls(rule: Resource): boolean {
  return (
    rule.spec.get('host').text.startsWith('*') && rule.spec.get('trafficPolicy', 'tls', 'mode').text === 'ISTIO_MUTUAL'
  );
}

export function hostOf(rule: Resource, cluster: Cluster): string {
  return fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain);
}

export function grouped(rules: readonly Resource[], key: (rule: Resource) => string): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  rules.forEach(rule => addTo(groups, key(rule), rule));
  return groups;
}

/** The subsets that a rule declares; a rule without subsets applies to the whole host. */
export function subsetsOf(rule: Resource): string[] {
  const subsets = rule.spec.get('subsets').items.map(each => each.get('name').text);
  return subsets.length === 0 ? [ALL] : [...new Set(subsets)];
}

export const ALL = '*';
