import { type Cluster, Kind, type Resource } from '../../../manifests';

export function askingPolicies(cluster: Cluster): Resource[] {
  return cluster.all(Kind.AUTHORIZATION_POLICY).filter(isAsking);
}

export function isAsking(policy: Resource): boolean {
  return policy.spec.get('action').text === 'CUSTOM';
}
