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
    ...named(policy, 'serviceAccounts', 'source.serviceAccount').map(at => {
      const [name, namespace = policy.namespace] = at.text.split('/').reverse();
      return { at, principal: `${cluster.mesh.trustDomain}/ns/${namespace}/sa/${name}` };
    }),
  ]);
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
