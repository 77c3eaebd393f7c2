import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { aliases, identitiesNamed, trustDomainOf } from '../../manifests/security/principals';

export const rule: Check = {
  id: 'ForeignPrincipal',
  severity: Severity.INFO,
  covers: ['KIA0108'],
  summary: 'An AuthorizationPolicy refers to an identity of another trust domain',
  explanation:
    'Whether it exists can be checked in its own mesh only. If no other mesh is intended, it is '
    + 'misspelled and matches no caller.',
  *find(cluster) {
    for (const { at, principal } of identitiesNamed(cluster)) {
      const domain = trustDomainOf(principal);
      if (domain !== undefined && domain !== cluster.mesh.trustDomain && !aliases(cluster).includes(domain)) {
        yield problem(
          at,
          `"${domain}" is not the trust domain of this mesh (${cluster.mesh.trustDomain}).`,
          'Make sure that the other mesh has this identity.',
        );
      }
    }
  },
};
