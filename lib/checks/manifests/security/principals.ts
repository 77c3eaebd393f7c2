import { type Cluster, Kind, sourcesOf } from '../../../manifests';

export function principalsNamed(cluster: Cluster) {
  return cluster
    .all(Kind.AUTHORIZATION_POLICY)
    .flatMap(sourcesOf)
    .flatMap(source => source.get('principals').items)
    .filter(each => each.text !== '*');
}

export function aliases(cluster: Cluster): string[] {
  return ['cluster.local', ...(cluster.mesh.get('trustDomainAliases')?.texts ?? [])].filter(
    each => each !== cluster.mesh.trustDomain,
  );
}

export function trustDomainOf(principal: string): string | undefined {
  const at = principal.indexOf('/ns/');
  return principal.includes('*') || principal.startsWith('spiffe://') || at <= 0 ? undefined : principal.slice(0, at);
}
