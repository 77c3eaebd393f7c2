import { identityOf } from '../../../dataplane';
import { type Cluster, type Field, Kind, type Resource, sourcesOf, valuesOf } from '../../../manifests';

/** The identity of a caller as an AuthorizationPolicy names it. */
interface NamedIdentity {
  readonly at: Field;
  /** With the trust domain of this mesh where only the ServiceAccount is named. */
  readonly principal: string;
}

/** The identities that sources and conditions of AuthorizationPolicies name. */
export function identitiesNamed(cluster: Cluster): NamedIdentity[] {
  return cluster.all(Kind.AUTHORIZATION_POLICY).flatMap(policy => [
    ...named(policy, 'principals', 'source.principal').map(at => ({ at, principal: at.text })),
    ...named(policy, 'serviceAccounts', 'source.serviceAccount').map(at => ({
      at,
      principal: identityOfAccount(at, cluster),
    })),
  ]);
}

/** The identity of a ServiceAccount that a policy names, by default one of its own namespace. */
export function identityOfAccount(at: Field, cluster: Cluster): string {
  const [name = '', namespace = at.resource.namespace] = at.text.split('/').reverse();
  return identityOf(namespace, name, cluster);
}

function named(policy: Resource, field: string, key: string): Field[] {
  return [...sourcesOf(policy).flatMap(each => each.get(field).items), ...valuesOf(policy, key, 'values')].filter(
    each => each.text !== '*',
  );
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
